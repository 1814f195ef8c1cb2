"""Every place of a text where a name might stand, and what speaks for and against it, as slots of a table.

Texts stand end to end as character codes, with room between them, so all is seen in a few steps of numpy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.linear.grams import Ints
from classifier.personal.context import hashed, lead_before, place_ahead, titled
from classifier.personal.lore import CHARACTERS, FIRST_STOP, HAN, lore

SLOT_BITS, WORD_BITS, QUICK_BITS = 18, 21, 16
_PAD = 8  # characters between texts, none of which is theirs
_UNKNOWN = 0xFFFD
_DOUBLE = 9  # class of a surname of two characters
_FAR = 5
_OPENING, _CLOSING = 2, 3  # kinds of marks
_NEAR = np.array([0, 1, 2, 3, 3, 3, 4, 4, 4, _FAR])  # how near something is, by characters
_SEEN = (
    *("kind", "usual", "also", "begins", "words", "ends", "into", "lead_word", "after_word"),
    *("led", "behind", "next", "last", "length", "place"),
)
# What is looked at together; other pairs were tried and told nothing more.
_TOGETHER = {
    "place": "kind usual also begins words ends into lead_word after_word led behind length",
    "behind": "kind usual also begins words ends into lead_word after_word led length",
    "led": "kind usual begins words into lead_word after_word last length",
    "length": "usual also begins ends into lead_word last",
    "last": "usual also begins lead_word",
    "next": "usual also begins",
    "usual": "kind begins words after_word",
    "also": "kind begins words ends after_word",
    "words": "kind begins ends into after_word",
    "begins": "kind after_word",
    "lead_word": "kind ends",
}
_PAIRS = np.array(
    [(_SEEN.index(one), _SEEN.index(other)) for one, others in _TOGETHER.items() for other in others.split()]
).T
_THREES = np.array([(3, 4, 6), (1, 2, 4), (9, 10, 0), (4, 9, 10), (3, 5, 9), (4, 6, 10)]).T


@dataclass(frozen=True, slots=True)
class Places:
    """Characters end to end, and where names might stand among them."""

    codes: Ints
    offsets: Ints  # of each text's first character
    kept: Ints  # place of each code before stray spaces went
    begin: Ints
    given: Ints  # where the given name begins
    end: Ints

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> "Places":
        """Some of the places."""
        return Places(
            self.codes, self.offsets, self.kept, self.begin[which], self.given[which], self.end[which]
        )

    def spans(self) -> tuple[Ints, Ints, Ints]:
        """The text of each place, and where in it the place begins and ends."""
        begin, end = self.kept[self.begin], self.kept[self.end - 1] + 1
        owner = np.searchsorted(self.offsets, begin, side="right") - 1
        return owner, begin - self.offsets[owner], end - self.offsets[owner]


def places(texts: Sequence[str]) -> Places:
    """Every place where a surname stands with one or two characters behind it."""
    pad = "\0" * _PAD
    joined = pad + "".join(text + pad for text in texts)
    all_codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    all_codes[all_codes >= CHARACTERS] = _UNKNOWN
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + _PAD
    kept = _without_strays(all_codes)
    return _begun(all_codes[kept], np.cumsum(lengths) - lengths + _PAD, kept)


def _without_strays(codes: Ints) -> Ints:
    """Where what is no mark beside a single character stands: 阮 文 英, 陶.金 and 叶(繁) are one name."""
    kinds = _strays()[codes]
    marks, opening = np.flatnonzero(kinds == 1), np.flatnonzero(kinds == _OPENING)
    han = lore().kind[codes] == HAN
    stray = marks[han[marks - 1] & han[marks + 1] & ~(han[marks - 2] & han[marks + 2])]
    around = opening[han[opening - 1] & (kinds[opening + 2] == _CLOSING) & (kinds[opening + 1] == 0)]
    around = around[han[around + 1]]
    kept: Ints = np.delete(np.arange(len(codes)), np.concatenate([stray, around, around + 2]))
    return kept


@cache
def _strays() -> npt.NDArray[np.uint8]:
    kinds = np.zeros(CHARACTERS, np.uint8)
    for kind, characters in enumerate((" .·-—~", "([（【", ")]）】", "男女"), 1):
        kinds[list(map(ord, characters))] = kind  # 王(男) is not called so
    return kinds


def _begun(codes: Ints, offsets: Ints, kept: Ints) -> Places:
    begin = np.flatnonzero(lore().surname[codes])
    first = np.flatnonzero(_first_of_double()[codes])
    pairs = codes[first] * CHARACTERS + codes[first + 1]
    double = first[_doubles().take(_doubles().searchsorted(pairs), mode="clip") == pairs]
    given = np.concatenate([begin + 1, double + 2])
    begin = np.concatenate([begin, double])
    one = _in_given_names()[codes[given]]
    two = one & _in_given_names()[codes[given + 1]]
    return Places(
        codes, offsets, kept,
        np.concatenate([begin[one], begin[two]]),
        np.concatenate([given[one], given[two]]),
        np.concatenate([given[one] + 1, given[two] + 2]),
    )  # fmt: skip


@cache
def _in_given_names() -> npt.NDArray[np.bool_]:
    known = lore()
    may_be: npt.NDArray[np.bool_] = (known.kind == HAN) & (known.never == 0)
    return may_be


@cache
def _doubles() -> Ints:
    return np.sort([ord(name[0]) * CHARACTERS + ord(name[1]) for name in lore().doubles])


@cache
def _first_of_double() -> npt.NDArray[np.bool_]:
    first = np.zeros(CHARACTERS, bool)
    first[_doubles() // CHARACTERS] = True
    return first


def quick_signs(at: Places, levels: npt.NDArray[np.uint8]) -> Ints:
    """Places x slots of what is cheaply seen: enough to see that most places are no names."""
    codes, known, begin, given, end = at.codes, lore(), at.begin, at.given, at.end
    shape = (given - begin) * 4 + end - given
    one, last, before, after = codes[given], codes[end - 1], codes[begin - 1], codes[end]
    second = np.where(end - given == 2, last, 0)
    pairs = np.stack([codes[given - 1], one, before, last])
    nexts = np.stack([one, second, codes[begin], after])
    begins, words, ends, into = levels[hashed(pairs << 16 | nexts, WORD_BITS)].astype(np.int64)
    around = known.kind[before].astype(np.int64) << 8 | known.kind[after]
    worded = ((begins << 8 | words) << 8 | ends) << 8 | into
    keys = (
        known.surname[codes[begin]].astype(np.int64) << 16 | shape,
        codes[begin],
        one << 16 | shape,
        second << 16 | shape,
        before << 8 | shape,
        after,
        worded << 8 | shape,
        around << 16 | shape,
    )
    return hashed(np.stack(keys, axis=1) << 8 | np.arange(len(keys)), QUICK_BITS)


def signs(at: Places, levels: npt.NDArray[np.uint8], numbers: tuple[Ints, Ints]) -> Ints:
    """Places x slots. `levels` of words by slot; `numbers`: where what belongs to people begins and ends."""
    codes, known, begin, given, end = at.codes, lore(), at.begin, at.given, at.end
    single, two = given - begin == 1, end - given == 2
    shape = (given - begin) * 4 + end - given
    one, other, last = codes[given], np.where(two, codes[given + 1], 0), codes[end - 1]
    before, second, after, then = codes[begin - 1], codes[begin - 2], codes[end], codes[end + 1]
    of_before, of_after = known.kind[before].astype(np.int64), known.kind[after].astype(np.int64)
    surname = np.where(single, codes[begin], codes[begin] << 16 | codes[begin + 1])
    kind = np.where(single, known.surname[codes[begin]], _DOUBLE)
    usual, also_usual = known.given[one].astype(np.int64), np.where(two, known.given[other], 9)
    pairs = np.stack([codes[given - 1], one, before, last, second, after])
    nexts = np.stack([one, other, codes[begin], after, before, then])
    begins, words, ends, into, lead_word, after_word = levels[hashed(pairs << 16 | nexts, WORD_BITS)].astype(
        np.int64
    )
    words = np.where(two, words, 0)
    apart = known.between[before] > 0
    lead = lead_before(codes, begin, apart)
    led = np.where(lead > 0, lead, 10 + of_before + 20 * known.leading[before])
    behind = of_after + 20 * known.then[after]
    behind = np.where((of_after >= FIRST_STOP) & (known.described[then] > 0), 40, behind)
    behind = np.where(titled(codes, end), 41, behind)
    next_number, last_number = _near(begin, end, *numbers)
    told = np.flatnonzero(known.pronoun[codes])  # 高原他爸: said of somebody
    him_next, him_last = _near(begin, end, told, told + 1)
    keys = [
        him_next << 8 | words, him_next << 16 | of_after << 8 | words, him_last << 8 | words,
        surname, kind << 8 | shape, surname << 8 | shape, one << 8 | shape, other << 8 | shape,
        begins << 8 | shape, words << 8 | shape, into << 8 | shape,
        before, before << 16 | second, after, after << 16 | then,
        np.where(of_after == HAN, 0, then) << 8 | of_after, next_number << 8 | of_after,
        last_number << 8 | of_before, (codes[begin] << 16 | one) << 16 | other, codes[begin] << 16 | one,
        before << 16 | codes[begin],
        (after << 16 | then) << 16 | codes[end + 2], (before << 16 | second) << 16 | codes[begin - 3],
        second, codes[begin - 3], codes[begin - 4], then, codes[end + 2], codes[end + 3],
    ]  # fmt: skip
    seen = np.stack(
        [
            kind, usual, also_usual, np.where(single, begins, 7), words, ends, into, lead_word, after_word,
            led, behind, next_number, last_number, end - given, place_ahead(codes, end),
        ],
        axis=1,
    )  # fmt: skip
    crossed = seen[:, _PAIRS[0]] << 8 | seen[:, _PAIRS[1]]
    threefold = (seen[:, _THREES[0]] << 8 | seen[:, _THREES[1]]) << 8 | seen[:, _THREES[2]]
    table = np.concatenate([np.stack(keys, axis=1), crossed, threefold], axis=1)
    return hashed(table << 8 | np.arange(table.shape[1]), SLOT_BITS)


def _near(begin: Ints, end: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """How near the next number is, and the last."""
    far = len(_NEAR) - 1
    coming, gone = np.append(starts, 1 << 40), np.append(-(1 << 40), ends)
    ahead = coming[np.searchsorted(starts, end)] - end
    behind = begin - gone[np.searchsorted(ends, begin, side="right")]
    return _NEAR[np.minimum(ahead, far)], _NEAR[np.minimum(behind, far)]
