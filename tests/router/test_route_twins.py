"""The same matter told twice, and what only looks like it."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.events import Matter
from contracts.vocabulary import Colour, Flag, Platform
from router import marks
from router.prints import Printer
from router.reasons import explain
from router.twins import Pool, Twin, Twins, load_twin_rules
from tests.router.matters import CAOE, MONDAY_TEN, SPACE, matter

RULES = load_twin_rules()
TWINS, PRINTER = Twins(RULES), Printer(b"test", RULES.copy_from)

NOISE: dict[str, Any] = {
    "town_code": CAOE,
    "category": "pollution/noise",
    "phone": "19900001234",
    "text": "曹娥街道某小区东门外的工地，凌晨两点还在浇混凝土，一家人睡不着，连着三夜了，"
    "孩子第二天还要考试，叫他们停一停",
}
AGAIN = NOISE | {
    "platform": Platform.POLICE_110,
    "phone": "+86 199-0000-1234",
    "text": "报警人称小区东门工地凌晨施工很吵，睡不着觉，要求处理。地址：曹娥街道某小区",
}


def twin(first: dict[str, Any], second: dict[str, Any], minutes: int = 14) -> Twin | None:
    older = matter("first", **first)
    newer = matter("second", **({"received_at": MONDAY_TEN + timedelta(minutes=minutes)} | second))
    return find(older, newer)


def find(older: Matter, newer: Matter) -> Twin | None:
    known, new = PRINTER.of(older), PRINTER.of(newer)
    return TWINS.find(new, Pool([known])) if known and new else None


def test_two_platforms_one_caller() -> None:
    found = twin(NOISE, AGAIN)
    assert found and found.case_id == matter("first").case_id
    assert {"twin.phone", "twin.category", "twin.minutes|minutes=14"} <= set(found.why)
    assert all(explain(why) != why and explain(why, "en") != why for why in found.why)
    assert not any("19900001234" in why or "工地" in why for why in found.why)


SPOT = {"category": "public_facilities/manhole", "text": "望海路和兴越路交叉口的窨井盖不见了，晚上骑车太危险"}
LIGHT = {"text": "我们这里望海路上的路灯坏了三盏，晚上黑漆漆的看不见"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            SPOT | {"phone": "19900000001"},
            SPOT | {"phone": "19900000002", "text": "兴越路望海路路口窨井盖没了，骑车危险"},
        ),
        (NOISE, AGAIN | {"category": "construction/site"}),
        (LIGHT, LIGHT | {"platform": Platform.PEOPLES_APPEAL}),
        (NOISE | {"phone": None}, NOISE | {"phone": None}),
        (NOISE, AGAIN | {"town_code": None, "text": "小区东门工地凌晨施工，吵得一家人睡不着"}),
        (NOISE | {"town_code": "330604"}, AGAIN),
    ],
    ids=[
        "two callers, two named spots",
        "taken for a related category",
        "same words, same spot",
        "a long copy",
        "place unsaid",
        "county only",
    ],
)
def test_twins(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert twin(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            LIGHT | {"phone": "19900000001"},
            LIGHT | {"phone": "19900000001", "text": LIGHT["text"].replace("望海路", "临江路")},
        ),
        (
            {"text": "三组的路灯不亮", "phone": "19900000001"},
            {"text": "五组的路灯不亮", "phone": "19900000001"},
        ),
        ({"text": "村口的路灯不亮"}, {"text": "村口的路灯不亮"}),
        (NOISE, AGAIN | {"town_code": "330604001"}),
        (NOISE, AGAIN | {"category": "labour/wages", "text": "厂里欠我两个月的工资没有发，找老板也不理"}),
        (NOISE, NOISE | {"phone": "19900009999", "text": "对面酒店的音响天天放到半夜十二点"}),
        (NOISE | {"platform": Platform.GRID}, AGAIN),
        (NOISE, AGAIN | {"flags": (Flag.LIFE_DANGER,)}),
        (NOISE | {"flags": (Flag.SELF_HARM,)}, AGAIN),
        (NOISE, AGAIN | {"flags": (Flag.GROUP_EVENT,)}),
        (NOISE, AGAIN | {"colour": Colour.ORANGE}),
    ],
    ids=[
        "another road",
        "another group of the village",
        "same short words without a spot",
        "another town",
        "another matter of the caller",
        "another caller, another noise",
        "a grid worker's phone reports for many",
        "danger is never merged away",
        "nothing is merged into a sensitive case",
        "worse by flag",
        "worse by colour",
    ],
)
def test_no_twins(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert twin(first, second) is None


def test_two_matters_of_one_complaint_are_two() -> None:
    complaint = {"complaint_id": SPACE}
    older = matter("a", **(NOISE | complaint))
    assert find(older, matter("a", **(NOISE | complaint | {"ordinal": 1}))) is None


def test_the_window_ends() -> None:
    day = 24 * 60
    assert twin(NOISE, AGAIN, minutes=(RULES.window_days - 1) * day)
    assert twin(NOISE, AGAIN, minutes=RULES.window_days * day + 1) is None
    assert twin(NOISE, NOISE, minutes=RULES.window_days * day + 1), "a copy of what is still open"
    assert twin(NOISE, NOISE, minutes=RULES.copy_days * day + 1) is None


VOICE: dict[str, Any] = {
    "category": "enterprise/policy",
    "phone": "19900001234",
    "text": "在大力建设先进制造业基地的背景下，本市产业还停留在低端，"
    "请加快招商引资步伐，不知有关部门有何具体行动？",
}
SAME_VOICE = VOICE | {
    "text": "在大力支持实体经济的背景下，本市金融业还停留在起步，"
    "请加快金融中心建设，不知有关部门有何具体行动？"
}


def test_a_caller_who_comes_back_another_day_has_another_matter() -> None:
    """Unless it is another office, which is told the same thing, or the words are nearly the same."""
    day = 24 * 60
    assert twin(VOICE, SAME_VOICE, minutes=day)
    assert twin(VOICE, SAME_VOICE, minutes=day + 1) is None
    assert twin(VOICE, SAME_VOICE | {"platform": Platform.PEOPLES_APPEAL}, minutes=day + 1)
    assert twin(VOICE, VOICE, minutes=day + 1)


def test_a_sort_of_place_is_no_spot() -> None:
    assert marks.spots("普惠性幼儿园、普惠制幼儿园、物业公司、某某分公司、搅拌厂、铁路、道路") == set()
    assert marks.spots("越西路的阳光幼儿园") == {"越西路", "阳光幼儿园"}


def test_a_print_holds_no_text_and_no_phone() -> None:
    own = PRINTER.of(matter(**NOISE))
    assert own and "19900001234" not in repr(own.values()) and "工地" not in repr(own.values())
    other = Printer(b"another secret", RULES.copy_from).of(matter(**NOISE))
    assert other and other.caller != own.caller
