"""What a person should look at within a minute: that somebody did, and how long it took."""

from datetime import UTC, datetime

from contracts.errors import Transient
from contracts.events import CaseCommand, CaseProgressed
from contracts.vocabulary import Action
from services.chassis import meters
from services.console.capacity import actor_of
from services.console.parts import Console
from services.console.sight import Viewer


async def looked(console: Console, viewer: Viewer, case: CaseProgressed) -> None:
    """Have it written down that the viewer, of a centre, has this case open. Where the log is away it is not,
    and the case goes on waiting."""
    now = datetime.now(UTC)
    command = CaseCommand(
        case_id=case.matter.case_id, action=Action.NOTE, actor=actor_of(viewer), at=now, seen=True
    )
    try:
        result = await console.parts.act(command)
    except Transient:
        return
    if result.status == "done":
        meters.LOOK_SECONDS.observe((now - case.matter.received_at).total_seconds())
