"""Receipts on their way out: a stage that notes what is due, and the schedule of trying."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, and_, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from contracts.events import ReceiptDue
from contracts.stage import Event, How, Outcome, Query, View, Write
from contracts.tables import one_of
from contracts.topics import RECEIPT_DUE
from contracts.vocabulary import Answer, Platform, State
from feedback.life import ENDED
from feedback.tables import Case, ReceiptDelivery

WAITING = ("pending", "failed")
LEASE = timedelta(seconds=60)  # a sender that died holds its receipts back for this long
# After the last one a person must look: the platform has been away for two days.
PATIENCE = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300, 900, 3600, 7200, 14400, 28800, 43200, 86400))


class ReceiptStage:
    """Notes every receipt that is due. What is sent when is the receipt worker's business.

    Platforms that are not `told` read it here, so nobody need look for a way to send theirs.
    """

    name = "receipt"
    reads = (RECEIPT_DUE,)

    def __init__(self, told: Collection[str]) -> None:
        self._told = frozenset(told)

    def queries(self, batch: Sequence[Event]) -> Mapping[str, Query]:
        """Nothing must be known to write a thing down."""
        return {}

    def decide(self, view: View, batch: Sequence[Event]) -> list[Outcome]:
        """One row a receipt."""
        return [Outcome(event, [self._noted(event)]) for event in batch]

    def _noted(self, event: Event) -> Write:
        receipt = event.data
        assert isinstance(receipt, ReceiptDue)  # noqa: S101
        told = receipt.platform in self._told
        return _row(event.id, receipt, "pending" if told else "offered", receipt.at if told else None)


def _row(event_id: UUID, receipt: ReceiptDue, state: str, next_try_at: datetime | None) -> Write:
    values = {
        "event_id": event_id,
        "complaint_id": receipt.complaint_id,
        "case_id": receipt.case_id,
        "platform": receipt.platform.value,
        "answer": receipt.answer.value,
        "receipt": receipt,
        "at": receipt.at,
        "state": state,
        "attempts": 0,
        "next_try_at": next_try_at,
        "last_error": None,
        "delivered_at": None,
    }
    return Write(ReceiptDelivery, values, How.KEEP)


def waiting(now: datetime) -> Query:
    """The platforms that something is due for."""
    platform = col(ReceiptDelivery.platform)
    return (
        select(platform)
        .where(platform.in_(list(Platform)))  # or the index is read from end to end, whatever is due
        .where(col(ReceiptDelivery.state).in_(WAITING), col(ReceiptDelivery.next_try_at) <= now)
        .distinct()
    )


def due(platform: Platform, now: datetime, limit: int) -> Query:
    """A platform's receipts to be sent now: none that has an older one of its case still waiting, so that it
    never hears an old state after a new one. Select and `held_back` go in one transaction."""
    older = aliased(ReceiptDelivery)
    overtakes = exists().where(
        col(older.case_id) == col(ReceiptDelivery.case_id),
        col(older.state).in_(WAITING),
        or_(
            col(older.at) < col(ReceiptDelivery.at),
            and_(
                col(older.at) == col(ReceiptDelivery.at), col(older.event_id) < col(ReceiptDelivery.event_id)
            ),
        ),
    )
    return (
        select(col(ReceiptDelivery.event_id), col(ReceiptDelivery.receipt), col(ReceiptDelivery.attempts))
        .where(
            col(ReceiptDelivery.platform) == platform.value,
            col(ReceiptDelivery.state).in_(WAITING),
            col(ReceiptDelivery.next_try_at) <= now,
            ~overtakes,
        )
        .order_by(col(ReceiptDelivery.next_try_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def held_back(ids: Iterable[UUID], until: datetime) -> Update:
    """Nobody takes these before `until`."""
    return _these(ids).values(next_try_at=until)


def delivered(ids: Iterable[UUID], now: datetime, state: str = "delivered") -> Update:
    """The platform has them."""
    return _these(ids).values(state=state, delivered_at=now, last_error=None, next_try_at=None)


def failed(event_id: UUID, attempts: int, code: str, now: datetime, hopeless: bool) -> Update:
    """It did not work the `attempts`-th time; when to try again, if at all."""
    over = hopeless or attempts > len(PATIENCE)
    return _these([event_id]).values(
        state="given_up" if over else "failed",
        attempts=attempts,
        last_error=code,
        next_try_at=None if over else now + PATIENCE[attempts - 1],
    )


def _these(ids: Iterable[UUID]) -> Update:
    return update(ReceiptDelivery).where(one_of(col(ReceiptDelivery.event_id), ids))


def siblings(complaints: Iterable[UUID]) -> Query:
    """The states of all cases of these complaints; of a linked case, its lead's."""
    lead = aliased(Case)
    return (
        select(col(Case.complaint_id), col(Case.state), col(lead.state).label("lead_state"))
        .outerjoin(lead, col(lead.id) == col(Case.linked_to))
        .where(one_of(col(Case.complaint_id), complaints))
    )


def overall(receipt: ReceiptDue, states: Iterable[str]) -> ReceiptDue:
    """What the platform is told: its one record of the complaint ends with the last of the cases."""
    unfinished = any(State(state) not in ENDED for state in states)
    if receipt.answer in (Answer.SETTLED, Answer.CLOSED) and unfinished:
        return receipt.model_copy(update={"answer": Answer.IN_PROGRESS, "outcome": None})
    return receipt
