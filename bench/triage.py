"""What each threshold in `router/data/rules.toml` would let through, and how right: 5-fold on the corpus.

    python -m bench.triage

A row goes right where what it was taken for leads to the very force that its true category leads to, all else
being equal. The corpus was written to be hard: what comes in by the day is taken more surely than this.
Below stands how right each subject is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.commands import command
from classifier.learning.corpora import wholes
from classifier.learning.lessons import Lesson, of_corpus, teach
from classifier.learning.training import folds
from classifier.linear.grams import Letters
from classifier.rulebook.evidence import subject
from classifier.rulebook.loading import load_rulebook
from classifier.rulebook.rules import Rulebook
from classifier.topics import Topic, model_topics
from contracts.events import Matter
from contracts.ids import case_id, case_number, complaint_id
from contracts.vocabulary import Colour, Intent, Platform
from router.force_files import load_registry
from router.match import Asked, Matcher
from router.rules import load_needs, load_rules

FOLDS = 5
THRESHOLDS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8)
_MONDAY = datetime(2024, 3, 11, 2, tzinfo=UTC)  # ten in the morning, when everybody is on duty
_TOWN = "330681109"


@dataclass(frozen=True, slots=True)
class Held:
    """A held-out row: what it is about, how sure, and what was right."""

    about: str
    confidence: float
    category: bool
    subject: bool
    two: bool
    route: bool


def main() -> None:
    """Print what each threshold would let through and how right, by subject too: 5-fold, some ten minutes."""
    rulebook = load_rulebook()
    rows = list(_held_out(rulebook))
    print("threshold  through  subject  category  route  |  below: subject  two guesses  route")
    for least in THRESHOLDS:
        over, under = ([r for r in rows if (r.confidence >= least) is side] for side in (True, False))
        above = [len(over) / len(rows), *(_share(over, one) for one in (_subject, _category, _route))]
        below = [_share(under, one) for one in (_subject, _two, _route)]
        print(
            f"{least:9.2f}",
            *(f"{share:8.3f}" for share in above),
            "  | ",
            *(f"{share:8.3f}" for share in below),
        )
    print("\nsubject                 rows   right")
    for right, about, number in sorted(_by_subject(rows)):
        print(f"{about:20}  {number:6}  {right:6.3f}")


def _by_subject(rows: Sequence[Held]) -> Iterator[tuple[float, str, int]]:
    for about in {row.about for row in rows}:
        own = [row for row in rows if row.about == about]
        yield _share(own, _subject), about, len(own)


def _held_out(rulebook: Rulebook) -> Sequence[Held]:
    lessons, matcher = of_corpus(), Matcher(load_registry(), load_rules(), load_needs())
    held = []
    for learn, check in folds([subject(one.category) for one in lessons], FOLDS):
        mine = [lessons[at] for at in check]
        model = teach([lessons[at] for at in learn], rulebook)
        parts = wholes([one.text for one in mine], rulebook)
        known = model.known(Letters([part.text for part in parts]))
        topics = model_topics(model, known, [part.evidence for part in parts])
        held += [_judged(matcher, rulebook, *pair) for pair in zip(mine, topics, strict=True)]
    return held


def _judged(matcher: Matcher, rulebook: Rulebook, lesson: Lesson, topic: Topic) -> Held:
    guesses = [subject(guess) for guess in (topic.category, topic.second) if guess]
    forces = {_force(matcher, rulebook, lesson.text, code) for code in (lesson.category, topic.category)}
    return Held(
        subject(lesson.category),
        topic.confidence,
        topic.category == lesson.category,
        guesses[0] == subject(lesson.category),
        subject(lesson.category) in guesses,
        len(forces) == 1,
    )


def _force(matcher: Matcher, rulebook: Rulebook, text: str, category: str) -> str | None:
    complaint = complaint_id("bench", text)
    case = case_id(complaint, 0)
    matter = Matter(
        case_id=case, number=case_number(case), complaint_id=complaint, platform=Platform.HOTLINE_12345,
        external_id="", ordinal=0, of=1, text=text, start=0, end=len(text), intent=Intent.HELP,
        kind=rulebook.categories[category].kind, category=category, taxonomy=rulebook.version, confidence=1.0,
        colour=Colour.BLUE, town_code=_TOWN, occurred_at=_MONDAY, received_at=_MONDAY,
    )  # fmt: skip
    lead = matcher.match(Asked(matter, _MONDAY, {})).lead
    return lead.force_id if lead else None


def _share(rows: Sequence[Held], right: Callable[[Held], bool]) -> float:
    return sum(map(right, rows)) / len(rows) if rows else float("nan")


def _subject(row: Held) -> bool:
    return row.subject


def _category(row: Held) -> bool:
    return row.category


def _two(row: Held) -> bool:
    return row.two


def _route(row: Held) -> bool:
    return row.route


if __name__ == "__main__":
    command(main)
