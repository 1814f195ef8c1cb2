"""The inner side of the doors that pull: postings into the log, what cannot come in to the dead letters."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

import structlog

from adapters.base import Pulled
from contracts import ids
from contracts.errors import Invalid
from contracts.events import DeadLetter
from contracts.stage import Event, How
from contracts.topics import COMPLAINT_RECEIVED, DEAD_LETTER
from contracts.vocabulary import Platform
from intake.admit import Sender
from intake.lenient import admit_pulled
from services.chassis import meters
from services.chassis.database import Database
from services.chassis.envelope import encode
from services.chassis.letters import announced, row_for
from services.chassis.log import Log, Message

STAGE = "door"  # the stage name of letters whose value is a raw posting, to be admitted anew when mended

logger = structlog.get_logger()


async def take(
    log: Log, database: Database, platform: Platform, items: Sequence[Pulled], now: datetime
) -> None:
    """Returns when every item is safe: in the log, or as a dead letter."""
    sender, events, letters = Sender(platform), [], []
    for item in items:
        try:
            events.append(_admitted(item, sender, now))
        except Invalid as why:
            letters.append(_letter(platform, item, why, now))
            logger.warning("posting_refused", platform=platform, code=why.code)
    meters.POSTINGS.labels(platform, "accepted").inc(len(events))
    meters.POSTINGS.labels(platform, "dead").inc(len(letters))
    if letters:
        await _keep(database, letters)
    await log.publish([*map(encode, events), *map(announced, letters)])


def readmit(platform: str, value: str, now: datetime) -> Message:
    """A mended raw posting, ready for the log. Raises `Invalid` where it still cannot come in."""
    try:
        raw = json.loads(value)
    except (ValueError, RecursionError):
        raise Invalid("bad_json", "this is not JSON; mend it and send again") from None
    return encode(admit_pulled(raw, Sender(Platform(platform)), now))


def _admitted(item: Pulled, sender: Sender, now: datetime) -> Event:
    if item.fault:
        raise item.fault
    return admit_pulled(item.posting, sender, now)


def _letter(platform: Platform, item: Pulled, why: Invalid, now: datetime) -> Event:
    complaint = ids.complaint_id(platform, item.key)
    origin = uuid5(complaint, item.revision)
    value = json.dumps(item.posting, ensure_ascii=False) if item.posting is not None else item.raw
    faults = "; ".join(f"{fault.field}: {fault.message}" for fault in why.faults)
    data = DeadLetter(
        stage=STAGE,
        topic=COMPLAINT_RECEIVED.name,
        partition=0,
        offset=0,
        event_id=origin,
        subject=str(complaint),
        code=why.code,
        reason=faults or why.message,
        key=platform,
        headers=(),
        value=value,
        at=now,
    )
    letter_id: UUID = uuid5(origin, "dead")
    return Event(letter_id, DEAD_LETTER, platform, str(complaint), now, data, cause=origin)


async def _keep(database: Database, letters: Sequence[Event]) -> None:
    # KEEP: an item that overlapping cursors bring again must not reopen a letter somebody has handled.
    rows = [replace(row_for(letter), how=How.KEEP) for letter in letters]
    async with database.transaction() as connection:
        await database.write(connection, rows)
