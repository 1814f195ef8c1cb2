"""One judge for all tests here, and short ways to ask it."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from classifier.judge import Judge, load_judge
from classifier.judgement import Hints, JudgedMatter, Judgement
from classifier.learning.build import build
from tests.figures import measured

Labelled = Sequence[tuple[dict[str, Any], Judgement]]

EXAMPLES = Path(__file__).parents[1] / "examples"
SEEN = Path(__file__).parent / "seen"  # what the rules were made with

_NEITHER_NOR = [
    "一半是这样，一半是那样，说不清楚算哪一类。",
    "有人把一条蛇放在我家窗台上。",
    "风筝挂在窗台上，不知道该跟谁说。",
    "那个东西昨天不见了，今天又在。",
    "上次说的那件事，现在和原先一样。",
    "该怎么说呢，大概就是您想的那样。",
    "三和四之间差了一点，一直没有对上。",
    "颜色不对，样子也不对，看着别扭。",
]


@cache
def the_judge() -> Judge:
    build()
    return load_judge()


def judged(text: str, **hints: Any) -> Judgement:
    return the_judge().judge(text, Hints(**hints))


def one(text: str, **hints: Any) -> JudgedMatter:
    (matter,) = judged(text, **hints).matters
    return matter


def unsure(before: str = "") -> str:
    """A text of no danger that the model of the day sends to triage, so that no test hangs on one model."""
    texts = [before + text for text in _NEITHER_NOR]
    return next(
        text
        for text in texts
        if (about := one(text)).confidence < 0.2 and about.second_category and not about.flags
    )


def found(text: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in judged(text).found]


def examples(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / f"{name}.jsonl").read_text("utf-8").splitlines()]


def seen(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEEN / f"{name}.jsonl").read_text("utf-8").splitlines()]


def with_judgements(rows: Sequence[dict[str, Any]]) -> Labelled:
    return list(zip(rows, the_judge().judge_all([(row["text"], Hints()) for row in rows]), strict=True))


def alarmed(name: str, rows: Labelled) -> dict[str, float]:
    """What of the dangerous texts is found, and how much of what is raised is dangerous."""
    judged = [
        (set(row["flags"]), {flag.value for m in j.matters for flag in m.flags}, is_danger(j))
        for row, j in rows
    ]
    return measured(
        name,
        recall=[seen for danger, _, seen in judged if danger],
        precision=[bool(danger) for danger, _, seen in judged if seen],
        certain=[bool(certain) for danger, certain, _ in judged if danger],
        precision_of_certain=[bool(danger) for danger, certain, _ in judged if certain],
        all_flags_right=[danger == certain for danger, certain, _ in judged if danger and certain],
    )


def divided(name: str, counts: Iterable[tuple[int, int]]) -> dict[str, float]:
    """How often there are as many matters as there should be, of (wanted, got)."""
    counts = list(counts)
    return measured(
        name,
        count_exact=[want == got for want, got in counts],
        single_cut=[got > 1 for want, got in counts if want == 1],
    )


def hidden(name: str, rows: Labelled) -> dict[str, float]:
    """What share of personal data is covered whole, and of texts without any is flagged."""
    return measured(
        name,
        covered=[is_covered(item, judgement) for row, judgement in rows for item in row["personal"]],
        clean_flagged=[bool(judgement.found) for row, judgement in rows if not row["personal"]],
    )


def guests(name: str, rows: Labelled) -> dict[str, float]:
    """What of guests' letters is told."""
    categories = [
        (the_judge().rulebook.name(judgement.matters[0].category), (row["category"], *row["category_also"]))
        for row, judgement in rows
    ]
    dangers = [(bool(set(row["sensitive"]) - {"举报保密"}), is_danger(judgement)) for row, judgement in rows]
    return measured(
        name,
        language=[judgement.language == row["language"] for row, judgement in rows],
        category=[got.startswith(any_of) for got, any_of in categories],
        danger_seen=[seen for danger, seen in dangers if danger],
        calm_looked_at=[seen for danger, seen in dangers if not danger],
        calm_flagged=[
            any(matter.flags for matter in judgement.matters)
            for (danger, _), (_, judgement) in zip(dangers, rows, strict=True)
            if not danger
        ],
    )


def is_covered(item: dict[str, Any], judgement: Judgement) -> bool:
    """Whether one span hides the whole item of personal data."""
    return any(f.start <= item["start"] and item["end"] <= f.end for f in judgement.found)


def is_danger(judgement: Judgement) -> bool:
    """Whether a person is made to look at once."""
    return any(matter.flags or matter.look for matter in judgement.matters)
