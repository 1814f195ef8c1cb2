"""The labelled examples: floors at what is reached, so that no change loses ground unseen."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from contracts.vocabulary import Platform
from tests.classifier.courts import (
    alarmed,
    divided,
    examples,
    guests,
    hidden,
    judged,
    one,
    the_judge,
    with_judgements,
)


def flags(text: str) -> tuple[set[str], bool]:
    matters = judged(text).matters
    return {flag.value for m in matters for flag in m.flags}, any(m.look for m in matters)


def category(text: str) -> str:
    return the_judge().rulebook.name(judged(text).matters[0].category)


def test_dangers() -> None:
    rows = examples("danger")
    alarmed("examples/danger", with_judgements(rows))
    dangerous = [(set(row["flags"]), *flags(row["text"])) for row in rows if row["flags"]]
    calm = [flags(row["text"]) for row in rows if not row["flags"]]
    assert sum(want <= got or look for want, got, look in dangerous) == len(dangerous)
    assert sum(want <= got for want, got, _ in dangerous) >= 27
    assert sum(bool(got - want) for want, got, _ in dangerous) <= 1
    assert sum(bool(got) for got, _ in calm) == 0
    assert sum(look for _, look in calm) <= 9


def test_splits() -> None:
    rows = examples("split")
    divided("examples/split", [(len(row["matters"]), len(judged(row["text"]).matters)) for row in rows])
    exact = [row for row in rows if len(judged(row["text"]).matters) == len(row["matters"])]
    assert len(exact) >= 43
    apart = sum(_each_apart(row) for row in exact)
    assert apart >= 42
    assert not [row["id"] for row in rows if len(row["matters"]) == 1 and row not in exact]


def _each_apart(row: dict[str, Any]) -> bool:
    places = [row["text"].index(matter["quote"]) for matter in row["matters"]]
    spans = [(m.start, m.end) for m in judged(row["text"]).matters]
    return all(start <= at < end for at, (start, end) in zip(sorted(places), spans, strict=True))


def test_personal_data_is_covered() -> None:
    rows = examples("personal")
    hidden("examples/personal", with_judgements(rows))
    covered = wanted = spare = 0
    for row in rows:
        spans = [(f.start, f.end) for f in judged(row["text"]).found]
        marked = [(p["start"], p["end"]) for p in row["personal"]]
        wanted += len(marked)
        covered += sum(any(a <= start and end <= b for a, b in spans) for start, end in marked)
        spare += sum(all(b <= start or end <= a for start, end in marked) for a, b in spans)
    assert (wanted, covered >= 96, spare <= 1) == (97, True, True)


def test_foreign_messages() -> None:
    rows = [{"category_also": [], **row} for row in examples("foreign")]
    guests("examples/foreign", with_judgements(rows))
    assert sum(judged(row["text"]).language == row["language"] for row in rows) == 15
    names = [(category(row["text"]), (row["category"], *row["category_also"])) for row in rows]
    assert sum(name.startswith(any_of) for name, any_of in names) == 15
    assert flags(rows[0]["text"])[0] == {"self_harm"}


def test_routing_towns_and_categories() -> None:
    rows = examples("routing")
    towns = [(row["town"], judged(row["text"]).matters[0].town_code) for row in rows]
    assert sum(want == got for want, got in towns) == 25
    assert not [got for want, got in towns if want is None and got and len(got) == 9]
    judged_ones = [row for row in rows if row["category"]]
    assert (
        sum(category(row["text"]).startswith(row["category"]) for row in judged_ones) >= len(judged_ones) - 1
    )


@pytest.mark.skipif("HUB_SAMPLES" not in os.environ, reason="HUB_SAMPLES names no file of samples")
def test_the_samples() -> None:
    samples = json.loads(Path(os.environ["HUB_SAMPLES"]).read_text("utf-8"))
    known = {"12345": "hotline_12345", "110": "police_110", "mhww": "peoples_appeal", "jfm": "dispute_code"}
    wrong = []
    for sample in samples:
        platform = Platform(known.get(sample["source"], sample["source"]))
        judgement = judged(sample["text"], platform=platform, town_code=sample["town_code"])
        expect = sample["expect"]
        assert judgement.language == expect.get("lang", "zh"), sample["id"]
        if len(judgement.matters) != expect.get("multi_issue", 1):
            wrong.append(sample["id"])
    assert wrong in ([], ["S05"])  # three matters in one sentence, joined by commas: not told apart yet


def test_an_own_equivalent_of_the_red_sample() -> None:
    matter = one("女子低声说：老公喝醉又打我，正在砸门，我带着女儿躲在卫生间，头上流血，快来")
    assert matter.colour.value == "red"
    assert "domestic_violence" in {flag.value for flag in matter.flags}
