"""What travels on the log: one model a topic, every personal field marked.

Times are aware and in UTC; spans are half-open offsets in characters; money is in yuan.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.personal import (
    Address,
    Contract,
    FreeText,
    IdNumber,
    Personal,
    PersonName,
    Phone,
    Plain,
)
from contracts.vocabulary import (
    Action,
    ActorKind,
    Answer,
    ClockKind,
    Colour,
    Flag,
    Ground,
    Intent,
    Kind,
    Level,
    Outcome,
    Platform,
    State,
)

FactKind = Literal["amount", "people", "date", "duration", "firm", "place"]
FoundKind = Literal[
    "name", "phone", "id_number", "passport", "plate", "address_detail", "contact", "bank_card"
]


class Person(Contract):
    """Who reported it, as far as the platform said."""

    name: PersonName | None = None
    phone: Phone | None = None
    id_number: IdNumber | None = None


class Posting(Contract):
    """What a platform sent, in the hub's one schema, already checked and normalised."""

    platform: Platform
    external_id: Plain
    text: FreeText
    occurred_at: AwareDatetime
    reporter: Person = Person()
    town_code: Plain | None = None  # nine digits; six where only the county is known
    address: Address | None = None
    organisation: Annotated[str, Personal("name")] | None = None
    intent_hint: Intent | None = None
    non_police: bool = False  # 110 judged it no police matter (非警务)
    attachments: tuple[Annotated[str, Personal("text")], ...] = ()  # addresses at the source platform


class ComplaintReceived(Contract):
    """A posting that was let in. `revision` is the fingerprint of its content."""

    complaint_id: UUID
    revision: Plain
    received_at: AwareDatetime
    posting: Posting


class Found(Contract):
    """Personal data found in free text, so that it can be covered."""

    kind: FoundKind
    start: int
    end: int


class Fact(Contract):
    """What free text says beside what it is about: money, people, times, firms, places; where it says it."""

    kind: FactKind
    start: int
    end: int
    # Yuan; heads; ISO 8601 as exact as it was said (`2024-03`, `--03-15` where nobody knows the year, `P3M`);
    # a firm's or an estate's name; a place's codes, of all that have the name. None: not to be said so.
    value: FreeText | None = None


class Matter(Contract):
    """One matter of a complaint as it was judged. Travels with the case from start to end."""

    case_id: UUID
    number: Plain
    complaint_id: UUID
    platform: Platform
    external_id: Plain
    ordinal: int
    of: int
    text: FreeText
    start: int
    end: int
    found: tuple[Found, ...] = ()  # offsets into `text`
    facts: tuple[Fact, ...] = ()  # likewise, by where they start
    intent: Intent
    kind: Kind
    category: Plain  # a code of the taxonomy, `public_facilities/street_light`
    taxonomy: Plain  # the version it was judged by
    model: Plain | None = None  # the model that judged beside the rules, if any
    corrected: bool = False  # a person has said of which category it is
    confidence: float = Field(ge=0, le=1)
    colour: Colour
    flags: tuple[Flag, ...] = ()
    look: bool = False  # a person should look within a minute; nothing waits meanwhile
    why: tuple[FreeText, ...] = ()
    second_category: Plain | None = None
    town_code: Plain | None = None
    address: Address | None = None
    respondent: Annotated[str, Personal("name")] | None = None
    organisation: Annotated[str, Personal("name")] | None = None
    language: Plain = "zh"
    headcount: int | None = None
    amount_yuan: int | None = None
    reporter: Person = Person()
    non_police: bool = False
    occurred_at: AwareDatetime
    received_at: AwareDatetime


class CaseOpened(Contract):
    """One matter was split out of a complaint."""

    matter: Matter


class Assignment(Contract):
    """A force and why it was chosen."""

    force_id: Plain
    force_name: Plain  # the office's name, never a person's
    force_kind: Plain
    level: Level
    why: tuple[Plain, ...]


class CaseRouted(Contract):
    """Where the matter goes: to `lead`, or along with `linked_to`, or, with neither, to triage."""

    matter: Matter
    attempt: int = 0  # how many times it was routed before
    lead: Assignment | None = None
    others: tuple[Assignment, ...] = ()  # who must join or be told
    linked_to: UUID | None = None
    ground: Ground = Ground.MARKET_TOWN
    why: tuple[Plain, ...] = ()


