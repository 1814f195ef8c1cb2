"""A file of real messages, served by the 12345 simulator as work orders."""

import csv
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.hotline_12345.simulator import record
from adapters.mapping import BEIJING
from adapters.telling import Telling
from contracts.errors import Invalid

_COLUMNS = {"id", "topic", "time", "body"}
_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d")


Order = tuple[str, dict[str, Any]]


def orders(path: Path, repeat: float, seed: int, now: datetime) -> Iterator[Order]:
    """Every message once, then the `repeat` share (0 to 1) again: half of those under the same id, as a
    platform that sends twice, half under a second id, as a citizen who asks again. Ids depend on the file
    alone; a message without a readable time is of `now`. Raises `Invalid` for a file of another shape."""
    tellings = [(f"R{row['id']}", _telling(row, now)) for row in _rows(path)]
    again = random.Random(seed).sample(tellings, round(len(tellings) * repeat))  # noqa: S311 - a choice
    return _served(tellings, again, now)


def _served(
    tellings: list[tuple[str, Telling]], again: list[tuple[str, Telling]], now: datetime
) -> Iterator[Order]:
    for key, telling in tellings:
        yield key, record(key, telling)
    for number, (key, telling) in enumerate(again):
        second = replace(telling, at=now) if number % 2 else telling
        key_again = f"{key}-2" if number % 2 else key
        yield key_again, record(key_again, second)


def _rows(path: Path) -> list[dict[str, str]]:
    rows = csv.DictReader(_read(path).splitlines(keepends=True))
    if missing := _COLUMNS - set(rows.fieldnames or ()):
        raise Invalid("bad_file", f"{path.name} has no column {', '.join(sorted(missing))}")
    return list(rows)


def _read(path: Path) -> str:
    body = path.read_bytes()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _telling(row: dict[str, str], now: datetime) -> Telling:
    return Telling(
        text=(row["body"] or "").strip(), title=(row["topic"] or "").strip(), at=time_of(row["time"]) or now
    )


def time_of(value: str) -> datetime | None:
    """A file's time, in Beijing where it says no zone; None where it cannot be read."""
    for form in _TIMES:
        try:
            return datetime.strptime(value.strip(), form).replace(tzinfo=BEIJING)
        except (ValueError, AttributeError):
            continue
    return None
