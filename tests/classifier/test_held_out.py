"""Texts nobody looked at while building: floors a little under what `docs/classifier.md` says is reached.

Nothing here prints a text: once read, they would be held out no longer.
"""

import json
from pathlib import Path
from typing import Any

from classifier.judgement import Hints, Judgement
from tests.classifier.courts import is_covered, the_judge

HELD_OUT = Path(__file__).parent / "held_out"


def rows(name: str) -> list[tuple[dict[str, Any], Judgement]]:
    lines = (HELD_OUT / f"{name}.jsonl").read_text("utf-8").splitlines()
    labelled = [json.loads(line) for line in lines]
    return list(
        zip(labelled, the_judge().judge_all([(row["text"], Hints()) for row in labelled]), strict=True)
    )


def share(of: list[bool]) -> float:
    return sum(of) / len(of)


def test_what_must_never_be_missed() -> None:
    judged = [
        (bool(row["flags"]), any(m.flags for m in j.matters), any(m.look for m in j.matters))
        for row, j in rows("danger")
    ]
    assert share([certain or look for danger, certain, look in judged if danger]) >= 0.95
    assert share([danger for danger, certain, look in judged if certain or look]) >= 0.8
    assert share([danger for danger, certain, _ in judged if certain]) >= 0.95


def test_splitting() -> None:
    counts = [(len(row["matters"]), len(judgement.matters)) for row, judgement in rows("split")]
    assert share([want == got for want, got in counts]) >= 0.65
    assert share([got > 1 for want, got in counts if want == 1]) <= 0.03


def test_personal_data() -> None:
    judged = rows("personal")
    items = [is_covered(item, judgement) for row, judgement in judged for item in row["personal"]]
    assert share(items) >= 0.91
    assert share([bool(judgement.found) for row, judgement in judged if not row["personal"]]) <= 0.12


def test_foreign_languages() -> None:
    judged = rows("foreign")
    name = the_judge().rulebook.name
    categories = [
        name(judgement.matters[0].category).startswith((row["category"], *row["category_also"]))
        for row, judgement in judged
    ]
    assert share([judgement.language == row["language"] for row, judgement in judged]) >= 0.97
    assert share(categories) >= 0.86