class Actor(Contract):
    """Who did something. `name` is a login or a program, never a citizen."""

    kind: ActorKind
    name: Plain
    force_id: Plain | None = None
    role: Plain | None = None  # a person's, where the door knows it


class Correction(Contract):
    """What a person says a matter is, whatever the hub took it for. What is None stays as it is."""

    category: Plain | None = None
    kind: Kind | None = None
    flags: tuple[Flag, ...] | None = None  # all of them: what is left out was a false alarm
    town_code: Plain | None = None


class Suggestion(Contract):
    """What a language model takes a matter in triage for: a person takes it or leaves it."""

    category: Plain
    reason: FreeText
    model: Plain


class CaseCommand(Contract):
    """Something somebody wants done to a case; what each action needs is said in `feedback/`."""

    case_id: UUID
    action: Action
    actor: Actor
    at: AwareDatetime
    note: FreeText | None = None
    reason: Plain | None = None  # a code, for returns and closings
    force_id: Plain | None = None  # assign, transfer
    outcome: Outcome | None = None  # close
    satisfied: bool | None = None  # call_back
    solved: bool | None = None  # call_back
    clock: ClockKind | None = None  # expire
    due_at: AwareDatetime | None = None  # expire
    flags: tuple[Flag, ...] = ()  # supplement
    rounds: int = 0  # supplement: how often it came before its case did
    suggestion: Suggestion | None = None  # note, by the hub
    seen: bool = False  # note: somebody at a centre has looked, where a person should (`Matter.look`)
    correction: Correction | None = None  # supplement, by a person


class Running(Contract):
    """A promise with its time: one that runs on a case, or one that was missed."""

    kind: ClockKind
    due_at: AwareDatetime


class Change(Contract):
    """One step in a case's life."""

    seq: int
    action: Action
    actor: Actor
    before: State | None
    after: State
    at: AwareDatetime
    note: FreeText | None = None
    why: tuple[Plain, ...] = ()
    cause: UUID  # the command or event that asked for it


class Reroute(Contract):
    """Asks the router for another force."""

    at_least: Level | None = None
    avoid: tuple[Plain, ...] = ()  # forces that had it
    force_id: Plain | None = None  # a person named one
    unlink: bool = False  # stand alone from now on


class CaseProgressed(Contract):
    """A case changed: all of it as it is now, and the change."""

    matter: Matter
    state: State
    version: int
    colour: Colour
    flags: tuple[Flag, ...]
    attempt: int
    lead: Assignment | None
    others: tuple[Assignment, ...] = ()
    linked_to: UUID | None = None
    overdue: tuple[ClockKind, ...] = ()
    clocks: tuple[Running, ...] = ()
    missed: tuple[Running, ...] = ()  # of `overdue`, with the time each was due
    outcome: Outcome | None = None
    seen_at: AwareDatetime | None = None  # when somebody at a centre looked, where a person should
    suggestion: Suggestion | None = None  # of a language model, while a person has said nothing
    change: Change
    reroute: Reroute | None = None

    def attributes(self) -> dict[str, str]:
        """`state`, `action` and `reroute` (`true` or `false`): most readers care for few of its changes."""
        return {
            "state": self.state.value,
            "action": self.change.action.value,
            "reroute": "true" if self.reroute else "false",
        }


class ReceiptDue(Contract):
    """A source platform must be told about one case of its complaint."""

    platform: Platform
    external_id: Plain
    complaint_id: UUID
    case_id: UUID
    number: Plain
    answer: Answer
    force_name: Plain | None = None
    outcome: Outcome | None = None
    at: AwareDatetime


class WarningRaised(Contract):
    """A pattern somebody must look at."""

    rule: Plain
    town_code: Plain | None
    category: Plain
    colour: Colour
    case_ids: tuple[UUID, ...]
    why: tuple[Plain, ...]
    at: AwareDatetime


class DeadLetter(Contract):
    """A record that could not be processed, whole, with what is needed to send it again."""

    stage: Plain
    topic: Plain
    partition: int
    offset: int
    event_id: UUID
    subject: Plain
    code: Plain
    reason: Plain
    key: Plain
    headers: tuple[tuple[Plain, Plain], ...]
    value: FreeText
    attempt: int = 0  # how many times it was redriven before
    parked_behind: UUID | None = None
    at: datetime
