"""What a stage is: one pure function from records to outcomes. The chassis does everything else.

    queries(batch) -> what it must know     (statements, run by the chassis in one read)
    decide(view, batch) -> list[Outcome]    (no clock, randomness, I/O or log inside)

`now` is the record's own time. That is what makes a stage testable without a broker and
replayable after a crash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, runtime_checkable
from uuid import UUID

from sqlalchemy import Row, Select
from sqlmodel import SQLModel

from contracts.errors import Invalid
from contracts.personal import Contract
from contracts.topics import Topic


@dataclass(frozen=True, slots=True)
class Event:
    """A CloudEvent: its attributes and its data. `cause` is the id of the event it follows from."""

    id: UUID
    topic: Topic
    key: str
    subject: str  # what it is about: a complaint's or case's id
    time: datetime
    data: Contract
    cause: UUID | None = None
    traceparent: str | None = None
    source: str = "/hub"


class How(StrEnum):
    """What a write does where the row's primary key is already there."""

    INSERT = "insert"  # clash: somebody else moved first, decide anew
    PUT = "put"  # replace the named columns
    KEEP = "keep"  # leave the row that is there
    ADD = "add"  # add the numbers to the row's
    DELETE = "delete"  # remove the row, if any


@dataclass(frozen=True, slots=True)
class Write:
    """One row. Writes of a batch to one table, in one way, with the same columns, are one statement."""

    table: type[SQLModel]
    values: Mapping[str, Any]  # must hold the primary key; a contract may stand where the column is JSON
    how: How = How.INSERT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from one input."""

    input: Event
    writes: Sequence[Write] = ()
    events: Sequence[Event] = ()
    refusal: str | None = None  # a person's action that is not allowed, and why; nothing is written
    invalid: Invalid | None = None  # becomes a dead letter; nothing else is written
    ignored: bool = (
        False  # by its content alone it is none of the stage's business: not even the ledger hears
    )


Query: TypeAlias = Select[*tuple[Any, ...]]  # a statement of any columns
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
View = Mapping[str, Sequence[AnyRow]]


class Stage(Protocol):
    """The one shape of classifier, router and feedback."""

    @property
    def name(self) -> str:
        """Names its group, its ledger rows and its metrics."""

    @property
    def reads(self) -> tuple[Topic, ...]:
        """The topics it takes."""

    def queries(self, batch: Sequence[Event]) -> Mapping[str, Query]:
        """The statements whose rows `decide` needs, by name. Their number does not grow with the batch."""

    def decide(self, view: View, batch: Sequence[Event]) -> list[Outcome]:
        """One outcome an input, in order. Later inputs see what earlier ones of the batch decided."""


@runtime_checkable
class Choosy(Protocol):
    """A stage that knows most records of a busy topic for none of its business without reading them."""

    def passes_over(self, topic: str, attributes: Mapping[str, str]) -> bool:
        """Whether a record with these CloudEvents attributes would be ignored, whatever its data says.

        What an older process wrote lacks some of them: then it cannot be told.
        """
