"""Personal data in free text: where it stands, so that it can be covered. Rather too wide than open."""

from collections.abc import Iterable, Iterator, Sequence

from classifier.personal.houses import find_houses
from classifier.personal.names import find_names
from classifier.personal.numbers import FoundSpan, find_numbers
from contracts.events import Found


def find_personal(text: str, plain: str, language: str) -> tuple[Found, ...]:
    """Spans of personal data, in order, none over another. `plain` is the normalised text."""
    (found,) = find_all([text], [plain], [language])
    return found


def find_all(texts: Sequence[str], plain: Sequence[str], languages: Sequence[str]) -> list[tuple[Found, ...]]:
    """The same of many texts at once."""
    numbers: list[list[FoundSpan]] = [[*find_numbers(own), *find_houses(own)] for own in plain]
    edges = [[(start, end) for start, end, _ in own] for own in numbers]
    names = find_names(texts, plain, edges, [language == "zh" for language in languages])
    return [
        tuple(
            Found(kind=kind, start=start, end=end)
            for start, end, kind in _without_overlap([*own, *((start, end, "name") for start, end in named)])
        )
        for own, named in zip(numbers, names, strict=True)
    ]


def _without_overlap(spans: Iterable[FoundSpan]) -> Iterator[FoundSpan]:
    """All that any of them covers; where two overlap the second goes on where the first ends."""
    last = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > last:
            yield max(start, last), end, kind
            last = end
