"""Pulls every platform that has an adapter: page by page into the log, the cursor afterwards."""

import asyncio
from datetime import UTC, datetime
from random import uniform

import structlog

from adapters.adapter import Adapter
from adapters.base import Page, TryLater
from adapters.recent import Recent
from contracts.errors import HubError, Invalid, Transient
from contracts.vocabulary import Platform
from services.chassis import meters
from services.chassis.cursors import cursor_of, move_cursor
from services.chassis.house import House
from services.door import take
from services.platforms import adapters

IDLE = 1.0  # seconds between looks at a platform that had nothing more
LONGEST_WAIT = 60.0  # seconds between looks at a platform that is away

logger = structlog.get_logger()


async def pull_platforms(house: House) -> None:
    """Pull until told to stop; one platform's trouble is never another's."""
    known = adapters(house)
    if not known:
        logger.warning("no_platform_to_pull")  # HUB_PLATFORM_SECRETS names none
    async with asyncio.TaskGroup() as group:
        for name, adapter in known.items():
            group.create_task(_pull(house, Platform(name), adapter))


async def _pull(house: House, platform: Platform, adapter: Adapter) -> None:
    failures, wait, recent = 0, 0.0, Recent()
    while not await house.pause(wait):
        try:
            more = await _one_page(house, platform, adapter, recent)
        except HubError as error:
            failures += 1
            _say_once(platform, error, failures)
            wait = _patience(error, failures)
        else:
            if failures:
                logger.info("platform_back", platform=platform, attempt=failures)
            failures, wait = 0, 0.0 if more else IDLE


async def _one_page(house: House, platform: Platform, adapter: Adapter, recent: Recent) -> bool:
    cursor = await cursor_of(house.database, platform)
    page: Page = await adapter.pull(cursor)
    now = datetime.now(UTC)
    if new := recent.fresh(page.postings):
        await take(house.log, house.database, platform, new, now)
        recent.remember(new)
    if page.cursor != cursor:
        await move_cursor(house.database, platform, page.cursor, now)
    meters.PULLS.labels(platform, "ok").inc()
    return page.more


def _say_once(platform: Platform, error: HubError, failures: int) -> None:
    meters.PULLS.labels(platform, type(error).__name__).inc()
    if failures == 1:
        code = error.code if isinstance(error, Invalid) else ""
        logger.warning("platform_away", platform=platform, error=type(error).__name__, code=code)


def _patience(error: HubError, failures: int) -> float:
    """Seconds to wait: what the platform asked for, else doubling with jitter, up to a minute."""
    if isinstance(error, TryLater) and error.after:
        return min(error.after, LONGEST_WAIT)
    if not isinstance(error, Transient):
        return LONGEST_WAIT  # a person must look; trying hard would not help
    return float(min(2.0 ** min(failures, 6), LONGEST_WAIT) * uniform(0.5, 1.0))  # noqa: S311
