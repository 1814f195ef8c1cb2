"""What tells two reports of one form apart: the spots they name, and numbers with their units."""

import re

# A name of two characters before a kind of place. Characters that join words cannot be of a name, nor can
# what only says which sort of place it is.
_GLUE = (
    "的了在这那条个某我你他她们边是有到从把被没不和与及很都也就又上下里"
    "外中前后走过去来修进出给对向称拆约往到我说请跑一二两三四五六七八九十"
)
_SORTS = (
    "自然|快速|城中|农贸|配套|小区|社区|街道|公办|民办|普惠|公立|私立|附近|周边|旁边|当地|安置|住宅|商业|老旧|中心"
    "|电子|服装|食品|化工|污水|印染|搅拌|物业|集团|公交|电力|居民|大型|断头|性质|综合|专科|城镇"
    "|.[菜分型性制]|.[铁道线公]路"  # 分公司, 普惠性幼儿园, 铁路
)
_SPOT = re.compile(
    r"(?=..[村社小花公新苑大路街巷弄桥广市学中幼医厂酒超书育物化])"  # passes most over at once
    rf"(?!{_SORTS})[^\W\d{_GLUE}]{{2}}"
    r"(?:村(?!口)|社区|小区|花园|公寓|新村|新城|苑|大道|路|街|巷|弄|桥|广场|市场|学校|小学|中学|学院|大学|幼儿园|医院|公司|厂|大厦|酒店|超市|[书育物化]馆)"
    r"(?![灯面由线费政民委里干长道房]|村|社区|小区|小学|中学|幼儿园|市场|菜场)"
)
_NUMBER = re.compile(
    r"([0-9.]+|[一二三四五六七八九十百]+)(组|幢|栋|号楼|单元|室|号|队|期|弄|路(?=公交|车|班)|月份?|[万千百]?[元块])"
)
_DATE = re.compile(r"[0-9一二三四五六七八九十]+月[0-9一二三四五六七八九十]+[日号]")
_UNITS = ("组", "幢", "单元", "室", "号", "队", "期", "弄", "路", "月", "元")
MONTH, MONEY = _UNITS.index("月"), _UNITS.index("元")
WHOLE = len(_UNITS)
_SAME_UNIT = {"栋": "幢", "号楼": "幢", "月份": "月"}
_ONES = {numeral: value for value, numeral in enumerate("一二三四五六七八九", 1)}


def spots(text: str) -> set[str]:
    """Named spots: `越西路`, `锦绣小区`."""
    return set(_SPOT.findall(text))


def numbers(text: str) -> set[tuple[int, str]]:
    """What tells texts of one form apart, by kind: `三组` is (0, "3"), `5栋` and `5幢` are one thing."""
    return {_told(number, unit) for number, unit in _NUMBER.findall(_DATE.sub(" ", text))}


def _told(number: str, unit: str) -> tuple[int, str]:
    if unit[-1] in "元块":
        return MONEY, _figure(number) + unit[:-1]
    return _UNITS.index(_SAME_UNIT.get(unit, unit)), _figure(number)


def _figure(number: str) -> str:
    """`23` for `二十三` and `23`; hundreds in Chinese stay as they are."""
    if number.isascii() or "百" in number:
        return number.lstrip("0")
    tens, ten, ones = number.rpartition("十")
    return str((_ONES.get(tens, 1) * 10 if ten else 0) + _ONES.get(ones, 0))
