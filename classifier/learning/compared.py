"""The model as it is beside the one that would learn more, on rows neither has seen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score

from classifier.learning.corpora import wholes
from classifier.learning.lessons import Lesson, of_corpus, teach
from classifier.learning.training import Progress, folds
from classifier.linear.grams import Letters
from classifier.linear.model import Model
from classifier.rulebook.evidence import subject
from classifier.rulebook.rules import Rulebook
from classifier.topics import Topic, model_topics

PROMISED = 0.97  # the precision at which coverage is compared


@dataclass(frozen=True, slots=True)
class Taken:
    """What one model took a row for, and whether it would have let it through unseen."""

    topic: Topic
    through: bool


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A held-out row: what it is, whether a person corrected it, and what both took it for."""

    category: str
    corrected: bool
    old: Taken
    new: Taken


@dataclass(frozen=True, slots=True)
class Scores:
    """How good one model is on some rows; shares of one. `subject` is the first level of a category."""

    rows: int
    category: float
    subject: float
    macro_f1: float
    two_guesses: float  # the subject is the first guess or the second
    through: float
    right_through: float


Which = Callable[[HeldOut], Taken]


@dataclass(frozen=True)
class Comparison:
    """Every held-out row, judged by both."""

    rows: Sequence[HeldOut]

    def part(self, corrected: bool) -> list[HeldOut]:
        """The rows people corrected, or the corpus'."""
        return [row for row in self.rows if row.corrected is corrected]

    def classes(self) -> list[tuple[str, int, float, float]]:
        """Subject, rows, old F1, new F1; what got worst first."""
        names = sorted({subject(row.category) for row in self.rows})
        old, new = (_f1(self.rows, names, which) for which in (_old, _new))
        counts = [sum(subject(row.category) == name for row in self.rows) for name in names]
        return sorted(zip(names, counts, old, new, strict=True), key=lambda one: one[3] - one[2])


def scores(rows: Sequence[HeldOut], which: Which) -> Scores | None:
    """How good the old (`_old`) or the new one (`_new`) is on these rows; None without any."""
    if not rows:
        return None
    taken = [(row.category, which(row)) for row in rows]
    right = [subject(is_) == subject(one.topic.category) for is_, one in taken]
    through = [ok for ok, (_, one) in zip(right, taken, strict=True) if one.through]
    names = sorted({subject(row.category) for row in rows})
    return Scores(
        rows=len(rows),
        category=_share([is_ == one.topic.category for is_, one in taken]),
        subject=_share(right),
        macro_f1=float(np.mean(_f1(rows, names, which))),
        two_guesses=_share([subject(is_) in _guesses(one.topic) for is_, one in taken]),
        through=len(through) / len(rows),
        right_through=_share(through),
    )


def both(rows: Sequence[HeldOut]) -> tuple[Scores | None, Scores | None]:
    """The old one's scores and the new one's."""
    return scores(rows, _old), scores(rows, _new)


def turned(rows: Sequence[HeldOut]) -> tuple[int, int]:
    """How many subjects are newly right, and how many newly wrong."""
    pairs = [(_right(row, row.old), _right(row, row.new)) for row in rows]
    return pairs.count((False, True)), pairs.count((True, False))


def compare(
    known: Sequence[Lesson],
    fresh: Sequence[Lesson],
    rulebook: Rulebook,
    count: int = 5,
    tell: Progress = lambda _: None,
) -> Comparison:
    """Cross-validate two recipes: the corpus with the lessons the model in use has had, and with the fresh
    ones too. So neither judges a row it has learnt, and the one in use has no advantage on the corpus."""
    texts, rows = of_corpus(), list[HeldOut]()
    lessons = [*known, *fresh]
    splits = folds([subject(row.category) for row in texts], count)
    for number, (learn, check) in enumerate(splits):
        tell(f"fold {number + 1} of {count}")
        base, held = [texts[at] for at in learn], range(number, len(lessons), count)
        mine = [one for at, one in enumerate(lessons) if at not in held]
        old = teach([*base, *(one for one in mine if one in known)], rulebook)
        new = teach([*base, *mine], rulebook)
        rows += _judged([texts[at] for at in check], False, old, new, rulebook)
        rows += _judged([lessons[at] for at in held], True, old, new, rulebook)
    return Comparison(rows)


def _judged(
    lessons: Sequence[Lesson], corrected: bool, old: Model, new: Model, rulebook: Rulebook
) -> Iterator[HeldOut]:
    taken = (_taken(model, lessons, rulebook) for model in (old, new))
    for lesson, one, other in zip(lessons, *taken, strict=True):
        yield HeldOut(lesson.category, corrected, one, other)


def _taken(model: Model, lessons: Sequence[Lesson], rulebook: Rulebook) -> list[Taken]:
    if not lessons:
        return []
    parts = wholes([lesson.text for lesson in lessons], rulebook)
    least = dict(model.thresholds)[PROMISED]
    known = model.known(Letters([part.text for part in parts]))
    topics = model_topics(model, known, [part.evidence for part in parts])
    return [Taken(topic, topic.confidence >= least) for topic in topics]


def _old(row: HeldOut) -> Taken:
    return row.old


def _new(row: HeldOut) -> Taken:
    return row.new


def _right(row: HeldOut, taken: Taken) -> bool:
    return subject(row.category) == subject(taken.topic.category)


def _guesses(topic: Topic) -> set[str]:
    return {subject(guess) for guess in (topic.category, topic.second) if guess}


def _f1(rows: Sequence[HeldOut], names: Sequence[str], which: Which) -> list[float]:
    truth = [subject(row.category) for row in rows]
    taken = [subject(which(row).topic.category) for row in rows]
    each: list[float] = f1_score(truth, taken, labels=names, average=None, zero_division=0).tolist()
    return each


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0
