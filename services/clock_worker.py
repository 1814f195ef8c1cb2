"""Fires what fell due: claimed, published as commands with ids of their own, marked; in that order.

Clocks that nobody kept, and commands that came before their case.

A crash after publishing fires again with the same id, and the ledger knows it. What fell due while
nobody looked fires at the next start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Delete, Update

from contracts.errors import Transient
from contracts.stage import AnyRow, Event, Query
from feedback.clocks import due_statement, expire_command, fired_statement
from feedback.postponed import again, due_again, sent_again
from services.chassis import meters
from services.chassis.envelope import encode
from services.chassis.house import House

LOOK = 0.25  # seconds between looks
AT_ONCE = 500

logger = structlog.get_logger()


async def fire_clocks(house: House) -> None:
    """Fire until told to stop."""
    while not await house.pause(LOOK):
        try:
            while await _fire(house, _CLOCKS) == AT_ONCE or await _fire(house, _EARLY) == AT_ONCE:
                pass
        except Transient as error:
            logger.warning("clocks_wait", error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """One kind of row that becomes a command when its time has come."""

    query: Callable[[datetime, int], Query]
    event: Callable[[AnyRow], Event]
    done: Callable[[Sequence[AnyRow]], Update | Delete]
    count: Callable[[AnyRow, datetime], None]


async def _fire(house: House, due: Due) -> int:
    now = datetime.now(UTC)
    if not await house.database.rows(due.query(now, 1)):
        return 0
    async with house.database.transaction() as connection:
        rows = (await connection.execute(due.query(now, AT_ONCE))).all()
        await house.log.publish([encode(due.event(row)) for row in rows])
        if rows:
            await connection.execute(due.done(rows))
    for row in rows:
        due.count(row, datetime.now(UTC))
    return len(rows)


def _count_clock(row: AnyRow, now: datetime) -> None:
    meters.CLOCKS_FIRED.labels(row.kind).inc()
    meters.CLOCK_LATENESS.observe((now - row.due_at).total_seconds())


def _count_early(row: AnyRow, now: datetime) -> None:
    meters.POSTPONED.inc()


_CLOCKS = Due(due_statement, expire_command, fired_statement, _count_clock)
_EARLY = Due(due_again, again, sent_again, _count_early)
