"""One judge for all tests here, and short ways to ask it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from classifier.build import build
from classifier.judge import Judge, load_judge
from classifier.judgement import Hints, JudgedMatter, Judgement

EXAMPLES = Path(__file__).parents[1] / "examples"
SEEN = Path(__file__).parent / "seen"  # what the rules were made with


@cache
def the_judge() -> Judge:
    build()
    return load_judge()


def judged(text: str, **hints: Any) -> Judgement:
    return the_judge().judge(text, Hints(**hints))


def one(text: str, **hints: Any) -> JudgedMatter:
    (matter,) = judged(text, **hints).matters
    return matter


def found(text: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in judged(text).found]


def examples(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / f"{name}.jsonl").read_text("utf-8").splitlines()]


def seen(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SEEN / f"{name}.jsonl").read_text("utf-8").splitlines()]


def is_covered(item: dict[str, Any], judgement: Judgement) -> bool:
    """Whether one span hides the whole item of personal data."""
    return any(f.start <= item["start"] and item["end"] <= f.end for f in judgement.found)


def is_danger(judgement: Judgement) -> bool:
    """Whether a person is made to look at once."""
    return any(matter.flags or matter.look for matter in judgement.matters)
