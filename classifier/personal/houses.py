"""Where people live: addresses from the street and number, or from the building, on."""

import re
from collections.abc import Iterator

from classifier.personal.numbers import LED_BY, FoundSpan, matches

_DASH = "－–—-"

_HOUSE_NUMBER = re.compile(
    "[0-9] ?[弄号幢栋座室单#－—-]|[一二三四五六七八九十][幢栋号单弄]|[a-z][座幢栋][0-9]"
    "|(?:楼[上下]的?|住)[0-9]{3}"
)  # else no Chinese address
_HAN = "一二三四五六七八九十"
_LANES = "路街弄巷道同村头里埭浜溇畈坞岙门住牌组队排"  # what a street ends with, or what leads
# Begins with one character of a set, which the regex engine looks for faster than for anything else.
_WITHIN = (  # what follows within the house
    rf"(?:[甲乙丙东西南北号楼幢栋座室层边侧\d－-]|[{_HAN}]+(?:楼|单元)|(?<=[东西南北])户|[a-z]?单元"
    r"| (?=[\d室幢单号])|[(（][东西南北甲乙][)）]|(?<=\d)[a-z](?![a-z])|[a-z][幢座栋]|地下室|车库|阁楼"
    rf"|[前后]楼|底层|附\d+号?|之[{_HAN}]|地下[{_HAN}\d]层|(?<=号)[一-鿿]{{2,4}}(?:大厦|大楼)|[一-鿿]{{0,2}}(?:宿舍|公寓)(?=\d))*"
)
_NO_HOUSE = "(?![线机院文窗摊厅台出桌库厢令柜床店井泵标桩杆灯车船坑选位]|门(?![口卫]))"
_HOUSE = re.compile(
    rf"[\d{_HAN}a-z](?:(?<=\d)(?P<sure>\d{{0,4}}"
    rf"(?: ?(?:弄|号楼|号院|幢|栋|座(?!位)|单元|室)"
    rf"|#楼?-?(?=\d{{3,4}}(?!\d)|\d{{1,2}}-\d{{3,4}}(?!\d))){_WITHIN})"
    r"|(?<=[a-z])(?<![a-z].)[座幢栋](?:\d单元)?\d{3,4}室?"
    rf"|(?<=[{_HAN}])(?P<spelt>[{_HAN}]{{0,2}}(?:幢|栋|号楼|单元)(?:(?:\d|[{_HAN}]{{1,3}})单元)?"
    rf"[\d{_HAN}〇零]{{1,4}}(?![\d{_HAN}〇零层户])室?{_WITHIN})"
    rf"|(?<=[{_LANES}][{_HAN}])(?P<counted>[{_HAN}百零〇]{{0,4}}(?:弄[{_HAN}百零〇]{{1,5}})?号{_NO_HOUSE}{_WITHIN})"
    r"|(?<=[a-z])(?<![a-z].)(?P<lettered>\d{1,2}-\d{3,4}(?![\d-]))"
    rf"|(?<=\d)(?P<street>\d{{0,4}}(?:-\d{{1,4}})? ?号{_NO_HOUSE}{_WITHIN})"
    r"|(?<=\d)(?<![\d-].)(?P<bare>\d{0,2}-\d{3,4}(?![\d-]))"
    rf"|(?<=\d)(?<![\d-].)\d{{0,2}}[{_DASH}]\d{{1,3}}[{_DASH}]\d{{3,4}}(?![\d-]))"
)
_ROOM = re.compile(
    r"(?:flat|room|apartment|unit|building|no\.) ?\d{1,5}[a-z]?(?:, ?(?:building|unit|no\.?) ?\d+)*"
)
_NAME = r"[^\W\d_a-z在住到于是的址去从来我他她你往租与月第]{1,6}"
_ESTATE = "园|苑|墅|庭|府|城|庄|湾|郡|邸|都|轩|居|公寓|公馆|小区|新村|宿舍|大院|里"
# What the name of a street ends with, and what stands before it but is no part of it.
_STREET = re.compile(
    rf"(?:{_NAME}(?:路|街|弄|巷|道|胡同|岸|屋|村|坞|畈|桥|埠|头|组|家|坊|营|埭|堰|浜|渡|汇|江|河|塘|溪|岭|墩|山|沿"
    r"|(?<![月年到])底|[东西南北中]段|[路口街门][东西南北]侧|[河江湖溪塘]边|[寺庙桥]前|[恩东西南北水城]门|商圈|堍|堡|港|盆"
    rf"|台门|口|前头|池|井|场|堂|岙|坑|坂|坪|院|岭下|山下|殿|庙|塔|渎|湖|沥|闸|田|洲|溇|{_ESTATE})"
    rf"|(?:{_NAME})?[\d{_HAN}]{{1,3}}[组队排])[甲乙丙]? ?$"
)
_ESTATE_BEFORE = re.compile(rf"{_NAME}(?:{_ESTATE}) ?$")
# Before a number told in words; other estates are called so (公园一号).
_LANE = re.compile(rf"(?:{_NAME}(?:[{_LANES}])|(?:{_NAME})?[\d{_HAN}]{{1,3}}[组队排])$")
_STREET_REACH = 9  # characters a street's name may have
_HOUSE_LED_BY = ("家", "住", "址", "牌", "：", ":", "对面", "隔壁", "邻居")


# A building without a room is somebody's only where it is said that one lives there.
_BUILDING_ALONE = re.compile(
    rf"\d{{1,5}}(?:号楼|号院|幢|栋|座|单元|单元楼|幢楼|栋楼)(?:[{_HAN}]楼|[东西南北][边侧面]?|地下室|车库|阁楼|边)?"
)
_LIVES = re.compile("[住家址]")
_LIVES_REACH = 12  # characters before
_NEIGHBOUR = re.compile(r"(?:楼[上下]的?|隔壁|住)(?P<v>\d{3,4})(?![\d元块年平个米万分人名户多余.-]|天(?!天))")


def find_houses(plain: str) -> Iterator[FoundSpan]:
    """Spans of addresses, in order of their kind."""
    yield from matches(plain, "address_detail", _ROOM)
    if number := _HOUSE_NUMBER.search(plain):
        yield from _chinese(plain, max(0, number.start() - LED_BY))
        yield from matches(plain, "address_detail", _NEIGHBOUR)


def _chinese(plain: str, start: int) -> Iterator[FoundSpan]:
    """`8号` may be a day and `5-402` anything: these need a street or an estate before them."""
    for match in _HOUSE.finditer(plain, start):
        at = match.start()
        bare = match["bare"] or match["lettered"]
        named = _LANE if match["counted"] else _ESTATE_BEFORE if bare else _STREET
        street = named.search(plain, max(0, at - _STREET_REACH), at)
        led = not (match["bare"] or match["counted"]) and plain.endswith(_HOUSE_LED_BY, 0, at)
        if street or led or _says_enough(plain, match):
            yield street.start() if street else at, match.end(), "address_detail"


def _says_enough(plain: str, house: re.Match[str]) -> bool:
    """Whether it is an address without the name of a street."""
    if house["street"] or house["bare"] or house["counted"] or house["lettered"]:
        return False
    at = house.start()
    lived_in = _LIVES.search(plain, max(0, at - _LIVES_REACH), at)
    return bool(lived_in or not _BUILDING_ALONE.fullmatch(house.group()))
