"""Days, months and years as people name them, in ISO 8601 as exact as they were said."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from classifier.facts.finding import found
from classifier.rulebook.quantities import number
from contracts.events import Fact

_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])(?![\d年月个])"
_YEAR = r"(?:(?:19|20)\d\d|(?:一九|二[〇零○])[〇零○一二三四五六七八九]{2})"
_NO_STREET = "(?!街|路|桥|社区|村)"  # 五月路 is a street
_NUMBERS = re.compile(r"\d+|[〇零○一二三四五六七八九十]+")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_YEARS_AGO = {"今": 0, "去": 1, "前": 2, "大": 3}
_DAYS_AGO = {"今": 0, "昨": 1, "前": 2, "大": 3}
_WEEKDAYS = "一二三四五六日"
_LEAP = 2000  # a year that has every day


class Frame(NamedTuple):
    """What a date is read by: the day the citizen wrote, if known, and the month last named with its year."""

    on: date | None
    last: tuple[int, int] | None = None


def _full(said: str, frame: Frame) -> str | None:
    year, *rest = _NUMBERS.findall(said)
    return _iso(_year(year), *map(number, rest))


def _month_day(said: str, frame: Frame) -> str | None:
    """Without a year it goes on from the last one, or is the latest that has been."""
    month, *rest = map(number, _NUMBERS.findall(said))
    if frame.last:
        year = frame.last[0] + (month < frame.last[1])
    elif frame.on:
        year = frame.on.year
    else:
        known = _iso(_LEAP, month, *rest)
        return known and known.replace(str(_LEAP), "-")
    late = frame.on is not None and (year, month, *rest) > (frame.on.year, frame.on.month, frame.on.day)
    return _iso(year - late, month, *rest)


def _of_a_year(said: str, frame: Frame) -> str | None:
    numbers = map(number, _NUMBERS.findall(said))
    return _iso(frame.on.year - _YEARS_AGO[said[0]], *numbers) if frame.on else None


def _of_a_month(said: str, frame: Frame) -> str | None:
    if not frame.on:
        return None
    year, month = divmod(frame.on.year * 12 + frame.on.month - 1 - said.count("上"), 12)
    return _iso(year, month + 1, *map(number, _NUMBERS.findall(said)))


def _of_a_week(said: str, frame: Frame) -> str | None:
    if not frame.on:
        return None
    day = _WEEKDAYS.index(said[-1].replace("天", "日"))
    monday = frame.on - timedelta(days=frame.on.weekday(), weeks=said.count("上"))
    return (monday + timedelta(days=day)).isoformat()


def _day(said: str, frame: Frame) -> str | None:
    return (frame.on - timedelta(days=_DAYS_AGO[said[0]])).isoformat() if frame.on else None


def _by_the_moon(said: str, frame: Frame) -> str | None:
    return None  # the old calendar is for a person to read


_MONTH_DAY = rf"{_MONTH}月(?:份|\s?{_DAY}[日号]?)?"
_OLD_MONTH = rf"(?:(?:农历|阴历)?[正冬腊]月|(?:农历|阴历){_MONTH}月)"
_WHOLE_MONTH = r"(?=[初底末]|[上中下]旬)"
# The first that fits counts. What it stands for is told from the words alone.
_FORMS: dict[str, tuple[str, Callable[[str, Frame], str | None]]] = {
    "full": (rf"{_YEAR}(?:年\s?{_MONTH_DAY}|(?P<sep>[-/.]){_MONTH}(?P=sep){_DAY})", _full),
    "short": (rf"[012]\d年{_MONTH_DAY}", _full),
    "year": (rf"{_YEAR}年", _full),
    "moon": (rf"(?:[今去前]年)?{_OLD_MONTH}(?:初.|廿.?|{_DAY})?", _by_the_moon),
    "of_a_year": (rf"(?:大前|[今去前])年(?:{_MONTH_DAY})?", _of_a_year),
    "of_a_month": (rf"(?:上上个?|上个?|这个|本)月(?:{_DAY}[日号])?", _of_a_month),
    "month_day": (rf"{_MONTH}月(?:份|{_DAY}[日号]|{_WHOLE_MONTH}){_NO_STREET}", _month_day),
    "month": (r"(?:1[0-2]|[1-9])月(?![租薪嫂饼子卡])", _month_day),
    "of_a_week": (r"(?:上上个?|上个?|这个?|本)(?:周|星期|礼拜)[一二三四五六日天]", _of_a_week),
    "day": (r"大?前[天晚]|[今昨][天日晚夜早晨]", _day),
}
_SHAPES = "|".join(f"(?P<{name}>{shape})" for name, (shape, _) in _FORMS.items())
_DATE = re.compile(rf"(?<![\d第.])(?:{_SHAPES})")
_BEGINS = re.compile(
    "[0-9〇零○一二三四五六七八九十今昨前去上大这本正冬腊农阴]{1,4}(?=[-/.年月天日晚夜早晨个周星礼历])"
)


def dates(text: str, on: date | None) -> Iterator[Fact]:
    """Every date `text` names. Without the day it was written on, what hangs on that day has no value."""
    frame = Frame(on)
    for match in found(_BEGINS, _DATE, text):
        value = _FORMS[match.lastgroup or ""][1](match.group(), frame)
        if value and len(value) >= len("2024-03") and value[0] != "-":
            frame = Frame(on, (int(value[:4]), int(value[5:7])))
        yield Fact(kind="date", start=match.start(), end=match.end(), value=value)


def months_before(on: date, months: int) -> str:
    """The month so many before; of whole years the year."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return f"{year}" if months % 12 == 0 else f"{year}-{month + 1:02}"


def _year(said: str) -> int:
    year = int(said.translate(_DIGITS))
    return year if year > 99 else 2000 + year


def _iso(year: int, month: int | None = None, day: int | None = None) -> str | None:
    """As much of a date as is said; None for the thirtieth of February."""
    try:
        whole = date(year, month or 1, day or 1).isoformat()
    except ValueError:
        return None
    return whole if day else whole[:7] if month else whole[:4]
