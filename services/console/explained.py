"""Reasons as sentences: the router's and the feedback's codes, each by its own book."""

import re
from collections.abc import Iterable, Mapping

from contracts.places import place_name
from feedback import reasons as of_feedback
from router import reasons as of_router
from services.console.i18n import Language

Categories = Mapping[str, Mapping[str, str]]
_NAMED = re.compile(r"\b(category|was|place)=([^|]+)")


def explained(why: str, language: Language, categories: Categories) -> str:
    """The sentence; the code itself where neither book has it. Categories and places get their names."""
    named = _NAMED.sub(lambda said: f"{said[1]}={_name(said[2], language, categories)}", why)
    sentence = of_feedback.explain(named, language)
    return of_router.explain(why, language) if sentence == named else sentence


def all_explained(why: Iterable[str], language: Language, categories: Categories) -> list[str]:
    """The sentences in order, each once."""
    return list(dict.fromkeys(explained(one, language, categories) for one in why))


def _name(value: str, language: Language, categories: Categories) -> str:
    """What neither book can know: what the taxonomy and the city's map call it."""
    return categories[value][language] if value in categories else place_name(value) or value
