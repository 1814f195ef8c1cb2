"""What people do to cases: a command into the log, and its outcome back out of the ledger.

The same way for the API and the console. Waiting asks the ledger, so it does not matter which
process decides, and a caller that gives up waiting has lost nothing.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlmodel import col

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

_PATIENCE = 5.0  # seconds
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

    async def submit(self, command: CaseCommand, once: str | None = None) -> ActResult:
        """Have it done. The same `once` (an idempotency key) for a case is the same command.

        Raises `LogDown` where nothing was taken.
        """
        command_id = uuid5(command.case_id, f"command\x1f{once}") if once else uuid4()
        await self.log.publish([encode(await self._event(command, command_id))])
        result = await self._outcome(command_id, command.case_id)
        meters.ACTIONS.labels(command.action, result.status).inc()
        return result

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

    async def _outcome(self, command_id: UUID, case_id: UUID) -> ActResult:
        wait, waited = _FIRST_LOOK, 0.0
        while waited < _PATIENCE:
            await asyncio.sleep(wait)
            waited += wait
            wait = min(wait * 1.5, _SLOWEST_LOOK)
            if result := await self._look(command_id, case_id):
                return result
        return ActResult("pending")

    async def _look(self, command_id: UUID, case_id: UUID) -> ActResult | None:
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
