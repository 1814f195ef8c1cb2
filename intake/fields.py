"""How each field of a posting is read: from whatever JSON held to the one form the hub keeps.

A reader gets a value that is present (not null) and returns it normalised, None where nothing is left
of it, or raises `Wrong`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar
from urllib.parse import urlsplit

from contracts import places
from contracts.faults import LIST, STRING, TRUTH, Code, Said, Wrong
from contracts.vocabulary import Intent
from intake import clean

T = TypeVar("T")

MAX_TEXT = 20_000
MAX_NAME = 100
MAX_ORGANISATION = 200
MAX_ADDRESS = 300
MAX_ATTACHMENTS = 20
MAX_URL = 2_000
MAX_SHORT = 64
MAX_AGE_YEARS = 20  # land and housing disputes are old; anything older is a slip of the clock
EXTERNAL_ID = r"[A-Za-z0-9][A-Za-z0-9._:/@=+~-]{0,127}"

_RAW_TEXT = 2 * MAX_TEXT  # before it is tidied: what is far longer is not worth the time
_SLACK = timedelta(minutes=10)  # platforms' clocks run ahead a little
_SHANGHAI = timezone(timedelta(hours=8))  # no daylight saving within MAX_AGE_YEARS
_SAFE_ID = re.compile(EXTERNAL_ID)
_ID_SIGNS = Said(
    "ASCII letters and digits, then also . _ : / @ = + ~ -", "英文字母、数字，其后可用 . _ : / @ = + ~ -"
)


def string(value: object) -> str:
    """Any string; a number or a truth value is a mistake worth telling."""
    if not isinstance(value, str):
        raise Wrong(Code.WRONG_TYPE, expected=STRING)
    return value


def external_id(value: object) -> str:
    """The platform's own id, exactly as sent: receipts go back under it, so it is never normalised."""
    name = string(value)
    if not name.strip():
        raise Wrong(Code.REQUIRED)
    if len(name) > 128:
        raise Wrong(Code.TOO_LONG, limit=128)
    if not _SAFE_ID.fullmatch(name):
        raise Wrong(Code.BAD_CHARACTERS, allowed=_ID_SIGNS)
    return name


def optional(value: object, read: Callable[[str], T]) -> T | None:
    """Nothing where only white space was sent: an empty form field is no answer."""
    given = _bounded(string(value), MAX_SHORT)
    return read(given) if given.strip() else None


def text(value: object) -> str:
    """What the citizen said."""
    kept = _bounded(clean.prose(_bounded(string(value), _RAW_TEXT)), MAX_TEXT)
    if not kept:
        raise Wrong(Code.REQUIRED)
    return kept


def one_line(value: object, limit: int) -> str | None:
    """A name, an address, an organisation. Only the white space that pads it counts for nothing."""
    return _bounded(clean.line(_bounded(string(value).strip(), limit)), limit) or None


def moment(value: object, now: datetime) -> datetime | None:
    """An aware time in UTC; one without a zone is China's."""
    when = value if isinstance(value, datetime) else optional(value, _parse)
    if when is None:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=_SHANGHAI)
    if when > now + _SLACK:
        raise Wrong(Code.IN_FUTURE)
    if when < now - timedelta(days=365.25 * MAX_AGE_YEARS):
        raise Wrong(Code.TOO_OLD, limit=MAX_AGE_YEARS)
    return when.astimezone(UTC)


def _parse(given: str) -> datetime:
    try:
        return datetime.fromisoformat(clean.code(given))
    except ValueError:
        raise Wrong(Code.BAD_TIME) from None


def town_code(value: object) -> str | None:
    """One of our towns or counties."""
    place = clean.code(_bounded(string(value), MAX_SHORT))
    if place and not places.is_place(place):
        raise Wrong(Code.UNKNOWN_PLACE)
    return place or None


def intent(value: object) -> Intent | None:
    """What the platform thinks the citizen wants."""
    name = clean.code(_bounded(string(value), MAX_SHORT))
    try:
        return Intent(name) if name else None
    except ValueError:
        raise Wrong(Code.UNKNOWN_VALUE, allowed=", ".join(Intent)) from None


def truth(value: object) -> bool:
    """A truth value, not a word or number that may mean one."""
    if not isinstance(value, bool):
        raise Wrong(Code.WRONG_TYPE, expected=TRUTH)
    return value


def attachments(value: object) -> tuple[str, ...]:
    """Addresses at the source platform. The hub stores and shows them, it never fetches them."""
    if not isinstance(value, list | tuple):
        raise Wrong(Code.WRONG_TYPE, expected=LIST)
    if len(value) > MAX_ATTACHMENTS:
        raise Wrong(Code.TOO_MANY, limit=MAX_ATTACHMENTS)
    return tuple(_https(item) for item in value)


def _https(value: object) -> str:
    url = _bounded(string(value).strip(), MAX_URL)
    if not url.isprintable() or " " in url:
        raise Wrong(Code.BAD_ADDRESS)
    try:
        parts = urlsplit(url)
        _ = parts.port  # only reading it checks it
    except ValueError:
        raise Wrong(Code.BAD_ADDRESS) from None
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise Wrong(Code.BAD_ADDRESS)
    return url


def _bounded(value: str, limit: int) -> str:
    if len(value) > limit:
        raise Wrong(Code.TOO_LONG, limit=limit)
    return value
