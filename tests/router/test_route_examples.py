"""The labelled routing examples, judged by hand: the right force, the right rung, nobody forbidden."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.vocabulary import Flag, Intent, Kind, Level, Platform
from router.force_files import kind_name
from router.match import Asked
from router.places import known_place
from tests.router.matters import MONDAY_TEN, matter
from tests.router.test_route_match import MATCHER

LINES = (Path(__file__).parents[1] / "examples" / "routing.jsonl").read_text("utf-8").splitlines()
ROWS = {row["id"]: row for row in map(json.loads, LINES)}

D, E, C, N = Kind.DISPUTE, Kind.EVENT, Kind.CONSULTATION, Kind.ENTERPRISE_NEED
JUDGED: dict[str, tuple[Kind, str, dict[str, Any]]] = {
    "E001": (E, "public_facilities/street_light", {}),
    "E005": (N, "enterprise/power", {}),
    "E012": (E, "market/measure", {}),
    "E015": (E, "public_security/brawl", {"flags": (Flag.DOMESTIC_VIOLENCE, Flag.LIFE_DANGER)}),
    "E017": (E, "education/bullying", {"flags": (Flag.MINOR_HARMED, Flag.SELF_HARM)}),
    "E022": (E, "public_security/brawl", {"flags": (Flag.GROUP_EVENT,)}),
    "E027": (C, "transport/licence", {"intent": Intent.CONSULT}),
    "E028": (D, "consumer/goods", {}),
    "E030": (E, "transport/signs", {"intent": Intent.SUGGEST}),
    "E031": (E, "family/violence", {"flags": (Flag.DOMESTIC_VIOLENCE, Flag.THREAT)}),
    "E034": (D, "labour/wages", {}),
    "E038": (D, "labour/wages", {}),
    "E042": (D, "family/elders", {}),
    "E045": (N, "tax/invoice", {}),
    "E046": (E, "pollution/noise", {}),
    "E058": (E, "public_facilities/board", {}),
    "E059": (C, "market/tourism", {"intent": Intent.CONSULT}),
    "E061": (D, "property/fees", {}),
    "E071": (N, "transport/parking", {}),
    "E075": (E, "pollution/noise", {"non_police": True}),
    "E077": (E, "rescue", {"flags": (Flag.SELF_HARM,)}),
    "E080": (D, "medical/treatment", {}),
    "E090": (D, "consumer/prepaid", {"headcount": 80, "amount_yuan": 10_000_000}),
    "E091": (E, "public_facilities/waste", {}),
    "E100": (E, "public_facilities/manhole", {}),
}


_HALF_WIDTH = str.maketrans("（）", "()")  # as the examples write names


def named(kinds: list[str], words: list[str]) -> bool:
    names = [kind_name(kind).translate(_HALF_WIDTH) for kind in kinds]
    return any(word in name for name in names for word in words)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_example(row: dict[str, Any]) -> None:
    kind, category, more = JUDGED[row["id"]]
    one = matter(
        row["id"],
        text=row["text"],
        platform=Platform(row["platform"]),
        town_code=row["town"],
        kind=kind,
        category=category,
        **more,
    )
    found = MATCHER.match(Asked(one, MONDAY_TEN, {}))
    lead = [found.lead.force_kind] if found.lead else []
    assert bool(lead) or not row["force_any_of"]
    if row["force_any_of"]:
        assert named(lead, row["force_any_of"])
    if row["level"] and found.lead:
        assert found.lead.level is Level(row["level"])
    others = [other.force_kind for other in found.others]
    assert not named(lead, row["must_not"])
    assert not named(others, [word for word in row["must_not"] if word != "派出所"])
    assert (
        not found.lead
        or known_place(row["town"]).startswith(found.lead.force_id.partition("-")[0])
        or (found.lead.force_id.startswith("3306-"))
    )
