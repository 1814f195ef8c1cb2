"""A county's own files for the router and for feedback, and where they are."""

from pathlib import Path

import pytest

from classifier.rulebook.loading import category_names
from contracts.errors import Unusable
from feedback.stage import load_feedback
from router.data_files import DATA
from router.stage import load_router
from services.chassis.settings import Settings
from services.rulebooks import rules_of

CLOCKS = DATA.parents[1] / "feedback" / "data" / "clocks.toml"


def county(folder: Path, shipped: Path, old: str, new: str) -> Path:
    """That file alone, with one slip of the pen."""
    written = shipped.read_text("utf-8")
    assert old in written
    (folder / shipped.name).write_text(written.replace(old, new, 1), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("attempts = ", "atempts = ", r"rules\.toml: limits\.attempts: is missing"),
        ("when.categories", "when.category", r"rules\.toml: level\[.+\]\.when\.category: no such key"),
        ('"safety/gas"', '"safety/gass"', r"rules\.toml: the taxonomy has no such category: .+: safety/gass"),
    ],
)
def test_a_slip_in_a_rule_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = county(tmp_path, DATA / "rules.toml", old, new)
    with pytest.raises(Unusable, match=said):
        load_router(folder, categories=category_names())


def test_the_hub_s_own_rules_name_categories_there_are() -> None:
    assert load_router(categories=category_names())


def test_of_what_a_county_leaves_out_the_hub_s_holds(tmp_path: Path) -> None:
    assert load_router(county(tmp_path, DATA / "twins.toml", "\n", "\n"))
    assert load_feedback(tmp_path)


def test_a_slip_in_a_promise_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"clocks\.toml: "):
        load_feedback(county(tmp_path, CLOCKS, "clock = ", "clok = "))


def test_a_folder_that_is_not_there_is_no_wish(tmp_path: Path) -> None:
    (tmp_path / "rules" / "router").mkdir(parents=True)
    mine = Settings(rulebooks=tmp_path / "rules")
    assert (rules_of(mine, "router"), rules_of(mine, "feedback")) == (tmp_path / "rules" / "router", None)
    for slip in ("ruels", "rules/router"):
        with pytest.raises(Unusable, match=r"HUB_RULEBOOKS: .+ has no folder classifier, router, feedback"):
            rules_of(Settings(rulebooks=tmp_path / slip), "router")
