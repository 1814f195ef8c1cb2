"""How long something took or has lasted, as ISO 8601 durations; of vague ones the least they can mean."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from classifier.facts.dates import months_before
from classifier.facts.finding import found
from classifier.rulebook.quantities import number
from contracts.events import Fact

# What ISO writes before and behind the number, and for half of it; and its months, its days.
_UNITS = {
    "年": ("P", "Y", "6M", 12, 0),
    "月": ("P", "M", "15D", 1, 0),
    "周": ("P", "W", "", 0, 7),
    "星期": ("P", "W", "", 0, 7),
    "礼拜": ("P", "W", "", 0, 7),
    "天": ("P", "D", "T12H", 0, 1),
    "小时": ("PT", "H", "30M", 0, 0),
    "钟头": ("PT", "H", "30M", 0, 0),
    "分钟": ("PT", "M", "", 0, 0),
}
_BEGINS = re.compile("[0-9.一二两三四五六七八九十几大半]{1,5}(?=[来多个年半天周星礼小钟分])")
_DURATION = re.compile(
    r"(?<![\d.第])(?:大?半|(?P<n>\d{1,3}(?:\.\d)?|[一二两三四五六七八九十几]{1,3})[来多]?)个?(?P<and>半)?[来多]?"
    r"(?P<unit>年(?![级代龄纪薪轻费租检夜货会底初]|\d+月)|(?<=[个半多来])月|小时|钟头|分钟|天|(?:周|星期|礼拜)(?![一二三四五六日天末边围岁]))"
    r"(?P<too>半)?(?P<ago>多?(?:以前|之前|前))?"
)
_NONE = re.compile(
    "[有某那这同当头每哪][一1]|.?[一1]天(?![多半了])|.?半天"
)  # 有一年, 一天到晚: no time that passed


def durations(text: str, on: date | None) -> Iterator[Fact]:
    """Every duration `text` names; how long before the day it was written, `on`, is a date."""
    for match in found(_BEGINS, _DURATION, text):
        start, end = match.span()
        if _NONE.match(text, max(0, start - 1)):
            continue
        if match["ago"]:
            yield Fact(kind="date", start=start, end=end, value=_before(match, on) if on else None)
        else:
            yield Fact(kind="duration", start=start, end=end, value=_length(match))


def _length(match: re.Match[str]) -> str | None:
    lead, unit, half, *_ = _UNITS[match["unit"]]
    whole = f"{_count(match):g}{unit}" if match["n"] else ""
    more = half if match["and"] or match["too"] or not whole else ""
    return f"{lead}{whole}{more}" if whole or more else None


def _before(match: re.Match[str], on: date) -> str:
    """As exact as it was said: years ago is a year, months ago a month."""
    *_, months, days = _UNITS[match["unit"]]
    count = _count(match) if match["n"] else 0.5
    if months and count * months >= 1:
        return months_before(on, int(count * months))
    return (on - timedelta(days=int(count * (days or 30 * months)))).isoformat()


def _count(match: re.Match[str]) -> float:
    return float(match["n"]) if "." in match["n"] else number(match["n"])
