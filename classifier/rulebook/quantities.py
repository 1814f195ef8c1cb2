"""Numbers in free text, in digits or Chinese numerals, and how many people they count."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from classifier.rulebook.cues import NUMBER

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "几": 2, "数": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NEXT = {"万": "千", "千": "百", "百": "十"}
_WHO = (
    r"人|工人|员工|村民|业主|家长|老人|民工|兄弟|姐妹|女生|阿姨|师傅|同事|工友|司机|债主|学生|供货商|老师|群众|住户|农户"
    r"|保安|保洁|服务员|店员|厨师|老乡|家属|亲戚|顾客|车主|会员|投资人|摊贩|教师|女工|男工"
)
_COUNTED = (
    rf"(?:来|多|余|把)?(?:号(?:{_WHO})|(?:个(?![来多半]?月|小时|钟头|星期|礼拜|工作)|名|位|家)[^\W\d]{{0,3}}?(?:{_WHO}|工|商|客|户))"
    rf"|(?:来|多|余)?(?:{_WHO})|(?:来|多|余)个(?![月小钟星工年点])|(?:来|多|余)?(?:户(?![口外籍型])|辆)"
)
# Each begins with one character of a set, which the regex engine looks for faster than for anything else.
_PEOPLE = re.compile(
    rf"{NUMBER}(?:(?<![0-9a-z.第].){NUMBER}{{0,7}}(?={_COUNTED})"
    rf"|(?<=(?:老乡|工友|兄弟|姐妹|家长|业主|村民|员工|工人|同事|阿姨|师傅).){NUMBER}{{0,5}}(?=来?[个名位人]))"
)
_HOMES = re.compile("[来多余]?户")
_GROUP = 10  # households: `6户人家` tells of no six people, `一百多户` of a hundred at least


class People(NamedTuple):
    """A number of people and where it stands."""

    start: int
    end: int
    size: int
    homes: bool = False  # households: at least so many people


def number(text: str) -> int:
    """The value of digits or Chinese numerals (三万七 is 37,000); of vague ones (几十, 七八十) the least."""
    if text.isascii() and text.isdigit():
        return int(text[:12])
    if text.startswith(("十几", "几十")):
        return 11 if text[0] == "十" else 20
    total = section = digit = 0
    seen_digit = False
    for char in text + _unsaid(text):
        if char == "万":
            total, section, digit, seen_digit = (section + digit or 1) * 10_000, 0, 0, False
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit, seen_digit = 0, False
        elif char.isdigit() and char.isascii():
            digit = digit * 10 + int(char)
        elif not seen_digit:  # of 七八十 the seven counts
            digit, seen_digit = _DIGITS.get(char, 0), char not in "零〇"
    return total + section + digit


def _unsaid(text: str) -> str:
    """The unit that a last digit leaves out: 三万七 is 三万七千."""
    return "" if text[-1:] in "零〇" else _NEXT.get(text[-2:-1], "")


def people(text: str) -> list[People]:
    """Every number of people the text names."""
    return [
        People(*m.span(), number(m.group()), _HOMES.match(text, m.end()) is not None)
        for m in _PEOPLE.finditer(text)
    ]


def headcount(counted: Iterable[People]) -> int | None:
    """The largest number of people, if more than one. Households count from ten on: then they are a group."""
    most = max((some.size for some in counted if not some.homes or some.size >= _GROUP), default=0)
    return most if 1 < most < 1_000_000 else None
