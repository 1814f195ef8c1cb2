"""Pairs written for it: reports of one matter in other words, and other matters in the same words."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.vocabulary import Platform
from router.prints import Printer
from router.twins import Pool, Twins, load_twin_rules
from tests.router.matters import FENGQIAO, MONDAY_TEN, matter

PAIRS = tomllib.loads((Path(__file__).parent / "pairs.toml").read_text("utf-8"))
RULES = load_twin_rules()
TWINS, PRINTER = Twins(RULES), Printer(b"test", RULES.copy_from)
PLATFORMS = {platform.value[0]: platform for platform in Platform if platform is not Platform.PEOPLES_APPEAL}
PLATFORMS |= {"p": Platform.POLICE_110, "a": Platform.PEOPLES_APPEAL}


def linked(pair: dict[str, Any]) -> bool:
    """Whether the second is taken for the first."""
    first, second = (PRINTER.of(matter(f"{at}", **told(pair, at))) for at in (0, 1))
    return bool(first and second and TWINS.find(second, Pool([first])))


def told(pair: dict[str, Any], at: int) -> dict[str, Any]:
    phone = pair["phones"][at]
    return {
        "text": pair["texts"][at],
        "platform": PLATFORMS[pair["by"][at]],
        "phone": f"1990000{phone}" if phone else None,
        "category": pair.get("categories", [pair["category"]] * 2)[at],
        "town_code": pair.get("towns", [FENGQIAO] * 2)[at] or None,
        "flags": tuple(pair.get("flags", ())) + tuple(pair.get("flags_second", ()) if at else ()),
        "received_at": MONDAY_TEN + timedelta(minutes=at * pair["minutes"]),
    }


def test_twins_in_other_words_are_mostly_found() -> None:
    """A miss costs one more visit."""
    missed = [pair["texts"][1] for pair in PAIRS["twin"] if not linked(pair)]
    assert len(PAIRS["twin"]) >= 30 and len(missed) <= 0.2 * len(PAIRS["twin"]), missed


@pytest.mark.parametrize("pair", PAIRS["lookalike"], ids=lambda pair: pair["texts"][1][:12])
def test_a_lookalike_is_another_matter(pair: dict[str, Any]) -> None:
    """A wrong link hides somebody's case, so that none is allowed here."""
    assert not linked(pair)
