"""Numbers in free text: people and money, in digits or Chinese numerals."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from classifier.rulebook.cues import NUMBER

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "几": 2, "数": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_WHO = (
    r"人|工人|员工|村民|业主|家长|老人|民工|兄弟|姐妹|女生|阿姨|师傅|同事|工友|司机|债主|学生|供货商|老师|群众|住户|农户"
    r"|保安|保洁|服务员|店员|厨师|老乡|家属|亲戚|顾客|车主|会员|投资人|摊贩|教师|女工|男工"
)
_COUNTED = (
    rf"(?:来|多|余|把)?(?:个|名|位|号|家)[^\W\d]{{0,3}}?(?:{_WHO}|工|商|客|户)"
    rf"|(?:来|多|余)?(?:{_WHO})|(?:来|多|余)个(?![月小钟星工年点])|(?:来|多|余)?(?:户(?![口外籍型])|辆)"
)
# Each begins with one character of a set, which the regex engine looks for faster than for anything else.
_PEOPLE = re.compile(
    rf"{NUMBER}(?:(?<![0-9a-z.第].){NUMBER}{{0,7}}(?={_COUNTED})"
    rf"|(?<=(?:老乡|工友|兄弟|姐妹|家长|业主|村民|员工|工人|同事|阿姨|师傅).){NUMBER}{{0,5}}(?=来?[个名位人]))"
)
_HOMES = re.compile("[来多余]?户")
_GROUP = 10  # households: `6户人家` tells of no six people, `一百多户` of a hundred at least
_SUM = re.compile("元|块|人民币|rmb|yuan|¥|￥|万")  # without it no sum is told
_MONEY = re.compile(
    rf"((?:\d[\d,，]*(?:\.\d+)?|{NUMBER}{{1,12}}))\s*(万|千|百)?(?:余|多|来)?\s*(?:元|块(?!地)|人民币|rmb|yuan)|[¥￥]\s*(\d[\d,]*(?:\.\d+)?)"
    rf"|((?:\d[\d,]*(?:\.\d+)?|{NUMBER}{{1,8}}))(万)(?![人户亩])"
)
_LONGEST_SUM = 40  # characters of a number before its sign
_MAX_MONEY = 10**12


class People(NamedTuple):
    """A number of people and where it stands."""

    start: int
    end: int
    size: int
    homes: bool = False  # households: at least so many people


def number(text: str) -> int:
    """The value of digits or Chinese numerals; of vague ones (几十, 七八十) the least they can mean."""
    if text.isascii() and text.isdigit():
        return int(text[:12])
    if text.startswith(("十几", "几十")):
        return 11 if text[0] == "十" else 20
    total = section = digit = 0
    seen_digit = False
    for char in text:
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


def amount_yuan(text: str) -> int | None:
    """The largest sum of money."""
    sign = _SUM.search(text)
    if not sign:
        return None
    sums = [_money(m) for m in _MONEY.finditer(text, max(0, sign.start() - _LONGEST_SUM))]
    return max((s for s in sums if 0 < s < _MAX_MONEY), default=None)


def _money(match: re.Match[str]) -> int:
    raw = (match[1] or match[3] or match[4]).replace(",", "").replace("，", "")
    unit = {"万": 10_000, "千": 1000, "百": 100}.get(match[2] or match[5] or "", 1)
    try:
        return int(float(raw) * unit)
    except (ValueError, OverflowError):
        return number(raw) * unit
