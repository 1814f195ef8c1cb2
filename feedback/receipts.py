"""What a change means to those who reported the case: one answer a source, only when it is a new one."""

from collections.abc import Sequence
from datetime import datetime

from contracts.events import Change, ReceiptDue
from contracts.vocabulary import Action, Answer, Platform, State
from feedback.held import Held, Source
from feedback.life import ENDED, is_sensitive

MEANING = {
    State.TRIAGE: Answer.ACCEPTED,
    State.HANDED_OFF: Answer.HANDED_OFF,
    State.SIGNED: Answer.IN_PROGRESS,
    State.DISPATCHED: Answer.IN_PROGRESS,
    State.ARRIVED: Answer.IN_PROGRESS,
    State.MEDIATING: Answer.IN_PROGRESS,
    State.AGREED: Answer.IN_PROGRESS,
    State.CONFIRMING: Answer.IN_PROGRESS,
    State.FAILED: Answer.IN_PROGRESS,
    State.SETTLED: Answer.SETTLED,
    State.CLOSED: Answer.CLOSED,
}


def answer(change: Change, told: Answer | None) -> Answer | None:
    """What the sources must be told; None where they know, or where it is only the house's own business."""
    if change.after is State.LINKED or (change.before is change.after and change.action is not Action.ROUTE):
        return None
    if change.before in ENDED and change.after not in ENDED:
        return Answer.REOPENED
    new = MEANING[change.after]
    went_back = new is Answer.ACCEPTED and told is not None
    return None if went_back or new is told else new


def receipt(source: Source, of: Held, told: Answer, at: datetime) -> ReceiptDue:
    """One answer for one source of the case `of`. Who has a sensitive case only the police are told."""
    open_to = source.platform is Platform.POLICE_110 or not is_sensitive(of.now)
    return ReceiptDue(
        platform=source.platform,
        external_id=source.external_id,
        complaint_id=source.complaint_id,
        case_id=source.case_id,
        number=source.number,
        answer=told,
        force_name=of.now.lead.force_name if of.now.lead and open_to else None,
        outcome=of.now.outcome,
        at=at,
    )


def receipts(held: Held, told: Answer) -> Sequence[ReceiptDue]:
    """The answer, for everybody who reported the case."""
    return [receipt(source, held, told, held.now.change.at) for source in held.sources()]
