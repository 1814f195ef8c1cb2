"""What belongs to one person by its shape or by the word before it: numbers, plates, accounts."""

import re
from collections.abc import Iterator

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from contracts.events import FoundKind

FoundSpan = tuple[int, int, FoundKind]
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_EDGE, _STOP_EDGE = "(?<![0-9a-z])", "(?![0-9a-z])"
_SOCIAL = (
    "[微薇徽威v]信号?|微信同号|加[我他她]?v|(?<![a-z])(?:vx|wx|qq)号?|扣扣|抖音号?|快手号?|小红书号?|支付宝"
)
_APPS = "wechat|weixin|whatsapp|telegram|line|kakao|zalo|skype|instagram|facebook"
_ACCOUNT = r"[^0-9a-z，。\n一-鿿]{0,3}(?:号码?|[账帐]号|名|叫|id|是|为|is|:|：| )*"
_Pattern = tuple[FoundKind, re.Pattern[str]]
_DASH = "－–—-"
_GAP = f"[ .·{_DASH}]?"
LED_BY = 12  # characters by which a match may begin before the number by which it is found
_SIGN = re.compile(r"[\da-z][ .·•_\da-z-]{4}|\*\*\*")  # without it only what is spelt can match
_LONG_NUMBER = re.compile(rf"\d(?:{_GAP}\d){{5}}|\*\*\*")  # nor any of these without this
_NUMBERED: tuple[_Pattern, ...] = (
    ("id_number", re.compile(
        rf"{_EDGE}\d{{6}}[ -]?(?:19|20)\d{{2}}[ -]?\d{{4}}[ -]?\d{{3}}[0-9x]{_STOP_EDGE}")),
    ("id_number", re.compile(rf"身份证[^\d，。]{{0,6}}(?P<v>\d(?:[ -]?\d){{13,19}} ?x?){_STOP_EDGE}")),
    ("id_number", re.compile(r"\d{3,6}\*{3,14}[0-9x]{2,4}(?!\d)")),
    ("bank_card", re.compile(rf"{_EDGE}62\d{{2}}(?:[ -]?\d{{4}}){{3}}(?:[ -]?\d{{1,3}})?{_STOP_EDGE}")),
    ("bank_card", re.compile(
        r"(?:[账帐]号|卡号|[账帐]户|存折|银行卡)[^\d，。]{0,6}(?P<v>\d(?:[ -]?\d){8,22})(?!\d)")),
    ("phone", re.compile(rf"{_EDGE}(?:(?:\+|00)?86[ -]?)?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")),
    ("phone", re.compile(
        rf"(?:[(（]0\d{{2,3}}[)）]|{_EDGE}0\d{{2,3}})[ {_DASH}]{{0,3}}\d{{3,4}}[ {_DASH}]?\d{{3,4}}(?!\d)")),
    ("phone", re.compile(r"(?:电话|固话|座机|短号|号码)[:：是为 ]{0,2}(?P<v>[2-8]\d{5,7})(?!\d)")),
    ("phone", re.compile(r"(?<![0-9a-z])\+(?!86)\d{1,3}(?:[ .-]?\d){7,12}(?!\d)")),
    ("passport", re.compile(rf"{_EDGE}(?:[eg]\d{{8}}|[dsph]e?\d{{7,8}}|e[a-z]\d{{7}}){_STOP_EDGE}")),
)  # fmt: skip
_SIXTEEN = re.compile(rf"{_EDGE}[3-5]\d{{3}}(?:[ -]?\d{{4}}){{3}}{_STOP_EDGE}")
_EIGHTEEN = re.compile(rf"{_EDGE}\d{{17}}[0-9x]{_STOP_EDGE}")
_HAN_DIGITS = "零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_SPELT = re.compile(
    rf"[1一幺壹](?<![0-9].)(?=[0-9]{{0,9}}[{_HAN_DIGITS}])[3-9三四五六七八九叁肆伍陆柒捌玖][0-9{_HAN_DIGITS}]{{9}}(?![0-9])"
)
# These begin with a word or a letter of few, which is quickly seen to be missing.
_LED: tuple[_Pattern, ...] = (
    ("passport", re.compile(
        r"(?:护照|passport|passeport|pasaporte|passaporte|паспорт|여권|جواز|پاسپورٹ|hộ chiếu"
        r"|台胞证|通行证|回乡证)"
        r"[^0-9a-z]{0,8}(?:no\.?|number|号码?)?[^0-9a-z]{0,4}(?P<v>[a-z]{0,2}\d[0-9 ]{5,10}\d)")),
    ("plate", re.compile(
        rf"[{_PLATES}] ?[a-z][ ·.•-]?(?:[a-z0-9]{{5,6}}|[a-z0-9]{{4}}[学警挂港澳]){_STOP_EDGE}")),
    ("plate", re.compile(rf"(?:绍兴|诸暨|上虞|嵊州|新昌|杭州) ?[a-z]\d{{5,6}}{_STOP_EDGE}")),
    ("contact", re.compile(rf"(?:{_SOCIAL}){_ACCOUNT}(?P<v>[a-z0-9][a-z0-9_.-]{{4,24}}(?!@))")),
    # In running English a word may follow; an account has a digit or a line in it, or is led by a colon.
    ("contact", re.compile(
        rf"(?<![a-z])(?:{_APPS}){_ACCOUNT}"
        r"(?P<v>(?:(?<=[:：])|(?<=[:：] )|(?=[a-z.-]*[0-9_]))[a-z0-9][a-z0-9_.-]{4,24})")),
)  # fmt: skip
_MAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def find_numbers(plain: str) -> Iterator[FoundSpan]:
    """Spans of what can be told by shape, in no order; they may overlap."""
    if "@" in plain:
        yield from matches(plain, "contact", _MAIL)
    sign = _SIGN.search(plain)
    if sign and (number := _LONG_NUMBER.search(plain, sign.start())):
        for kind, pattern in _NUMBERED:
            yield from matches(plain, kind, pattern, max(0, number.start() - LED_BY))
        yield from _checked(plain)
    yield from matches(plain, "phone", _SPELT)
    for kind, pattern in _LED if sign else ():
        yield from matches(plain, kind, pattern)


def matches(plain: str, kind: FoundKind, pattern: re.Pattern[str], start: int = 0) -> Iterator[FoundSpan]:
    """Where the pattern matches, or its one group where it has one."""
    for match in pattern.finditer(plain, start):
        yield *match.span(match.lastindex or 0), kind


def is_id_number(digits: str) -> bool:
    """Whether 18 characters carry a right check character (GB 11643)."""
    return bool(mod_11_2.is_valid(digits.upper()))


def _checked(plain: str) -> Iterator[FoundSpan]:
    """Numbers that are somebody's only where their check digit is right."""
    for start, end, kind in matches(plain, "id_number", _EIGHTEEN):
        if is_id_number(plain[start:end]):
            yield start, end, kind
    for start, end, kind in matches(plain, "bank_card", _SIXTEEN):
        if luhn.is_valid(re.sub("[ -]", "", plain[start:end])):
            yield start, end, kind
