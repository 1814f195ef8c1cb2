"""What a matter's text says of time and place, in a reader's words, beside the text."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from contracts.events import Fact, Matter
from contracts.places import place_name
from feedback.reveal import hidden
from services.console.i18n import Tongue


class Told(NamedTuple):
    """Each in the order the text has it, and once."""

    dates: list[str]  # ISO 8601; the citizen's words where it can't be said so
    durations: list[str]
    places: list[str]  # with all towns that have the name


def told(matter: Matter, tongue: Tongue) -> Told:
    """Nothing of what is covered as somebody's personal data."""
    facts = list(_open(matter))
    return Told(
        _once(
            (fact.value or _said(fact, matter)).removeprefix("--") for fact in facts if fact.kind == "date"
        ),
        _once(tongue.lasting(fact.value) for fact in facts if fact.kind == "duration" and fact.value),
        _once(_where(fact, matter, tongue) for fact in facts if fact.kind == "place"),
    )


def _open(matter: Matter) -> Iterator[Fact]:
    """The facts that touch nothing that is covered in the text."""
    secret = hidden(matter)
    return (fact for fact in matter.facts if secret.isdisjoint(range(fact.start, fact.end)))


def _where(fact: Fact, matter: Matter, tongue: Tongue) -> str:
    """The place as the text has it, and the towns that it may be."""
    said = _said(fact, matter)
    towns = [name for code in (fact.value or "").split() if (name := place_name(code, tongue.language))]
    form = "{}（{}）" if tongue.language == "zh" else "{} ({})"
    return form.format(said, " / ".join(towns)) if towns and towns != [said] else said


def _said(fact: Fact, matter: Matter) -> str:
    return matter.text[fact.start : fact.end]


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
