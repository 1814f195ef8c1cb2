"""Commands that came before their case: kept, and sent again until they find it.

A supplement comes straight from the classifier and may overtake its case, which goes by the router.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

from sqlalchemy import Delete, delete, select
from sqlmodel import col

from contracts.events import CaseCommand
from contracts.stage import AnyRow, Event, Query, Write
from contracts.topics import CASE_COMMAND
from feedback.tables import Postponed

LONGEST_WAIT = 60  # seconds between two tries
PATIENCE = timedelta(days=7)  # a router that is away longer is known to everybody


def postponed(event: Event, command: CaseCommand) -> Write | None:
    """The command's row, due after 1, 2, 4 … seconds; None where it has waited long enough."""
    if event.time - command.at > PATIENCE:
        return None
    wait = timedelta(seconds=min(2**command.rounds, LONGEST_WAIT))
    values = {"event_id": event.id, "due_at": event.time + wait, "command": command.model_dump(mode="json")}
    return Write(Postponed, values)


def due_again(now: datetime, limit: int) -> Query:
    """What to send again now. Select and `sent_again` go in one transaction."""
    return (
        select(col(Postponed.event_id), col(Postponed.due_at), col(Postponed.command))
        .where(col(Postponed.due_at) <= now)
        .order_by(col(Postponed.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def sent_again(rows: Sequence[AnyRow]) -> Delete:
    """These are in the log once more."""
    return delete(Postponed).where(col(Postponed.event_id).in_([row.event_id for row in rows]))


def again(row: AnyRow) -> Event:
    """The command's next try; id and time follow from the row, so that sent twice it is one event."""
    command = CaseCommand.model_validate(row.command)
    return Event(
        id=uuid5(row.event_id, "again"),
        topic=CASE_COMMAND,
        key=str(command.case_id),
        subject=str(command.case_id),
        time=row.due_at,
        data=command.model_copy(update={"rounds": command.rounds + 1}),
        cause=row.event_id,
    )
