"""Fires clocks that fell due: claimed, published as commands with ids of their own, marked; in that order.

A crash after publishing fires again with the same id, and the ledger knows it. What fell due while
nobody looked fires at the next start.
"""

from datetime import UTC, datetime

import structlog

from contracts.errors import Transient
from feedback.clocks import due_statement, expire_command, fired_statement
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
            while await _fire(house) == AT_ONCE:
                pass
        except Transient as error:
            logger.warning("clocks_wait", error=type(error).__name__)


async def _fire(house: House) -> int:
    now = datetime.now(UTC)
    if not await house.database.rows(due_statement(now, 1)):
        return 0
    async with house.database.transaction() as connection:
        rows = (await connection.execute(due_statement(now, AT_ONCE))).all()
        await house.log.publish([encode(expire_command(row)) for row in rows])
        if rows:
            await connection.execute(fired_statement(rows))
    for row in rows:
        meters.CLOCKS_FIRED.labels(row.kind).inc()
        meters.CLOCK_LATENESS.observe((datetime.now(UTC) - row.due_at).total_seconds())
    return len(rows)
