"""A comparison as a report a person would decide by."""

from collections.abc import Callable, Iterator

from classifier.learning.compared import PROMISED, Comparison, Scores, both, turned

_NOTHING = 0.005  # a difference of F1 that is not worth a line
_LINES = (
    ("category right", "category"),
    ("subject right", "subject"),
    ("macro-F1 of the subjects", "macro_f1"),
    ("subject among the two guesses", "two_guesses"),
    (f"let through at a promised {PROMISED:.0%}", "through"),
    ("right of those", "right_through"),
)
_PARTS = (("The corpus", False), ("What people corrected", True))


def report(version: str, comparison: Comparison, name: Callable[[str], str]) -> str:
    """Markdown. `name` is what people call a category."""
    return "\n".join(_report(version, comparison, name)) + "\n"


def gist(comparison: Comparison) -> list[str]:
    """The least somebody must read before they decide."""
    return [line for title, corrected in _PARTS for line in _gist(title, comparison, corrected)]


def _report(version: str, comparison: Comparison, name: Callable[[str], str]) -> Iterator[str]:
    yield f"# Model {version} beside the one in use\n"
    yield "No row is judged by a model that learnt it. Nothing goes live by this report: a person decides."
    for title, corrected in _PARTS:
        yield from _table(title, comparison, corrected)
    yield "\n## Subjects that changed\n"
    yield "F1 over all held-out rows, what got worse first.\n"
    yield "| subject | rows | in use | this | change |\n|---|---|---|---|---|"
    for code, rows, old, new in comparison.classes():
        if abs(new - old) >= _NOTHING:
            yield f"| {name(code)} (`{code}`) | {rows} | {old:.3f} | {new:.3f} | {new - old:+.3f} |"


def _table(title: str, comparison: Comparison, corrected: bool) -> Iterator[str]:
    rows = comparison.part(corrected)
    old, new = both(rows)
    yield f"\n## {title}: {len(rows)} rows\n"
    if not old or not new:
        yield "None."
        return
    if corrected:
        yield "People correct what the hub was unsure of: these are harder than what comes in by the day.\n"
    yield "| | in use | this | change |\n|---|---|---|---|"
    for label, field in _LINES:
        before, after = getattr(old, field), getattr(new, field)
        yield f"| {label} | {before:.3f} | {after:.3f} | {after - before:+.3f} |"
    better, worse = turned(rows)
    yield f"\nSubject newly right in {better} rows, newly wrong in {worse}."


def _gist(title: str, comparison: Comparison, corrected: bool) -> Iterator[str]:
    rows = comparison.part(corrected)
    old, new = both(rows)
    if old and new:
        yield f"{title} ({len(rows)} rows): {_pair('subject', old, new)}, {_pair('category', old, new)}"


def _pair(field: str, old: Scores, new: Scores) -> str:
    return f"{field} {getattr(old, field):.3f} -> {getattr(new, field):.3f}"
