"""All that a text says of money, people, times, firms and places."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from operator import attrgetter

from classifier.facts.dates import dates
from classifier.facts.durations import durations
from classifier.facts.firms import firms
from classifier.facts.sums import sums
from classifier.rulebook.places import Place
from classifier.rulebook.quantities import People
from contracts.events import Fact


def facts_in(
    plain: str, counted: Iterable[People], named: Iterable[Place], on: date | None
) -> tuple[Fact, ...]:
    """The facts of a normalised text written on the day `on`, by where they start.

    What people and places were found in it is known already.
    """
    times = chain(dates(plain, on), durations(plain, on))
    found = chain(sums(plain), _heads(counted), times, firms(plain), _where(named))
    return tuple(sorted(found, key=attrgetter("start")))


def _heads(counted: Iterable[People]) -> Iterator[Fact]:
    return (Fact(kind="people", start=some.start, end=some.end, value=str(some.size)) for some in counted)


def _where(named: Iterable[Place]) -> Iterator[Fact]:
    """Each with its code, or with those of all that have the name."""
    return (Fact(kind="place", start=p.start, end=p.end, value=" ".join(p.codes)) for p in named)
