"""Who should have it: level, kind of force, skill, place, language, duty, load."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import Matter
from contracts.vocabulary import (
    POLICE_FIRST,
    SENSITIVE,
    Colour,
    Flag,
    Ground,
    Intent,
    Kind,
    Level,
    Platform,
)
from router.data_files import DATA
from router.force_files import load_registry
from router.match import Asked, Match, Matcher
from router.places import ladder, load_grounds
from router.reasons import explain
from router.rules import load_needs, load_rules
from tests.router.matters import CAOE, FENGQIAO, KEQIAO, LINGZHI, MONDAY_TEN, matter
from tests.router.test_route_rules import categories

MATCHER = Matcher(load_registry(), load_rules(), load_needs())
ORDINARY = {
    "lao_niang_jiu",
    "village_committee",
    "village_sage",
    "grid_worker",
    "red_butler",
    "town_mediation",
}
ORDINARY |= {"specialised_committee", "foreign_mediator"}


def match(one: Matter, **asked: Any) -> Match:
    return MATCHER.match(Asked(one, asked.pop("at", one.received_at), asked.pop("loads", {}), **asked))


def dispute(category: str, **over: Any) -> Matter:
    return matter(kind=Kind.DISPUTE, category=category, **over)


@pytest.mark.parametrize(
    ("one", "kind", "level"),
    [
        (matter(), "village_committee", Level.VILLAGE),
        (dispute("neighbour/boundary"), "lao_niang_jiu", Level.VILLAGE),
        (dispute("family/elders"), "lao_niang_jiu", Level.VILLAGE),
        (dispute("land/boundary"), "village_committee", Level.VILLAGE),
        (dispute("village/openness"), "town_mediation", Level.TOWN),
        (dispute("property/fees", town_code=LINGZHI), "red_butler", Level.TOWN),
        (dispute("property/lift"), "market_supervision", Level.TOWN),
        (dispute("consumer/goods"), "market_supervision", Level.TOWN),
        (dispute("labour/wages"), "town_mediation", Level.TOWN),
        (dispute("neighbour/boundary", amount_yuan=150_000), "town_mediation", Level.TOWN),
        (dispute("contract/loan", amount_yuan=2_000_000), "specialised_committee", Level.COUNTY),
        (dispute("medical/treatment"), "specialised_committee", Level.COUNTY),
        (dispute("traffic_accident/compensation"), "specialised_committee", Level.COUNTY),
        (dispute("neighbour/place", headcount=40), "county_centre", Level.COUNTY),
        (dispute("labour/wages", flags=(Flag.WAGES_GROUP,)), "labour_inspectorate", Level.COUNTY),
        (matter(flags=(Flag.GROUP_EVENT,)), "county_centre", Level.COUNTY),
        (matter(category="public_security/brawl", flags=(Flag.GROUP_EVENT,)), "police_station", Level.TOWN),
        (
            matter(category="tax", kind=Kind.CONSULTATION, platform=Platform.ENTERPRISE),
            "department_liaison",
            Level.COUNTY,
        ),
        (matter(category="pollution/noise", town_code=CAOE), "enforcement_team", Level.TOWN),
        (matter(category="public_security/brawl"), "police_station", Level.TOWN),
        (matter(category="education/admission", kind=Kind.CONSULTATION), "hotline_desk", Level.COUNTY),
        (matter(category="transport/signs", intent=Intent.SUGGEST), "department_liaison", Level.COUNTY),
        (matter(category="approval/project", kind=Kind.ENTERPRISE_NEED), "department_liaison", Level.COUNTY),
        (dispute("welfare/minimum"), "department_liaison", Level.COUNTY),
        (dispute("other", colour=Colour.RED), "county_centre", Level.COUNTY),
    ],
)
def test_level_and_kind(one: Matter, kind: str, level: Level) -> None:
    lead = match(one).lead
    assert lead and (lead.force_kind, lead.level) == (kind, level)


_SECRET = "村里把山塘包给了亲戚，请不要说是我讲的。"
_ASKS = "老公不会中文，能找人来调解吗"


@pytest.mark.parametrize(
    ("one", "kind", "level"),
    [
        (matter(text="第三次退回。水利：非我方。"), "county_centre", Level.COUNTY),
        (matter(text="镇里说归村里，村里推给镇里。"), "county_centre", Level.COUNTY),
        (matter(text="路灯到底归谁管？", kind=Kind.CONSULTATION), "hotline_desk", Level.COUNTY),
        (dispute("property/fees", text="物业和开发商互相推"), "red_butler", Level.TOWN),
        (matter(text="短信说已办结，没人来过。"), "county_centre", Level.COUNTY),
        (dispute("village/openness", text=_SECRET), "department_liaison", Level.COUNTY),
        (dispute("labour/wages", text="请匿名"), "labour_inspectorate", Level.COUNTY),
        (dispute("family", text=_SECRET, flags=(Flag.THREAT,)), "police_station", Level.TOWN),
        (dispute("village/openness", intent=Intent.REPORT), "department_liaison", Level.COUNTY),
        (dispute("land/boundary", text="两镇交界的山", town_code="330604"), "county_centre", Level.COUNTY),
        (matter(category="pollution/water", text="萧山那边的鸭棚"), "county_centre", Level.COUNTY),
        (matter(category="public_security/brawl", text="争吵，没有动手"), "town_mediation", Level.TOWN),
        (matter(category="public_security/harassment", text="没有动手"), "police_station", Level.TOWN),
        (matter(category="traffic_accident/scene"), "police_station", Level.TOWN),
        (matter(category="social_security", text="点进去填了卡号和密码"), "police_station", Level.TOWN),
        (dispute("homestead/lease", text="房客是外籍"), "foreign_mediator", Level.COUNTY),
        (matter(text=_ASKS, kind=Kind.CONSULTATION), "foreign_mediator", Level.COUNTY),
        (matter(category="pollution/noise", text="楼上住户拖凳子"), "lao_niang_jiu", Level.VILLAGE),
        (matter(category="neighbour/animals", text="流浪狗追人"), "enforcement_team", Level.TOWN),
        (dispute("neighbour/animals", text="咬伤，医药费两千"), "town_mediation", Level.TOWN),
        (matter(category="construction", text="加装电梯，二楼不签"), "red_butler", Level.TOWN),
        (dispute("consumer/online", town_code=None), "market_supervision", Level.COUNTY),
        (matter(category="village/road"), "village_committee", Level.VILLAGE),
        (dispute("village/road", intent=Intent.COMPLAIN), "town_mediation", Level.TOWN),
        (matter(category="social_security/labour_inspection"), "labour_inspectorate", Level.COUNTY),
    ],
)
def test_what_the_words_say_besides(one: Matter, kind: str, level: Level) -> None:
    lead = match(one).lead
    assert lead and (lead.force_kind, lead.level) == (kind, level)


def test_of_two_doubtful_guesses_that_lead_to_one_force_either_will_do() -> None:
    doubtful = dispute("contract/service", confidence=0.2, second_category="damages/vehicle")
    assert match(doubtful).lead == match(dispute("contract/service")).lead
    assert match(doubtful.model_copy(update={"second_category": "consumer/goods"})).lead is None
    assert match(doubtful.model_copy(update={"second_category": None})).lead is None


def test_departments_and_committees_are_the_ones_that_know() -> None:
    def lead_of(one: Matter) -> str:
        lead = match(one).lead
        return lead.force_id if lead else ""

    assert lead_of(dispute("medical/treatment")) == "330681-committee-medical"
    assert lead_of(matter(category="welfare/minimum")) == "330681-dept-civil_affairs"
    water = matter(category="public_facilities/water", intent=Intent.SUGGEST)
    assert lead_of(water) == "330681-dept-water", (
        "who has the very matter in its care goes before its subject"
    )
    power = matter(kind=Kind.ENTERPRISE_NEED, category="enterprise", text="用电增容排到明年", town_code=None)
    assert lead_of(power) == "3306-dept-power"


def test_police_first_and_who_follows_up() -> None:
    found = match(matter(flags=(Flag.DOMESTIC_VIOLENCE, Flag.MINOR_HARMED), colour=Colour.RED))
    assert found.lead and found.lead.force_id == "330681109-police"
    others = {one.force_kind for one in found.others}
    assert {"womens_federation", "procuratorate", "county_centre", "department_liaison"} <= others


def test_a_dispute_that_may_turn_violent_also_goes_to_the_town() -> None:
    found = match(dispute("neighbour/boundary", flags=(Flag.THREAT,)))
    assert found.lead and found.lead.force_kind == "police_station"
    assert "town_mediation" in {one.force_kind for one in found.others}
    sensitive = match(dispute("family", flags=(Flag.THREAT, Flag.DOMESTIC_VIOLENCE)))
    assert "town_mediation" not in {one.force_kind for one in sensitive.others}


@pytest.mark.parametrize(("town", "command"), [(None, "3306-command"), ("330603", "330603-command")])
def test_what_is_dangerous_never_waits_for_a_place(town: str | None, command: str) -> None:
    found = match(matter(flags=(Flag.SELF_HARM,), town_code=town, confidence=0.0))
    assert found.lead and found.lead.force_id == command


def test_wages_of_a_group_bring_town_police_and_union() -> None:
    found = match(dispute("labour/wages", flags=(Flag.WAGES_GROUP, Flag.GROUP_EVENT), town_code=KEQIAO))
    others = [one.force_kind for one in found.others]
    assert others == ["town_mediation", "police_station", "union", "county_centre"]
    desperate = match(dispute("labour/wages", flags=(Flag.WAGES_GROUP, Flag.SELF_HARM), town_code=KEQIAO))
    assert desperate.lead and desperate.lead.force_kind == "police_station"
    assert "labour_inspectorate" in {one.force_kind for one in desperate.others}


def test_a_foreign_mediator_speaks_the_language() -> None:
    arabic = match(dispute("contract/sale", language="ar", town_code=KEQIAO)).lead
    assert arabic and arabic.force_id == "330603-foreign"
    russian = match(dispute("contract/sale", language="ru", town_code=FENGQIAO)).lead
    assert russian and russian.force_id == "3306-foreign"  # the county's own does not speak it
    nobody = match(dispute("foreign_trade/sale", language="sw", town_code=KEQIAO)).lead
    assert nobody and nobody.force_id == "330603-committee-foreign"
    violence = match(matter(language="en", flags=(Flag.LIFE_DANGER,), town_code=KEQIAO)).lead
    assert violence and violence.force_kind == "police_station"


def test_the_uncle_sits_on_set_days_in_shanghai_time() -> None:
    one = dispute("neighbour/boundary")

    def lead_at(**later: int) -> str | None:
        lead = match(one, at=MONDAY_TEN + timedelta(**later)).lead
        return lead.force_id if lead else None

    assert lead_at() == "330681109-uncle-a"
    assert lead_at(days=1) == "330681109-uncle-b"
    assert lead_at(hours=12) == "330681109-village"
    assert lead_at(hours=-2) == "330681109-village"  # 08:00 in Shanghai: not yet
    assert lead_at(hours=-1, minutes=-30) == "330681109-uncle-a"  # 08:30


def test_a_full_force_passes_it_on_within_its_rung() -> None:
    one = dispute("neighbour/boundary")
    full = match(one, loads={"330681109-uncle-a": 40}).lead
    assert full and full.force_id == "330681109-village"
    pools = ("uncle-a", "village", "sages")
    all_full = match(one, loads={f"330681109-{pool}": 10_000 for pool in pools}).lead
    assert all_full and all_full.level is Level.VILLAGE  # better late than on the wrong rung


def test_no_place_or_no_sure_category_waits_for_a_person() -> None:
    nowhere = match(matter(town_code=None))
    assert nowhere.lead is None and nowhere.why[-1] == "triage.place_unknown|level=village"
    unsure = match(matter(confidence=0.01))
    assert unsure.lead is None and unsure.why[-1].startswith("triage.unsure")
    elsewhere = match(matter(town_code="330109004"))
    assert elsewhere.lead is None


def test_no_police_matter_without_a_place_goes_to_the_hotline() -> None:
    one = dispute("labour/wages", platform=Platform.POLICE_110, town_code=None)
    lead = match(one).lead
    assert lead and lead.force_kind == "hotline_desk"


def test_a_returned_case_finds_another_force_and_never_nowhere() -> None:
    one, avoid, seen = dispute("neighbour/boundary"), frozenset[str](), []
    for _ in range(12):
        lead = match(one, avoid=avoid).lead
        assert lead
        seen.append(lead.force_id)
        avoid |= {lead.force_id}
    assert seen[:4] == ["330681109-uncle-a", "330681109-village", "330681109-sages", "330681109-mediation"]
    assert seen[4:6] == ["330681-centre", "3306-centre"]
    assert set(seen[6:]) == {"3306-centre"}


def test_escalated_means_at_least_that_level() -> None:
    assert (lead := match(dispute("family"), at_least=Level.TOWN).lead) and lead.level is Level.TOWN
    assert (lead := match(dispute("medical"), at_least=Level.TOWN).lead) and lead.level is Level.COUNTY


def test_a_named_force_must_be_allowed_to_know() -> None:
    asked = Asked(matter(flags=(Flag.DOMESTIC_VIOLENCE,)), MONDAY_TEN, {})
    assert MATCHER.named(asked, "330681109-uncle-a") is None
    assert MATCHER.named(asked, "nobody") is None
    assert (found := MATCHER.named(asked, "330681-women")) and found.lead
    assert found.lead.why == ("force.named",)


@pytest.mark.parametrize(
    ("place", "text", "ground"),
    [
        (FENGQIAO, "三组村口路灯不亮", Ground.RURAL),
        (FENGQIAO, "镇上小区里", Ground.MARKET_TOWN),
        (CAOE, "北门对面", Ground.MARKET_TOWN),
        (CAOE, "自然村里", Ground.RURAL),
        ("", "看不见路", Ground.MARKET_TOWN),
    ],
)
def test_ground(place: str, text: str, ground: Ground) -> None:
    assert load_grounds(DATA).of(place, text, None) is ground


def test_ladder() -> None:
    assert ladder(FENGQIAO) == (FENGQIAO, "330681", "3306")
    assert ladder("330681") == ("330681", "3306")
    assert ladder("") == ("3306",)


matters = st.builds(
    matter,
    category=st.sampled_from([*categories(), "unheard/of"]),
    kind=st.sampled_from(Kind),
    intent=st.sampled_from(Intent),
    platform=st.sampled_from(Platform),
    colour=st.sampled_from(Colour),
    flags=st.lists(st.sampled_from(Flag), unique=True, max_size=3).map(tuple),
    town_code=st.sampled_from([None, "330681", "330109004", FENGQIAO, KEQIAO]),
    language=st.sampled_from(["zh", "en", "ar", "sw"]),
    confidence=st.floats(0, 1),
    headcount=st.none() | st.integers(1, 500),
    amount_yuan=st.none() | st.integers(0, 10_000_000),
    text=st.sampled_from(["路灯不亮", "退单踢皮球", "年息八厘的集资"]),
)
avoided = st.frozensets(st.sampled_from(sorted(MATCHER.registry.by_id)), max_size=20)
moments = st.integers(0, 7 * 24).map(lambda hours: MONDAY_TEN + timedelta(hours=hours))


@settings(max_examples=300)
@given(one=matters, at=moments, avoid=avoided, at_least=st.none() | st.sampled_from(Level))
def test_whatever_comes(one: Matter, at: Any, avoid: frozenset[str], at_least: Level | None) -> None:
    found = match(one, at=at, avoid=avoid, at_least=at_least)
    if one.flags or avoid or at_least:
        assert found.lead
    everybody = [*found.others, *([found.lead] if found.lead else [])]
    assert len({a.force_id for a in everybody}) == len(everybody)
    kinds = {a.force_kind for a in everybody}
    if not SENSITIVE.isdisjoint(one.flags):
        assert kinds.isdisjoint(ORDINARY)
    if found.lead and not POLICE_FIRST.isdisjoint(one.flags):
        assert found.lead.force_kind in {"police_station", "police_command"}
    for why in (*found.why, *(w for a in everybody for w in a.why)):
        assert explain(why, "zh") != why and explain(why, "en") != why
