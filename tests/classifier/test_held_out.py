"""Texts nobody looked at while building: floors a little under what `docs/classifier.md` says is reached.

Nothing here prints a text: once read, they would be held out no longer.
"""

import json
from pathlib import Path

from tests.classifier.courts import Labelled, alarmed, divided, guests, hidden, with_judgements

HELD_OUT = Path(__file__).parent / "held_out"


def rows(name: str) -> Labelled:
    lines = (HELD_OUT / f"{name}.jsonl").read_text("utf-8").splitlines()
    return with_judgements(list(map(json.loads, lines)))


def test_what_must_never_be_missed() -> None:
    of = alarmed("held_out/danger", rows("danger"))
    assert of["recall"] >= 0.95
    assert of["precision"] >= 0.8
    assert of["precision_of_certain"] >= 0.95


def test_splitting() -> None:
    texts = rows("split")
    of = divided("held_out/split", [(len(row["matters"]), len(j.matters)) for row, j in texts])
    assert of["count_exact"] >= 0.65
    assert of["single_cut"] <= 0.03


def test_personal_data() -> None:
    of = hidden("held_out/personal", rows("personal"))
    assert of["covered"] >= 0.91
    assert of["clean_flagged"] <= 0.12


def test_foreign_languages() -> None:
    of = guests("held_out/foreign", rows("foreign"))
    assert of["language"] >= 0.97
    assert of["category"] >= 0.86
