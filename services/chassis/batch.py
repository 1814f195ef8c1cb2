"""What one turn of the loop has in hand: records on their way to being decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.errors import Invalid
from contracts.stage import Event, Outcome, Query, View, Write
from services.chassis.envelope import decode, encode
from services.chassis.ledger import Ledger, claimed, pack, unpack
from services.chassis.letters import announced, letter_for, open_letters, origin_id, row_for
from services.chassis.log import Message, Record

_LEDGER, _LETTERS = "#ledger", "#letters"


@dataclass(frozen=True, slots=True)
class Decided:
    """One input with everything that will be kept and emitted because of it."""

    input_id: UUID
    verdict: str
    rows: Sequence[Write]
    messages: Sequence[Message]
    parked: bool = False


class Batch:
    """Records of one fetch: each exactly one of repeated, undecodable, parked or fresh."""

    def __init__(self, stage: str, records: Sequence[Record]) -> None:
        self.stage = stage
        self.records: dict[UUID, Record] = {}  # the first of each id; a second says nothing new
        self.events: list[Event] = []
        self._broken: dict[UUID, Invalid] = {}
        self._stored: dict[UUID, Sequence[Message]] = {}
        for record in records:
            self._add(record)

    def _add(self, record: Record) -> None:
        try:
            event = decode(record)
        except Invalid as error:
            if (input_id := origin_id(record)) not in self.records:
                self.records[input_id], self._broken[input_id] = record, error
        else:
            if event.id not in self.records:
                self.records[event.id] = record
                self.events.append(event)

    def queries(self) -> Mapping[str, Query]:
        """What the chassis itself must know: which inputs are decided, which subjects have a dead letter."""
        subjects = {event.subject for event in self.events}
        return {_LEDGER: claimed(self.stage, self.records), _LETTERS: open_letters(self.stage, subjects)}

    def sort_out(self, rows: View) -> tuple[list[Event], list[Decided]]:
        """The events to decide, and what is decided without asking the stage."""
        self._stored = {row.input_id: unpack(row.outputs) for row in rows[_LEDGER]}
        blocked = {(row.topic, row.subject): row.id for row in rows[_LETTERS]}
        fresh: list[Event] = []
        decided = [self._dead(i, why) for i, why in self._broken.items() if i not in self._stored]
        for event in self.events:
            if event.id in self._stored:
                continue
            if behind := self._behind(event, blocked):
                decided.append(self._dead(event.id, _PARKED, behind))
            else:
                fresh.append(event)
        return fresh, decided

    def _behind(self, event: Event, blocked: Mapping[tuple[str, str], UUID]) -> UUID | None:
        """The dead letter this event must wait for. A redriven record is the one everybody waits for."""
        if any(name == "ce_redriven" for name, _ in self.records[event.id].headers):
            return None
        return blocked.get((event.topic.name, event.subject))

    def decided(self, outcome: Outcome) -> Decided:
        """An outcome with its ledger row, as it will be kept."""
        if outcome.invalid:
            return self._dead(outcome.input.id, outcome.invalid)
        if outcome.ignored:
            return Decided(outcome.input.id, "ignored", (), ())
        messages = [encode(event) for event in outcome.events]
        verdict = "refused" if outcome.refusal else "done"
        claim = self._claim(outcome.input.id, verdict, outcome.refusal, messages)
        return Decided(outcome.input.id, verdict, (claim, *outcome.writes), messages)

    def bury(self, why: Invalid) -> list[Decided]:
        """All records as dead letters."""
        return [self._dead(input_id, why) for input_id in self.records]

    def later_depend_on_dead(self, decided: Iterable[Decided]) -> bool:
        """Whether a record follows, in this batch, on a buried one of its subject: it must park instead."""
        dead = {one.input_id for one in decided if one.verdict == "dead"}
        if not dead:
            return False
        seen: set[tuple[str, str]] = set()
        for event in self.events:
            subject = (event.topic.name, event.subject)
            if subject in seen and event.id not in dead:
                return True
            if event.id in dead:
                seen.add(subject)
        return False

    def emitted(self, decided: Iterable[Decided]) -> list[Message]:
        """All messages in the records' order, those of repeated inputs from the ledger."""
        outputs: dict[UUID, Sequence[Message]] = {one.input_id: one.messages for one in decided}
        return [m for i in self.records for m in (outputs.get(i) or self._stored.get(i) or ())]

    def _dead(self, input_id: UUID, why: Invalid, behind: UUID | None = None) -> Decided:
        letter = letter_for(self.stage, self.records[input_id], why, behind)
        messages = [announced(letter)]
        claim = self._claim(input_id, "dead", why.code, messages)
        return Decided(input_id, "dead", (claim, row_for(letter)), messages, parked=behind is not None)

    def _claim(self, input_id: UUID, verdict: str, reason: str | None, messages: list[Message]) -> Write:
        values = {
            "stage": self.stage,
            "input_id": input_id,
            "verdict": verdict,
            "reason": reason,
            "outputs": pack(messages),
            "at": self.records[input_id].at,
        }
        return Write(Ledger, values)


_PARKED = Invalid("parked", "an earlier record of the same case is a dead letter; it goes first")
