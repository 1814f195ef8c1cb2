"""Sums of money, in yuan."""

import re
from collections.abc import Iterable, Iterator

from classifier.facts.finding import found
from classifier.rulebook.cues import NUMBER
from classifier.rulebook.quantities import number
from contracts.events import Fact

_LEAST, _MOST = 2, 10**12  # 一块 is mostly `together`
_UNITS = {"亿": 10**8, "万": 10_000, "w": 10_000, "千": 1000, "k": 1000, "百": 100}
_FOREIGN = "(?!美|欧|港|日元|英镑|韩)"
_NUMBER = rf"\d[\d,，]{{0,15}}(?:\.\d{{1,6}})?|{NUMBER}{{1,12}}"
_REST = r"[1-9一二三四五六七八九](?:千(?!里)|(?![\d.十百千个天年月点]))"  # of 一万二
_BEGINS = re.compile(rf"(?:{NUMBER}[,，.]?){{1,20}}(?=\s?[余多来把]?\s?[亿万元块圆人rykw])|[¥￥]")
_SUM = re.compile(
    rf"(?<![\d.])(?:(?P<n>{_NUMBER})\s?[余多来把]?(?P<unit>[亿万千百])?[余多来]?\s?(?:元|块(?!地)|圆|人民币|rmb|yuan)"
    r"(?:[一二三四五六七八九][毛角])?"
    rf"|[¥￥]\s?(?P<yen>{_NUMBER})(?P<yens>[亿万])?"
    rf"|(?P<bare>\d[\d,]{{0,9}}(?:\.\d{{1,6}})?|{NUMBER}{{1,8}}?)[余多来]?(?P<of>[万亿]){_FOREIGN}(?![人户亩平方字次公步册株头个])"
    rf"(?:(?P<rest>{_REST})|[余多来])?"
    r"|(?P<short>\d{1,4}(?:\.\d{1,2})?)(?P<letter>[wk])(?![a-z0-9]))"
)


def sums(text: str) -> Iterator[Fact]:
    """Every sum `text` names; of vague ones the least they can mean."""
    for match in found(_BEGINS, _SUM, text):
        yuan = _yuan(match)
        if _LEAST <= yuan < _MOST:
            yield Fact(kind="amount", start=match.start(), end=match.end(), value=str(yuan))


def largest(facts: Iterable[Fact]) -> int | None:
    """The largest sum among them."""
    return max((int(fact.value or 0) for fact in facts if fact.kind == "amount"), default=None)


def _yuan(match: re.Match[str]) -> int:
    said = match["n"] or match["yen"] or match["bare"] or match["short"]
    unit = _UNITS.get(match["unit"] or match["yens"] or match["of"] or match["letter"] or "", 1)
    plain = said.replace(",", "").replace("，", "")
    try:
        whole = int(float(plain) * unit)
    except (ValueError, OverflowError):
        whole = number(plain) * unit
    return whole + (number(match["of"] + match["rest"]) - unit if match["rest"] else 0)  # 一万二
