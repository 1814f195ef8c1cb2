"""A feedback stage with a real database under it, and the events that reach it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic_core import to_json
from sqlalchemy import create_engine, delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel, col

from contracts.events import (
    Actor,
    Assignment,
    CaseCommand,
    CaseProgressed,
    CaseRouted,
    Matter,
    Person,
    ReceiptDue,
)
from contracts.ids import case_id, case_number, complaint_id
from contracts.stage import AnyRow, Event, How, Outcome, Write
from contracts.topics import CASE_COMMAND, CASE_ROUTED
from contracts.vocabulary import Action, ActorKind, Colour, Intent, Kind, Level, Platform
from feedback.stage import FeedbackStage, load_feedback
from feedback.tables import Case, CaseChange, CaseHelper, Clock, Corrected, Postponed, Sighting

T0 = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Shaoxing
_HERE = UUID(int=7)
TABLES: tuple[type[SQLModel], ...] = (Case, CaseChange, CaseHelper, Clock, Corrected, Postponed, Sighting)


def matter(external_id: str = "A1", **changes: Any) -> Matter:
    platform = changes.pop("platform", Platform.HOTLINE_12345)
    complaint = complaint_id(platform, external_id)
    case = case_id(complaint, 0)
    values: dict[str, Any] = {
        "case_id": case,
        "number": case_number(case),
        "complaint_id": complaint,
        "platform": platform,
        "external_id": external_id,
        "ordinal": 0,
        "of": 1,
        "text": "隔壁占了我家的地",
        "start": 0,
        "end": 8,
        "intent": Intent.HELP,
        "kind": Kind.DISPUTE,
        "category": "neighbour/boundary",
        "taxonomy": "1",
        "confidence": 0.9,
        "colour": Colour.YELLOW,
        "town_code": "330681109",
        "reporter": Person(name="俞国良", phone="19900000004"),
        "occurred_at": T0,
        "received_at": T0,
    }
    return Matter(**(values | changes))


def force(force_id: str = "F1", level: Level = Level.VILLAGE) -> Assignment:
    return Assignment(
        force_id=force_id, force_name="村调委会", force_kind="village", level=level, why=("rule.1",)
    )


def person(force_id: str | None = None) -> Actor:
    return Actor(kind=ActorKind.PERSON, name="op1", force_id=force_id)


CLOCK = Actor(kind=ActorKind.CLOCK, name="clock")
HUB = Actor(kind=ActorKind.HUB, name="intake")


class House:
    """Gives events to the stage and keeps what it says, as the chassis does."""

    def __init__(self, stage: FeedbackStage | None = None) -> None:
        self.stage = stage or load_feedback()
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, json_serializer=lambda value: to_json(value).decode()
        )
        SQLModel.metadata.create_all(self.engine, [SQLModel.metadata.tables[t.__tablename__] for t in TABLES])  # type: ignore[index]
        self.now = T0
        self.count = 0

    def routed(self, of: Matter, lead: Assignment | None = None, **more: Any) -> Event:
        data = CaseRouted(matter=of, lead=lead, **more)
        return self._event(CASE_ROUTED, str(data.linked_to or of.case_id), of.case_id, data)

    def command(self, case: UUID, action: Action, actor: Actor | None = None, **more: Any) -> Event:
        data = CaseCommand(
            case_id=case, action=action, actor=actor or person(), at=more.pop("at", self.now), **more
        )
        return self._event(CASE_COMMAND, str(case), case, data)

    def give(self, *batch: Event) -> list[Outcome]:
        """Decide one batch and write it."""
        queries = self.stage.queries(batch)
        with self.engine.begin() as connection:
            view = {name: connection.execute(query).all() for name, query in queries.items()}
            outcomes = self.stage.decide(view, batch)
            for write in (write for outcome in outcomes for write in outcome.writes):
                connection.execute(_statement(write))
        return outcomes

    def do(self, case: UUID, action: Action, actor: Actor | None = None, **more: Any) -> Outcome:
        return self.give(self.command(case, action, actor, **more))[0]

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def case(self, case: UUID) -> AnyRow:
        return self.rows(select(Case).where(col(Case.id) == case))[0]

    def progressed(self, case: UUID) -> CaseProgressed:
        return CaseProgressed.model_validate(self.case(case).snapshot)

    def timeline(self, case: UUID) -> list[dict[str, Any]]:
        query = select(CaseChange.change).where(col(CaseChange.case_id) == case).order_by(col(CaseChange.seq))  # type: ignore[call-overload]
        return [row.change for row in self.rows(query)]

    def clocks(self, case: UUID) -> dict[str, tuple[str, datetime]]:
        rows = self.rows(select(Clock).where(col(Clock.case_id) == case).order_by(col(Clock.due_at)))
        return {row.kind: (row.state, row.due_at) for row in rows}

    def all_clocks(self, case: UUID) -> Sequence[AnyRow]:
        return self.rows(select(Clock).where(col(Clock.case_id) == case))

    def rows(self, query: Any) -> Sequence[AnyRow]:
        with self.engine.connect() as connection:
            return connection.execute(query).all()

    def _event(self, topic: Any, key: str, subject: UUID, data: Any) -> Event:
        self.count += 1
        return Event(
            uuid5(_HERE, str(self.count)), topic, key, str(subject), self.now, data, traceparent="00-aa-bb-01"
        )


def news(outcome: Outcome, kind: type) -> list[Any]:
    """The data of an outcome's events of one kind."""
    return [event.data for event in outcome.events if isinstance(event.data, kind)]


def answers(outcome: Outcome) -> list[tuple[str, str]]:
    """What was told, to whom."""
    return [(due.external_id, due.answer.value) for due in news(outcome, ReceiptDue)]


def _statement(write: Write) -> Any:
    if write.how is How.DELETE:
        return delete(write.table).filter_by(**write.values)
    statement = insert(write.table).values(**write.values)
    if write.how is How.INSERT:
        return statement
    key = [column.name for column in write.table.__table__.primary_key]  # type: ignore[attr-defined]
    if write.how is How.KEEP:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=dict(write.values))
