"""What a person should look at within a minute: that somebody did."""

from contextlib import suppress
from datetime import UTC, datetime

from contracts.errors import Transient
from contracts.events import CaseCommand, CaseProgressed
from contracts.vocabulary import Action
from services.console.capacity import actor_of
from services.console.parts import Console
from services.console.sight import Viewer


async def looked(console: Console, viewer: Viewer, case: CaseProgressed) -> None:
    """Have it written down that the viewer, of a centre, has this case open. Where the log is away it is not,
    and the case goes on waiting."""
    command = CaseCommand(
        case_id=case.matter.case_id,
        action=Action.NOTE,
        actor=actor_of(viewer),
        at=datetime.now(UTC),
        seen=True,
    )
    with suppress(Transient):
        await console.parts.act(command)
