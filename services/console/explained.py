"""Reasons as sentences: the router's and the feedback's codes, each by its own book."""

from collections.abc import Iterable

from feedback import reasons as of_feedback
from router import reasons as of_router
from services.console.i18n import Language


def explained(why: str, language: Language) -> str:
    """The sentence; the code itself where neither book has it."""
    sentence = of_feedback.explain(why, language)
    return of_router.explain(why, language) if sentence == why else sentence


def all_explained(why: Iterable[str], language: Language) -> list[str]:
    """The sentences in order, each once."""
    return list(dict.fromkeys(explained(one, language) for one in why))
