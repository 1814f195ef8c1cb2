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
from contracts.vocabulary import Platform
from feedback import deliveries
from services.chassis import meters
from services.chassis.house import House
from services.platforms import adapters

LOOK = 0.3  # seconds between looks
AT_ONCE = 100  # told well within the lease, unless a platform hardly lets us call
AWAY = deliveries.PATIENCE[0]  # until others are tried on a platform that did not take one

logger = structlog.get_logger()


async def send_receipts(house: House) -> None:
    """Send what is due until told to stop; a platform that is slow or away holds nobody else's up."""
    known, busy = adapters(house), set[Platform]()
    async with asyncio.TaskGroup() as group:
        while not await house.pause(LOOK):
            for platform in await _waiting(house) - busy:
                busy.add(platform)
                group.create_task(_tell_all(house, platform, known.get(platform), busy))


async def _waiting(house: House) -> set[Platform]:
    try:
        rows = await house.database.rows(deliveries.waiting(datetime.now(UTC)))
    except Transient as error:
        logger.warning("receipts_wait", error=type(error).__name__)
        return set()
    return {Platform(row.platform) for row in rows}


async def _tell_all(house: House, platform: Platform, adapter: Adapter | None, busy: set[Platform]) -> None:
    try:
        while not house.stop.is_set() and (rows := await _claim(house, platform)):
            await _tell(house, platform, adapter, rows)
    except Transient as error:
        logger.warning("receipts_wait", platform=platform, error=type(error).__name__)
    finally:
        busy.discard(platform)


async def _claim(house: House, platform: Platform) -> Sequence[AnyRow]:
    now = datetime.now(UTC)
    async with house.database.transaction() as connection:
        rows = (await connection.execute(deliveries.due(platform, now, AT_ONCE))).all()
        leased = deliveries.held_back([row.event_id for row in rows], now + deliveries.LEASE)
        await connection.execute(leased)
    return rows


async def _as_they_stand(house: House, rows: Iterable[AnyRow]) -> dict[UUID, ReceiptDue]:
    due = {row.event_id: ReceiptDue.model_validate(row.receipt) for row in rows}
    states: dict[UUID, list[str]] = defaultdict(list)
    for row in await house.database.rows(deliveries.siblings({r.complaint_id for r in due.values()})):
        states[row.complaint_id].append(row.lead_state or row.state)
    return {key: deliveries.overall(receipt, states[receipt.complaint_id]) for key, receipt in due.items()}


async def _tell(house: House, platform: Platform, adapter: Adapter | None, rows: Sequence[AnyRow]) -> None:
    """One by one; the first that the platform cannot take now ends the round, for it is away for all."""
    receipts = await _as_they_stand(house, rows)
    waiting, done, error = [*reversed(rows)], list[UUID](), None
    while waiting and not house.stop.is_set() and not isinstance(error, Transient):
        row = waiting.pop()
        error = await _push(adapter, receipts[row.event_id], row.event_id) if adapter else None
        if error:
            await _note_failure(house, platform, row, error)
        else:
            done.append(row.event_id)
    now, state = datetime.now(UTC), "delivered" if adapter else "offered"
    meters.RECEIPTS.labels(platform, state).inc(len(done))
    async with house.database.transaction() as connection:
        await connection.execute(deliveries.delivered(done, now, state))
        await connection.execute(deliveries.held_back([row.event_id for row in waiting], now + AWAY))


async def _push(adapter: Adapter, receipt: ReceiptDue, key: UUID) -> HubError | None:
    try:
        await adapter.push(receipt, key)
    except HubError as error:
        return error
    return None


async def _note_failure(house: House, platform: Platform, row: AnyRow, error: HubError) -> None:
    hopeless = isinstance(error, Invalid)
    code = error.code if isinstance(error, Invalid) else type(error).__name__
    attempts = row.attempts + 1
    meters.RECEIPTS.labels(platform, "failed").inc()
    if hopeless or attempts == 1:
        logger.warning("receipt_failed", platform=platform, code=code, event_id=str(row.event_id))
    async with house.database.transaction() as connection:
        now = datetime.now(UTC)
        await connection.execute(deliveries.failed(row.event_id, attempts, code, now, hopeless))
