"""Tells every source platform where its complaint stands: in order, and for days if it must."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog

from adapters.adapter import Adapter
from contracts.errors import HubError, Invalid, Transient
from contracts.events import ReceiptDue
from contracts.stage import AnyRow
from feedback import deliveries
from services.chassis import meters
from services.chassis.house import House
from services.platforms import adapters

LOOK = 0.3  # seconds between looks
AT_ONCE = 200

logger = structlog.get_logger()


async def send_receipts(house: House) -> None:
    """Send what is due until told to stop."""
    platforms = adapters(house)
    while not await house.pause(LOOK):
        try:
            await _round(house, platforms)
        except Transient as error:
            logger.warning("receipts_wait", error=type(error).__name__)


async def _round(house: House, platforms: dict[str, Adapter]) -> None:
    rows = await _claim(house)
    if not rows:
        return
    receipts = await _as_they_stand(house, rows)
    by_platform: dict[str, list[AnyRow]] = defaultdict(list)
    for row in rows:
        by_platform[row.receipt["platform"]].append(row)
    async with asyncio.TaskGroup() as group:
        for name, theirs in by_platform.items():
            group.create_task(_tell(house, platforms.get(name), theirs, receipts))


async def _claim(house: House) -> Sequence[AnyRow]:
    now = datetime.now(UTC)
    if not await house.database.rows(deliveries.due(now, 1)):
        return []
    async with house.database.transaction() as connection:
        rows = (await connection.execute(deliveries.due(now, AT_ONCE))).all()
        await connection.execute(deliveries.leased([row.event_id for row in rows], now))
    return rows


async def _as_they_stand(house: House, rows: Iterable[AnyRow]) -> dict[UUID, ReceiptDue]:
    due = {row.event_id: ReceiptDue.model_validate(row.receipt) for row in rows}
    states: dict[UUID, list[str]] = defaultdict(list)
    for row in await house.database.rows(deliveries.siblings({r.complaint_id for r in due.values()})):
        states[row.complaint_id].append(row.lead_state or row.state)
    return {key: deliveries.overall(receipt, states[receipt.complaint_id]) for key, receipt in due.items()}


async def _tell(
    house: House, adapter: Adapter | None, rows: Sequence[AnyRow], receipts: dict[UUID, ReceiptDue]
) -> None:
    done: list[UUID] = []
    for row in rows:
        if adapter and (error := await _push(adapter, receipts[row.event_id], row.event_id)):
            await _note_failure(house, row, error)
        else:
            done.append(row.event_id)
    state = "delivered" if adapter else "offered"
    meters.RECEIPTS.labels(rows[0].receipt["platform"], state).inc(len(done))
    async with house.database.transaction() as connection:
        await connection.execute(deliveries.delivered(done, datetime.now(UTC), state))


async def _push(adapter: Adapter, receipt: ReceiptDue, key: UUID) -> HubError | None:
    try:
        await adapter.push(receipt, key)
    except HubError as error:
        return error
    return None


async def _note_failure(house: House, row: AnyRow, error: HubError) -> None:
    hopeless = isinstance(error, Invalid)
    code = error.code if isinstance(error, Invalid) else type(error).__name__
    platform, attempts = row.receipt["platform"], row.attempts + 1
    meters.RECEIPTS.labels(platform, "failed").inc()
    if hopeless or attempts == 1:
        logger.warning("receipt_failed", platform=platform, code=code, event_id=str(row.event_id))
    async with house.database.transaction() as connection:
        now = datetime.now(UTC)
        await connection.execute(deliveries.failed(row.event_id, attempts, code, now, hopeless))
