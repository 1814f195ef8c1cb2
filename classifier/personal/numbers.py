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
    "[微薇徽威v]信号?|[微薇威]芯|卫星号?(?=[a-z:：])|微信同号|[加➕+][我他她]?v"
    "|[微薇威](?=[:： ]?[a-z])|(?<![a-z0-9])[vq](?=[:：])"
    "|(?<![a-z])(?:vx|wx|qq)号?|扣扣|企鹅号?|球球|抖音号?|快手号?|小红书号?|支付宝"
)
_APPS = "wechat|weixin|whatsapp|telegram|line|kakao|zalo|skype|instagram|facebook"
_ACCOUNT = r"[^0-9a-z，。\n一-鿿]{0,3}(?:号码?|[账帐]号|名|叫|id|是|为|搜|加|改成|换成|is|:|：| )*"
_CARDS = (
    "驾驶证|驾照|驾证|档案编号|残疾人?证|军官证|士兵证|军人证|退[伍役]证|社保卡|医保卡|社会保障卡|居住证|执业证"
    "|律师证|教师证"
)
_Pattern = tuple[FoundKind, re.Pattern[str]]
_DASH = "－–—-"
_GAP = f"[ .·{_DASH}]?"
_APART = r"(?:[^\w\n]|_){0,4}"  # what people write between the groups of a number
LED_BY = 12  # characters by which a match may begin before the number by which it is found
_SIGN = re.compile(
    rf"[\da-z][ .·•_/，,、…()（）\da-z{_DASH}]{{4}}|\*\*\*"
)  # without it only what is spelt can match
_LONG_NUMBER = re.compile(rf"\d(?:{_APART}\d){{5}}|\*\*\*")  # nor any of these without this
_NUMBERED: tuple[_Pattern, ...] = (
    ("id_number", re.compile(
        rf"{_EDGE}\d{{6}}{_APART}(?:19|20)\d{{2}}{_APART}\d{{4}}{_APART}\d{{3}}[0-9x]{_STOP_EDGE}")),
    ("id_number", re.compile(rf"身份证[^\d，。]{{0,6}}(?P<v>\d(?:{_GAP}\d){{13,19}} ?x?){_STOP_EDGE}")),
    ("id_number", re.compile(r"\d{3,6}\*{3,14}[0-9x]{2,4}(?!\d)")),
    ("id_number", re.compile(
        rf"(?:{_CARDS})[^\d，。a-z]{{0,8}}?"
        r"(?P<v>(?:[一-鿿]字第?|[一-鿿]退字|[a-z])?\d(?:[ -]?\d){6,19}x?)")),
    ("bank_card", re.compile(rf"{_EDGE}6[ _-]?2(?:[_ .·{_DASH}]?\d){{14,17}}{_STOP_EDGE}")),
    ("bank_card", re.compile(
        r"(?:[账帐]号|卡号|[账帐]户|存折|银行卡)[^\d，。]{0,6}(?P<v>\d(?:[ -]?\d){8,22})(?!\d)")),
    ("phone", re.compile(rf"{_EDGE}(?:(?:\+|00)?86[ -]?)?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")),
    ("phone", re.compile(rf"(?:[(（]1[3-9]\d[)）]|{_EDGE}1[3-9]\d){_APART}\d{{4}}{_APART}\d{{4}}(?!\d)")),
    ("phone", re.compile(
        rf"(?:[(（]0\d{{2,3}}[)）]|{_EDGE}0\d{{2,3}})[ .{_DASH}]{{0,3}}\d{{3,4}}[ {_DASH}]?\d{{3,4}}(?!\d)")),
    ("phone", re.compile(r"(?:电话|固话|座机|短号|号码|小灵通)[:：是为 ]{0,2}(?P<v>[2-8]\d{5,7})(?!\d)")),
    ("phone", re.compile(r"(?<![0-9a-z])\+(?!86)\d{1,3}(?:[ .-]?\d){7,12}(?!\d)")),
    ("passport", re.compile(rf"{_EDGE}(?:[eg]\d{{8}}|[dsph]e?\d{{7,8}}|e[a-z]\d{{7}}){_STOP_EDGE}")),
)  # fmt: skip
_SIXTEEN = re.compile(rf"{_EDGE}[3-5]\d{{3}}(?:[ -]?\d{{4}}){{3}}{_STOP_EDGE}")
_EIGHTEEN = re.compile(rf"{_EDGE}\d{{17}}[0-9x]{_STOP_EDGE}")
_HAN_DIGITS = "零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_SPELT = re.compile(
    rf"[1一幺壹](?<![0-9].)(?=[0-9 -]{{0,12}}[{_HAN_DIGITS}]){_GAP}[3-9三四五六七八九叁肆伍陆柒捌玖]"
    rf"(?:{_GAP}[0-9{_HAN_DIGITS}]){{9}}(?![0-9{_HAN_DIGITS}])"
)
_SPELT_LONG = re.compile(f"[{_HAN_DIGITS}]{{8,20}}x?")  # any other number that is told digit by digit
_ZEROS = "零〇幺"  # one of which nearly every such number has
# These begin with a word or a letter of few, which is quickly seen to be missing.
_LED: tuple[_Pattern, ...] = (
    ("passport", re.compile(
        r"(?:护照|passport|passeport|pasaporte|passaporte|паспорт|여권|جواز|پاسپورٹ|hộ chiếu"
        r"|台胞证|通行证|回乡证|居留证|居留许可)"
        r"[^0-9a-z]{0,8}(?:no\.?|number|号码?)?[^0-9a-z]{0,4}"
        r"(?P<v>(?:[a-z]{1,2}[ .-]?)?\d(?:[ .-]?\d){6,11})")),
    ("plate", re.compile(
        rf"[{_PLATES}]江? ?[a-z][ ·.•/-]?"
        rf"(?:(?:[a-z0-9] ?){{4}}(?:[a-z0-9]{{1,2}}|[学警挂港澳]){_STOP_EDGE}|[{_HAN_DIGITS}]{{5,6}})")),
    ("plate", re.compile(rf"(?:绍兴|诸暨|上虞|嵊州|新昌|杭州) ?[a-z]\d{{5,6}}{_STOP_EDGE}")),
    ("plate", re.compile(
        rf"(?:车牌|牌照)(?:号码?)?[是为:： ]{{0,2}}"
        rf"(?P<v>[a-z][ ·.-]?(?=[a-z]*\d)[a-z0-9]{{5,6}}){_STOP_EDGE}")),
    # In running English a word may follow; an account has a digit or a line in it, or is led by a colon.
    ("contact", re.compile(
        rf"(?<![a-z])(?:{_APPS}){_ACCOUNT}"
        r"(?P<v>(?:(?<=[:：])|(?<=[:：] )|(?=[a-z.-]*[0-9_]))[a-z0-9][a-z0-9_.-]{4,24})")),
    ("contact", re.compile(
        r"(?:号[是为:：]?|通过|联系|[搜找加])(?P<v>[a-z][a-z0-9]*_(?=[a-z_]*\d)\w{2,20})", re.ASCII)),
)  # fmt: skip
_ACCOUNTS: tuple[_Pattern, ...] = (
    ("contact", re.compile(rf"(?:{_SOCIAL}){_ACCOUNT}(?P<v>[a-z0-9][a-z0-9_.-]{{4,24}}(?!@))")),
    ("contact", re.compile(rf"(?:qq|扣扣|企鹅){_ACCOUNT}(?P<v>\d(?:[ -]?\d){{4,11}})")),
)  # fmt: skip
# Without this there is no account of the first two kinds.
_ACCOUNT_SIGN = re.compile(
    "[微薇徽威卫加➕+扣企球抖快支小vwq]"
    "(?:[信芯星扣鹅球音手付红:：]|(?<=[微薇威]) ?[a-z]|(?<=[加➕+])[我他她]?v|(?<=[vwq])[xq])"
)
_MAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64} ?@ ?[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_MAIL_END = re.compile("(?:[.。点]|dot) ?(?:com|cn|net|org)")
# Where the sign is told by a word, so that no machine reads it.
_SPELT_MAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{2,64} ?(?:@|#|艾特|圈a|[(（[]at[])）]|\bat\b) ?[a-z0-9-]+"
    r"(?: ?(?:\.|。|点|dot) ?[a-z0-9-]+)? ?(?:\.|。|点|\bdot\b) ?(?:com|cn|net|org)"
)


def find_numbers(plain: str) -> Iterator[FoundSpan]:
    """Spans of what can be told by shape, in no order; they may overlap."""
    yield from _spelt(plain)
    sign = _SIGN.search(plain)
    if sign and (number := _LONG_NUMBER.search(plain, sign.start())):
        for kind, pattern in _NUMBERED:
            yield from matches(plain, kind, pattern, max(0, number.start() - LED_BY))
        yield from _checked(plain)
    for kind, pattern in _LED if sign else ():
        yield from matches(plain, kind, pattern)
    if sign and (account := _ACCOUNT_SIGN.search(plain)):
        for kind, pattern in _ACCOUNTS:
            yield from matches(plain, kind, pattern, account.start())


def _spelt(plain: str) -> Iterator[FoundSpan]:
    """Numbers told in words, and mail addresses."""
    yield from matches(plain, "phone", _SPELT)
    if any(zero in plain for zero in _ZEROS):
        yield from matches(plain, "phone", _SPELT_LONG)
    if "@" in plain:
        yield from matches(plain, "contact", _MAIL)
    if _MAIL_END.search(plain):
        yield from matches(plain, "contact", _SPELT_MAIL)


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
