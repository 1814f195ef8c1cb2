"""The hub's own model, made from the corpus where the hub is set up: nothing trained is ever committed."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from classifier.model import BUILT, Model
from classifier.rulebook import category_words, load_rulebook
from classifier.text import normalise
from classifier.topics import scores
from classifier.training import train
from contracts.ids import digest

_SOURCES = (
    "corpus/categories.jsonl",
    "data/taxonomy.toml",
    "grams.py",
    "model.py",
    "training.py",
    "topics.py",
)


def build(out: Path = BUILT, tell: Callable[[str], None] = lambda _: None) -> Path:
    """The model's file, made anew only where the corpus, the taxonomy or the training changed."""
    made_from = out.with_suffix(".from")
    mark = digest(*((files("classifier") / name).read_text("utf-8") for name in _SOURCES))
    if not out.exists() or not made_from.exists() or made_from.read_text("utf-8") != mark:
        out.parent.mkdir(exist_ok=True)
        train_categories(tell).save(out)
        made_from.write_text(mark, "utf-8")
    return out


def train_categories(tell: Callable[[str], None] = lambda _: None) -> Model:
    """The model of the taxonomy's categories."""
    rows, rulebook = list(corpus("categories")), load_rulebook()
    texts = [normalise(row["text"]) for row in rows]
    evidence = [scores(rulebook.scanner.scan(text), "category") for text in texts]
    labels = [row["category"].replace(".", "/") for row in rows]
    return train(texts, labels, evidence, _primer(), tell)


def _primer() -> list[tuple[str, str]]:
    """Every category's own words, so that also those are known that few messages of the corpus are about."""
    return [(normalise(" ".join(words)), code) for code, words in category_words().items()]


def corpus(name: str) -> Iterator[dict[str, Any]]:
    """The rows of one file of labelled texts written for the hub."""
    lines = (files("classifier") / "corpus" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return map(json.loads, lines)
