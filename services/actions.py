"""What people do to cases: a command into the log, and its outcome back out of the ledger.

The same way for the API and the console. Waiting asks the ledger, so it does not matter which
process decides, and a caller that gives up waiting has lost nothing.
"""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import col

from contracts.errors import Transient
from contracts.events import CaseCommand
from contracts.stage import Event
from contracts.topics import CASE_COMMAND
from contracts.vocabulary import State
from feedback.tables import Case
from services.chassis import meters
from services.chassis.database import Database
from services.chassis.envelope import encode
from services.chassis.ledger import Ledger
from services.chassis.log import Log

PATIENCE = 5.0  # seconds
_FIRST_LOOK, _SLOWEST_LOOK = 0.01, 0.1


@dataclass(frozen=True, slots=True)
class ActResult:
    """What became of a command; `pending` means it is safe in the log but not decided yet."""

    status: Literal["done", "refused", "pending"]
    reason: str | None = None
    state: State | None = None


class Actions:
    """Submits commands and waits for their outcome."""

    def __init__(self, log: Log, database: Database) -> None:
        self.log, self.database = log, database

    async def submit(self, command: CaseCommand, command_id: UUID | None = None) -> ActResult:
        """Have it done. The same `command_id` is the same command, however often it is submitted.

        Raises `Transient` where it is not known to be in the log.
        """
        event = await self._event(command, command_id or uuid4())
        await self.log.publish([encode(event)])
        result = await self._wait(event.id, command.case_id)
        meters.ACTIONS.labels(command.action, result.status).inc()
        if command.seen and result.status == "done":
            await self._measure(command)
        return result

    async def outcome(self, command_id: UUID, case_id: UUID) -> ActResult | None:
        """What was decided on a command, with the case's state as it is now; None where nothing is yet."""
        verdicts = await self.database.rows(
            select(col(Ledger.verdict), col(Ledger.reason)).where(
                col(Ledger.stage) == "feedback", col(Ledger.input_id) == command_id
            )
        )
        if not verdicts:
            return None
        states = await self.database.rows(select(col(Case.state)).where(col(Case.id) == case_id))
        state = State(states[0].state) if states else None
        done = verdicts[0].verdict == "done"
        return ActResult("done" if done else "refused", verdicts[0].reason, state)

    async def _measure(self, look: CaseCommand) -> None:
        received = select(col(Case.received_at)).where(col(Case.id) == look.case_id)
        for row in await self.database.rows(received):
            meters.LOOK_SECONDS.observe((look.at - row.received_at).total_seconds())

    async def _event(self, command: CaseCommand, command_id: UUID) -> Event:
        # A linked case lives in its lead's partition, so that one worker decides for both.
        rows = await self.database.rows(select(col(Case.linked_to)).where(col(Case.id) == command.case_id))
        lead = rows[0].linked_to if rows else None
        return Event(
            id=command_id,
            topic=CASE_COMMAND,
            key=str(lead or command.case_id),
            subject=str(command.case_id),
            time=command.at,
            data=command,
        )

    async def _wait(self, command_id: UUID, case_id: UUID) -> ActResult:
        wait, until = _FIRST_LOOK, monotonic() + PATIENCE
        while monotonic() < until:
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, _SLOWEST_LOOK)
            try:
                if result := await self.outcome(command_id, case_id):
                    return result
            except Transient:
                continue  # it is in the log: to ask its sender to send it again would be a lie
        return ActResult("pending")
