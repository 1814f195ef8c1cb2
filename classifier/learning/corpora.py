"""The labelled texts written for the hub, as its models learn from them."""

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from classifier.reading import Part, read_all
from classifier.rulebook.loading import category_words
from classifier.rulebook.marks import Span
from classifier.rulebook.rules import Rulebook
from classifier.rulebook.text import normalise

_STRIDE = 128  # texts read at once


def corpus(name: str) -> Iterator[dict[str, Any]]:
    """The rows of one file."""
    lines = (files("classifier") / "corpus" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return map(json.loads, lines)


def split_corpus() -> Iterator[dict[str, Any]]:
    """Texts with their matters; those written to be harder than letters are say what they weigh."""
    yield from corpus("split")
    yield from corpus("split_hard")


def danger_corpus() -> Iterator[dict[str, Any]]:
    """Texts with their flags, none where a text only looks dangerous."""
    for name in ("danger", "danger_plain", "danger_pairs"):
        yield from corpus(name)


def code_of(row: dict[str, Any]) -> str:
    """The category of a row of the file `categories`."""
    return str(row["category"]).replace(".", "/")


def wholes(texts: Sequence[str], rulebook: Rulebook) -> list[Part]:
    """Each text as one matter."""
    strides = (texts[at : at + _STRIDE] for at in range(0, len(texts), _STRIDE))
    readings = (reading for some in strides for reading in read_all(some, rulebook, personal=False))
    return [Part(reading, Span(0, len(reading.plain))) for reading in readings]


def primer() -> list[tuple[str, str]]:
    """Every category's own words, so that also those are known that few messages of the corpus are about."""
    return [(normalise(" ".join(words)), code) for code, words in category_words().items()]
