"""Words of everyday life, for the training of the names' model, which alone loads the dictionary."""

from itertools import chain

import rjieba

from classifier.personal.lore import lore

_CHARACTERS = 3000  # the most frequent ones, of which the words are
_LEVELS = (4, 40, 400)  # how often jieba's own texts had the word, at most: the first three of four levels
_NAMES = (5, 6)  # levels of words that are mostly names there: seldom and often
_SELDOM = 100
_OWN, _CALLED, _GIVEN = 3, 7, 8  # levels of the hub's own, those people are called, and given names


def everyday() -> dict[str, int]:
    """The level of every word of two characters, from 1. The dictionary gives no list, so it is asked."""
    known = [chr(code) for code in range(0x4E00, 0x9FA6) if rjieba.has_word(chr(code))]
    usual = sorted(known, key=rjieba.suggest_freq, reverse=True)[:_CHARACTERS]
    words = [word for first in usual for word in _beginning_with(first, usual)]
    kinds = dict(rjieba.tag("\n".join(words), False))
    own = {word: _OWN for word in (*lore().own_words, *chain(*lore().no_names.values())) if len(word) == 2}
    called = dict.fromkeys(lore().given_names, _GIVEN) | dict.fromkeys(lore().name_words, _CALLED)
    return own | {word: _level(word, kinds.get(word, "")) for word in words} | called


def _beginning_with(first: str, usual: list[str]) -> list[str]:
    pairs = first + f"\n{first}".join(usual)
    return [word for word in rjieba.cut(pairs, False) if len(word) == 2]


def _level(word: str, part_of_speech: str) -> int:
    often = rjieba.suggest_freq(word)
    if part_of_speech.startswith("nr"):
        return _NAMES[often > _SELDOM]
    return 1 + sum(often > level for level in _LEVELS)
