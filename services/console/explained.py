"""Reasons as sentences: the router's and the feedback's codes, each by its own book."""

import re
from collections.abc import Iterable

from contracts.places import place_name
from feedback import reasons as of_feedback
from router import reasons as of_router
from services.console.i18n import Language
from services.console.pages import Pages

_NAMED = re.compile(r"\b(category|was|place|force)=([^|]+)")


def explained(why: str, language: Language, pages: Pages) -> str:
    """The sentence; the code itself where neither book has it. What has a name is called by it."""
    named = _NAMED.sub(lambda said: f"{said[1]}={_name(said[1], said[2], language, pages)}", why)
    sentence = of_feedback.explain(named, language)
    return of_router.explain(why, language) if sentence == named else sentence


def all_explained(why: Iterable[str], language: Language, pages: Pages) -> list[str]:
    """The sentences in order, each once."""
    return list(dict.fromkeys(explained(one, language, pages) for one in why))


def _name(what: str, value: str, language: Language, pages: Pages) -> str:
    """What neither book can know: what the taxonomy, the city's map and the registry call it."""
    if what == "force":
        return pages.force(value, "", language) or value
    return place_name(value, language) or value if what == "place" else pages.category(value, language)
