"""One judge for all tests here, and short ways to ask it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from classifier.build import build
from classifier.judge import Judge, load_judge
from classifier.judgement import Hints, JudgedMatter, Judgement

EXAMPLES = Path(__file__).parents[1] / "examples"


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
