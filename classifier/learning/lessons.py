"""What people corrected, as rows to learn from beside the corpus."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from classifier.learning.corpora import code_of, corpus, primer, split_corpus, wholes
from classifier.learning.training import Progress, first_level, train
from classifier.linear.model import Model
from classifier.rulebook.rules import Rulebook
from classifier.rulebook.text import normalise
from classifier.topics import WISH
from contracts.vocabulary import Intent

# Whoever hands lessons in has covered what was found of people; a long number is nobody's business even so.
_NUMBERS = re.compile(r"[0-9０-９][0-9０-９ -]{3,}[0-9０-９x]", re.IGNORECASE)

_SEEN_IN = 6  # texts an n-gram must be in: with fewer the model is hardly righter, and far larger


@dataclass(frozen=True, slots=True)
class Lesson:
    """A matter's text with its personal data covered, and the category a person says it has."""

    text: str = field(repr=False)
    category: str
    wish: Intent | None = None  # what the citizen wants, where that was labelled too


def usable(lessons: Iterable[Lesson], rulebook: Rulebook) -> list[Lesson]:
    """Those whose category the taxonomy still has, without long numbers, each once."""
    known = (lesson for lesson in lessons if lesson.category in rulebook.categories)
    return list(dict.fromkeys(Lesson(_NUMBERS.sub(" ", one.text), one.category) for one in known))


def of_corpus() -> list[Lesson]:
    """The labelled texts written for the hub, and the matters of those that show where matters part; those of
    the file `matters` show it no better, but these."""
    return of_rows(corpus("categories")) + of_matters(split_corpus()) + of_matters(corpus("matters"))


def of_rows(rows: Iterable[dict[str, Any]]) -> list[Lesson]:
    """These rows of the file `categories`."""
    return [Lesson(row["text"], code_of(row), _wish(row)) for row in rows]


def _wish(row: dict[str, Any]) -> Intent | None:
    """None where nothing is wanted that anybody could do."""
    wish = Intent(row["intent"])
    return None if wish is Intent.OTHER else wish


def of_matters(rows: Iterable[dict[str, Any]]) -> list[Lesson]:
    """Every matter of these rows of the file `split`."""
    return [Lesson(matter["text"], code_of(matter)) for row in rows for matter in row["matters"]]


def teach(rows: Sequence[Lesson], rulebook: Rulebook, tell: Progress = lambda _: None) -> Model:
    """A model of the categories from these rows."""
    parts = wholes([row.text for row in rows], rulebook)
    evidence = [part.evidence for part in parts]
    texts, labels = [part.text for part in parts], [row.category for row in rows]
    wishes = [row.wish and f"{WISH}/{row.wish.value}" for row in rows]
    return train(texts, labels, evidence, primer(), tell, aside=wishes, seen_in=_SEEN_IN)


def teach_subjects(rows: Sequence[Lesson], like: Model) -> Model:
    """A model of the subjects alone from these rows, as sure of itself as `like`."""
    texts = [normalise(row.text) for row in rows]
    return first_level(texts, [row.category for row in rows], like, primer(), _SEEN_IN)
