"""How much of what the cues of a stretch of text speak of: weighted, each counted once."""

from collections.abc import Iterable
from functools import cache

from classifier.rulebook.cues import Hit

_AGAIN = 0.25  # what a cue weighs from its second hit on


@cache
def subject(code: str) -> str:
    """The first level of a category."""
    return code.partition("/")[0]


def scores(hits: Iterable[Hit]) -> dict[str, float]:
    """Evidence by key. A word inside a longer hit of the same key adds nothing."""
    total: dict[str, float] = {}
    covered: dict[str, int] = {}
    seen: set[int] = set()
    for _, end, cue in hits:
        key, word = cue.key, id(cue)  # every word is a cue of its own, though another is equal to it
        if key not in total:
            total[key] = cue.weight
        elif end > covered[key]:
            total[key] += cue.weight * _AGAIN if word in seen else cue.weight
        else:
            continue
        covered[key] = end
        seen.add(word)
    return total
