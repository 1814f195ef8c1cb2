"""The router's data holds together, and says for every category who deals with it."""

import tomllib
from pathlib import Path

import pytest

from contracts.errors import Invalid
from contracts.vocabulary import Kind, Level
from router.data_files import DATA, read_csv
from router.force_files import kind_name, load_registry
from router.reasons import explain, reason
from router.rules import load_needs, load_rules
from router.stage import load_router
from router.when import When
from tests.router.matters import FENGQIAO, matter

TAXONOMY = Path(__file__).parents[2] / "classifier" / "data" / "taxonomy.toml"


def categories() -> list[str]:
    tops = {k: v for k, v in tomllib.loads(TAXONOMY.read_text("utf-8")).items() if isinstance(v, dict)}
    subs = [f"{top}/{sub}" for top, v in tops.items() for sub, w in v.items() if isinstance(w, dict)]
    return [*tops, *subs]


def test_every_category_has_a_rule_of_its_own() -> None:
    rules = load_rules()
    left = {
        category
        for category in categories()
        for kind in (Kind.EVENT, Kind.DISPUTE)
        if rules.lead_of(matter(category=category, kind=kind), FENGQIAO).code == "lead.any"
    }
    assert left == {"other"}


def test_no_rule_names_a_category_that_does_not_exist() -> None:
    rules, known = load_rules(), set(categories())
    named = {c for r in (*rules.level, *rules.lead, *rules.join) for c in r.when.categories or ()}
    skills = {c for force in load_registry().by_id.values() for c in force.categories}
    assert named | skills <= known


def test_the_last_rules_hold_always_and_codes_are_unique() -> None:
    rules = load_rules()
    for rows in (rules.level, rules.lead):
        assert rows[-1].when == When()
    codes = [rule.code for rule in (*rules.level, *rules.lead, *rules.join)]
    assert len(codes) == len(set(codes))


def test_a_rule_for_a_force_nobody_has_stops_the_start(tmp_path: Path) -> None:
    for file in DATA.iterdir():
        text = file.read_text("utf-8").replace('"union"]', '"guild"]')
        (tmp_path / file.name).write_text(text, "utf-8")
    with pytest.raises(Invalid, match="guild"):
        load_router(tmp_path)


def test_a_rule_that_names_no_list_there_is_stops_the_start(tmp_path: Path) -> None:
    for file in DATA.iterdir():
        (tmp_path / file.name).write_text(
            file.read_text("utf-8").replace('= "secret"', '= "sacred"'), "utf-8"
        )
    with pytest.raises(Invalid, match="sacred"):
        load_router(tmp_path)


def test_a_county_edits_its_own_forces(tmp_path: Path) -> None:
    for file in DATA.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "overrides.csv").open("a", encoding="utf-8") as edits:
        edits.write("330681109-uncle-a,,,,,,,,yes\n330681109-judge,枫桥人民法庭,,,,,,,\n")
        edits.write("330681109-tea,枫桥茶市调解室,town_mediation,330681109,always,consumer,,9,\n")
    registry = load_registry(tmp_path)
    assert "330681109-uncle-a" not in registry.by_id
    assert registry.by_id["330681109-judge"].name == "枫桥人民法庭"
    assert registry.by_id["330681109-judge"].named("en") == "枫桥人民法庭", "the old office's name is not its"
    added = registry.by_id["330681109-tea"]
    assert (added.level, added.capacity, [*added.categories]) == (Level.TOWN, 9, ["consumer"])


def test_a_new_force_without_a_place_is_refused(tmp_path: Path) -> None:
    for file in DATA.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "overrides.csv").open("a", encoding="utf-8") as edits:
        edits.write("330681109-tea,枫桥茶市调解室,town_mediation,,always,,,,\n")
    with pytest.raises(Invalid, match="330681109-tea"):
        load_registry(tmp_path)


def test_forces_are_named_in_both_languages() -> None:
    registry = load_registry()
    assert {force.kind for force in registry.by_id.values()} == set(registry.kinds)
    assert {force.named("en").isascii() for force in registry.by_id.values() if "ü" not in force.en} == {True}
    assert registry.by_id["330681109-uncle-a"].named("en") == "Fengqiao Town Lao Niangjiu mediators, room 1"
    assert (kind_name("police_station"), kind_name("police_station", "en")) == ("派出所", "Police station")
    assert kind_name("unheard_of") == "unheard_of"


def test_the_enterprise_list_has_its_21_rows_and_finds_them() -> None:
    needs = load_needs()
    assert [row["row"] for row in read_csv(DATA / "enterprise_needs.csv")] == [str(n) for n in range(1, 22)]
    assert needs.best("用电容量要增容，变压器要换").department == "power"
    assert needs.best("收到税务短信要补税").department == "tax"
    assert needs.best("没有一个词").row == "21"


def test_reasons_are_explained_in_both_languages() -> None:
    why = reason("force.kind", kind="police_station", place=FENGQIAO)
    assert explain(why) == "诸暨市枫桥镇的派出所"
    assert explain(why, "en") == "Police station of Fengqiao Town, Zhuji"
    assert explain("level.simple|level=village", "en") == "a simple dispute: settled in the village"
    assert explain("force.load|open=3") == "在办 3 件，上限 – 件"
    assert explain("older.code|x=1") == "older.code|x=1"
