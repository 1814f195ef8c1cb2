"""People's names in free text. A name shows by what stands beside it more than by itself."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush
from importlib.resources import files
from typing import NamedTuple

Span = tuple[int, int]
_JOINED = re.compile(r"[与和、跟同及，]|\d{3,6}[，、]")  # between two names of a list
_TO_NUMBER = re.compile(r"[\s，,、：:（(]{0,2}(?:电话|手机号?|联系方式|tel)?[\s：:]?")
_NUMBER_REACH = 11  # characters: of a name the longest, 4, and of what may stand between, 7
_BREAK = re.compile(r"[\s，,。；;、：:）)（(”\"」！!？?\d失私在是]|$")
_SUM_AFTER = re.compile(r"\d{4,6}[，。、]")
_FOREIGN = (
    re.compile(r"(?P<v>[А-ЯЁ][а-яё]+(?: [А-ЯЁ][а-яё]+){1,2})"),
    re.compile(r"(?P<v>[가-힯](?<=[一-鿿：:，,].)[가-힯]{1,3}(?![가-힯]))"),
    re.compile(r"叫(?P<v>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"),
)
_DOTS = "·•"
_DOTTED = re.compile(r"[一-鿿]{2,8}[·•][一-鿿]{2,8}?(?=[反说的称与和，。、在因（(]|$|\W)")
_TITLE = re.compile(r"^.*(?:老板|司机|村民|市民|居民|员工|顾客|叫|是|人|摊主)")
_INTRODUCTIONS = (
    *("my name is", "name:", r"mr\.?", r"mrs\.?", r"ms\.?"),
    *("me llamo", "mi nombre es", "je m'appelle", "меня зовут"),
)
_INTRODUCED = re.compile(
    rf"(?:{'|'.join(spelt for lead in _INTRODUCTIONS for spelt in (lead, lead.capitalize()))}) ?"
    r"(?P<v>[A-ZÀ-ÞА-Я][\w'-]+(?: [A-ZÀ-ÞА-Я][\w'.-]*){0,3})"
)


@dataclass(frozen=True, slots=True)
class _Words:
    surname: re.Pattern[str]  # every place where a name could begin
    common: frozenset[str]
    led_by: re.Pattern[str]
    led_weakly_by: re.Pattern[str]
    words: frozenset[str]  # what begins with a surname and is no name
    never: frozenset[str]
    then: re.Pattern[str]


class _Beside(NamedTuple):
    """What stands beside names: where sure and weak leads end, where numbers begin."""

    expected: set[int]
    hoped: set[int]
    numbers: set[int]


@cache
def _words() -> _Words:
    data = tomllib.loads((files("classifier") / "data" / "names.toml").read_text("utf-8"))
    common, rare, double = (data[key].split() for key in ("common", "rare", "double"))
    then = re.escape("".join(data["then"].split()))
    return _Words(
        surname=re.compile("|".join([*double, f"[{''.join([*common, *rare])}]"])),
        common=frozenset(common),
        led_by=_leads(data["led_by"]),
        led_weakly_by=_leads(data["led_weakly_by"]),
        words=frozenset(data["words"].split()),
        never=frozenset(data["never"]),
        then=re.compile(rf"[\s，,。；;、：:）)（(”\"」！!？?\d{then}]|$"),
    )


def _leads(words: str) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, words.split()), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(longest_first)})[:：，,是为叫 ]?")


def find_names(text: str, plain: str, covered: Sequence[Span], language: str) -> Iterator[Span]:
    """Where names stand; `covered` are phones and numbers already found, beside which names often stand."""
    if language == "zh":
        yield from _chinese(plain, {start for start, _ in covered})
        yield from (match.span("v") for pattern in _FOREIGN for match in pattern.finditer(text))
        if any(dot in text for dot in _DOTS):
            yield from _dotted(text)
    yield from (match.span("v") for match in _INTRODUCED.finditer(text))


def _dotted(text: str) -> Iterator[Span]:
    for match in _DOTTED.finditer(text):
        title = _TITLE.match(match.group().partition("·")[0])
        yield match.start() + (title.end() if title else 0), match.end()


def _chinese(plain: str, numbers: set[int]) -> Iterator[Span]:
    words = _words()
    expected = {match.end() for match in words.led_by.finditer(plain)}
    beside = _Beside(expected, {match.end() for match in words.led_weakly_by.finditer(plain)}, numbers)
    places = sorted({*expected, *beside.hoped, *_before_numbers(plain, numbers, words)})  # a heap
    last = -1
    while places:
        at = heappop(places)
        if at > last and (span := _name_at(plain, at, beside, words)):
            yield span
            if joined := _JOINED.match(plain, span[1]):
                expected.add(joined.end())
                heappush(places, joined.end())
        last = at


def _name_at(plain: str, at: int, beside: _Beside, words: _Words) -> Span | None:
    match = words.surname.match(plain, at)
    if not match or plain[at : at + 2] in words.words:
        return None
    if at in beside.expected or at in beside.hoped:
        return _given(plain, at, match.group(), words, weakly=at not in beside.expected)
    return _beside_number(plain, at, match.group(), beside.numbers, words)


def _before_numbers(plain: str, numbers: set[int], words: _Words) -> Iterator[int]:
    """Where surnames stand within reach of a number behind them."""
    ends = [*numbers, *(match.start() for match in _SUM_AFTER.finditer(plain))]
    for end in ends:
        near = words.surname.finditer(plain, max(0, end - _NUMBER_REACH), end)
        yield from (match.start() for match in near)


def _given(plain: str, at: int, surname: str, words: _Words, weakly: bool) -> Span | None:
    """Surname and given name: of two characters where that holds, else of one."""
    start = at + len(surname)
    doubtful = weakly and surname not in words.common and len(surname) == 1
    then = _BREAK if doubtful else words.then
    for end in (start + 2, start + 1):
        if _is_given(plain[start:end], end - start, words) and then.match(plain, end):
            return at, end
    sure = not weakly and surname in words.common and _is_given(plain[start : start + 2], 2, words)
    return (at, start + 2) if sure else None


def _is_given(given: str, size: int, words: _Words) -> bool:
    return len(given) == size and all("一" <= char <= "鿿" and char not in words.never for char in given)


def _beside_number(plain: str, at: int, surname: str, numbers: set[int], words: _Words) -> Span | None:
    """`傅敏 1990…`, `罗正东14200，`: a name right before a number, after a break."""
    if at and "一" <= plain[at - 1] <= "鿿" and plain[at - 1] not in "我是叫名":
        return None
    start = at + len(surname)
    for end in (start + 2, start + 1):
        if _is_given(plain[start:end], end - start, words) and _number_near(plain, end, numbers):
            return at, end
    return None


def _number_near(plain: str, end: int, numbers: set[int]) -> bool:
    gap = _TO_NUMBER.match(plain, end)
    return (gap.end() if gap else end) in numbers or bool(_SUM_AFTER.match(plain, end))
