"""The feedback stage: what became of a case, and who must be told."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from contracts.errors import Invalid
from contracts.events import CaseCommand, CaseProgressed, CaseRouted, ReceiptDue, WarningRaised
from contracts.ids import event_id
from contracts.personal import Contract
from contracts.stage import Event, Outcome, Query, View, Write
from contracts.tables import one_of
from contracts.topics import (
    CASE_COMMAND,
    CASE_PROGRESSED,
    CASE_ROUTED,
    RECEIPT_DUE,
    WARNING_RAISED,
    Topic,
)
from feedback.book import Book, load_book
from feedback.clocks import LIVE
from feedback.commanded import commanded
from feedback.held import Desk
from feedback.moves import Done
from feedback.reasons import Reason
from feedback.routed import routed
from feedback.tables import Case, Clock, Sighting
from feedback.warnings import callers, warning_key


class FeedbackStage:
    """Routed events and commands in; changes, clocks, receipts and warnings out (`contracts.stage.Stage`)."""

    name = "feedback"
    reads: tuple[Topic, ...] = (CASE_ROUTED, CASE_COMMAND)

    def __init__(self, book: Book) -> None:
        self._book = book

    def queries(self, batch: Sequence[Event]) -> Mapping[str, Query]:
        """Four statements, whatever the batch: its cases, their running clocks, their twins, its callers."""
        ids = sorted({case for event in batch for case in _cases(event)})
        who = callers(event.data for event in batch if isinstance(event.data, CaseRouted))
        case, clock = col(Case.id), col(Clock.case_id)
        return {
            "cases": select(
                case,
                col(Case.ground),
                col(Case.told),
                col(Case.had),
                col(Case.snapshot),
            ).where(one_of(case, ids)),
            "clocks": select(clock, col(Clock.kind), col(Clock.due_at), col(Clock.started_at)).where(
                one_of(clock, ids), col(Clock.state).in_(LIVE)
            ),
            "twins": select(
                case,
                col(Case.number),
                col(Case.complaint_id),
                col(Case.platform),
                col(Case.external_id),
                col(Case.linked_to),
            ).where(one_of(col(Case.linked_to), ids)),
            "sightings": select(col(Sighting.who), col(Sighting.case_id), col(Sighting.at)).where(
                one_of(col(Sighting.who), who)
            ),
        }

    def decide(self, view: View, batch: Sequence[Event]) -> list[Outcome]:
        """One outcome an input, in order."""
        desk = Desk(view)
        return [self._outcome(desk, event) for event in batch]

    def _outcome(self, desk: Desk, event: Event) -> Outcome:
        match self._verdict(desk, event):
            case Invalid() as invalid:
                return Outcome(event, invalid=invalid)
            case Reason() as reason:
                return Outcome(event, refusal=reason)
            case Write() as later:
                return Outcome(event, [later])
            case done:
                return _written(event, done)

    def _verdict(self, desk: Desk, event: Event) -> Sequence[Done] | Reason | Invalid | Write:
        match event.data:
            case CaseRouted() as data:
                return routed(self._book, desk, event, data)
            case CaseCommand() as command:
                return commanded(self._book, desk, event, command)
        return Invalid("unexpected_topic", "feedback reads routed events and commands only")


def load_feedback(folder: Path | None = None) -> FeedbackStage:
    """The stage, with the data of `folder` or the hub's own."""
    return FeedbackStage(load_book(folder))


def _cases(event: Event) -> set[UUID]:
    match event.data:
        case CaseRouted(matter=matter, linked_to=lead):
            return {matter.case_id, lead} if lead else {matter.case_id}
        case CaseCommand(case_id=case_id):
            return {case_id}
    return set()


def _written(event: Event, done: Sequence[Done]) -> Outcome:
    news = [contract for step in done for contract in step.events]
    return Outcome(
        event,
        writes=[write for step in done for write in step.writes],
        events=[_event(event, ordinal, contract) for ordinal, contract in enumerate(news)],
    )


def _event(cause: Event, ordinal: int, data: Contract) -> Event:
    topic, key, subject = _address(data)
    return Event(
        id=event_id(cause.id, "feedback", ordinal),
        topic=topic,
        key=key,
        subject=str(subject),
        time=cause.time,
        data=data,
        cause=cause.id,
        traceparent=cause.traceparent,
    )


def _address(data: Contract) -> tuple[Topic, str, UUID]:
    match data:
        case CaseProgressed(matter=matter):
            return CASE_PROGRESSED, str(matter.case_id), matter.case_id
        case ReceiptDue(platform=platform, case_id=case_id):
            return RECEIPT_DUE, platform.value, case_id
        case WarningRaised(case_ids=case_ids):
            return WARNING_RAISED, warning_key(data), case_ids[0]
    raise TypeError(type(data).__name__)
