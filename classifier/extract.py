"""Personal data in free text: where it stands, so that it can be covered. Rather too wide than open."""

import re
from collections.abc import Iterable, Iterator

from stdnum.iso7064 import mod_11_2

from classifier.names import find_names
from contracts.events import Found, FoundKind

_Span = tuple[int, int, FoundKind]
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_EDGE, _STOP_EDGE = "(?<![0-9a-z])", "(?![0-9a-z])"
_SOCIAL = "微信号?|vx|wechat|whatsapp|telegram|qq号?|抖音号|小红书号"
_Pattern = tuple[FoundKind, re.Pattern[str]]
_LED_BY = 12  # characters by which a match may begin before the number by which it is found
_LONG_NUMBER = re.compile(r"\d(?:[ .·-]?\d){6}")  # without it none of these can match
_NUMBERED: tuple[_Pattern, ...] = (
    ("id_number", re.compile(
        rf"{_EDGE}\d{{6}}[ -]?(?:19|20)\d{{2}}[ -]?\d{{4}}[ -]?\d{{3}}[0-9x]{_STOP_EDGE}")),
    ("id_number", re.compile(rf"身份证[^\d，。]{{0,6}}(?P<v>\d{{14,20}}x?){_STOP_EDGE}")),
    ("bank_card", re.compile(rf"{_EDGE}[3-6]\d{{3}}(?:[ -]?\d{{4}}){{3}}(?:[ -]?\d{{1,3}})?{_STOP_EDGE}")),
    ("phone", re.compile(rf"{_EDGE}(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ .·-]?\d){{8}}(?!\d)")),
    ("phone", re.compile(rf"{_EDGE}0\d{{2,3}}[ -]?\d{{7,8}}(?!\d)")),
    ("phone", re.compile(r"(?:电话|固话|座机)[:：是为 ]{0,2}(?P<v>[2-8]\d{6,7})(?!\d)")),
    ("phone", re.compile(r"(?<![0-9a-z])\+(?!86)\d{1,3}(?:[ .-]?\d){7,12}(?!\d)")),
    ("passport", re.compile(rf"{_EDGE}(?:[eg]\d{{8}}|[dsph]e?\d{{7,8}}|e[a-z]\d{{7}}){_STOP_EDGE}")),
)  # fmt: skip
_EIGHTEEN = re.compile(rf"{_EDGE}\d{{17}}[0-9x]{_STOP_EDGE}")
# These begin with a word or a letter of few, which is quickly seen to be missing.
_LED: tuple[_Pattern, ...] = (
    ("passport", re.compile(
        r"(?:护照|passport|паспорт|여권|جواز)[^0-9a-z]{0,8}(?:no\.?|number|号码?)?[^0-9a-z]{0,4}"
        r"(?P<v>[a-z]{0,2}\d[0-9 ]{5,10}\d)")),
    ("plate", re.compile(
        rf"[{_PLATES}][a-z][ ·.•-]?(?:[a-z0-9]{{5,6}}|[a-z0-9]{{4}}[学警挂港澳]){_STOP_EDGE}")),
    ("contact", re.compile(
        rf"(?:{_SOCIAL})[^0-9a-z，。\n一-鿿]{{0,3}}(?:号|是|为|:|：| )*(?P<v>[a-z0-9][a-z0-9_-]{{4,24}})")),
)  # fmt: skip
_MAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_HOUSE_NUMBER = re.compile("[0-9][弄号幢栋座单室-]")  # without it no Chinese address has a house
_HOUSE = re.compile(
    r"(?P<sure>\d{1,5}(?:弄|号楼|号院|幢|栋|座(?!位)|单元|室)(?:[甲乙丙号楼幢栋座室层\d-]|单元)*)"
    r"|(?P<street>\d{1,5}(?:-\d{1,4})?号(?!线|机|院区|文件)(?:[楼幢栋座室层\d-]|单元)*)"
    r"|(?<![\d-])\d{1,3}-\d{1,3}-\d{3,4}(?![\d-])"
)
_ROOM = re.compile(
    r"(?:flat|room|apartment|unit|building|no\.) ?\d{1,5}[a-z]?(?:, ?(?:building|unit|no\.?) ?\d+)*"
)
# What the name of a street ends with, and what stands before it but is no part of it.
_STREET = re.compile(
    r"[^\W\d_a-z在住到于是家的址去从来我他她你往租和与月]{1,6}"
    r"(?:路|街|弄|巷|道|胡同|里|岸|屋|村|坞|畈|桥|园|苑|墅|埠|湾|头|组|庄|家|坊|府|城|小区|公寓|新村)$"
)
_STREET_REACH = 9  # characters a street's name may have
_HOUSE_LED_BY = ("家", "住", "址", "牌", "：", ":")
_FIRM = re.compile(
    r"(?:在|被|投诉|举报|被申请人[:：]?|一家|告|与|和|跟|叫|是)"
    r"(?P<v>[一-鿿a-z]{2,12}?(?:有限公司|公司|工厂|印染厂|厂|酒店|饭店|幼儿园|物业|培训班|健身房|医院|合作社|工作室|门诊部|超市))"
)


def find_personal(text: str, plain: str, language: str) -> tuple[Found, ...]:
    """Spans of personal data, in order, none over another. `plain` is the normalised text."""
    spans = [*_patterned(plain), *_addresses(plain)]
    covered = [(start, end) for start, end, _ in spans]
    spans += [(start, end, "name") for start, end in find_names(text, plain, covered, language)]
    return tuple(Found(kind=kind, start=start, end=end) for start, end, kind in _without_overlap(spans))


def respondent(plain: str) -> str | None:
    """The firm or office the complaint is against, where the text names one."""
    match = _FIRM.search(plain)
    return match["v"] if match else None


def is_id_number(digits: str) -> bool:
    """Whether 18 characters carry a right check character (GB 11643)."""
    return bool(mod_11_2.is_valid(digits.upper()))


def _patterned(plain: str) -> Iterator[_Span]:
    if "@" in plain:
        yield from _matches(plain, "contact", _MAIL)
    if number := _LONG_NUMBER.search(plain):
        for kind, pattern in _NUMBERED:
            yield from _matches(plain, kind, pattern, max(0, number.start() - _LED_BY))
        yield from (
            span for span in _matches(plain, "id_number", _EIGHTEEN) if is_id_number(plain[span[0] : span[1]])
        )
    for kind, pattern in _LED:
        yield from _matches(plain, kind, pattern)


def _matches(plain: str, kind: FoundKind, pattern: re.Pattern[str], start: int = 0) -> Iterator[_Span]:
    """Where the pattern matches, or its one group where it has one."""
    for match in pattern.finditer(plain, start):
        yield *match.span(match.lastindex or 0), kind


def _addresses(plain: str) -> Iterator[_Span]:
    yield from _matches(plain, "address_detail", _ROOM)
    if number := _HOUSE_NUMBER.search(plain):
        yield from _houses(plain, max(0, number.start() - _LED_BY))


def _houses(plain: str, start: int) -> Iterator[_Span]:
    """From the street and number, or from the building, on. A bare `8号` may be a day: it needs a street."""
    for match in _HOUSE.finditer(plain, start):
        at = match.start()
        street = _STREET.search(plain, max(0, at - _STREET_REACH), at)
        if street or not match["street"] or plain.endswith(_HOUSE_LED_BY, 0, at):
            yield street.start() if street else at, match.end(), "address_detail"


def _without_overlap(spans: Iterable[_Span]) -> Iterator[_Span]:
    last = 0
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if span[0] >= last and span[1] > span[0]:
            yield span
            last = span[1]
