"""Why a case went where it went: codes on the log, sentences in two languages for people.

A reason is `code|name=value|…`, of codes and numbers only, never a citizen's words.
"""

from functools import cache

from contracts.places import place_name
from router.data_files import DATA, read_toml
from router.force_files import kind_name
from router.places import CITY
from router.rules import load_rules


def reason(code: str, **values: object) -> str:
    """A reason as it travels."""
    return "|".join((code, *(f"{name}={value}" for name, value in values.items())))


def explain(why: str, language: str = "zh") -> str:
    """The sentence for a reason in `zh` or `en`; the reason itself where its code is unknown."""
    code, *pairs = why.split("|")
    sentence = _sentences(language).get(code)
    if sentence is None:
        return why
    values = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    said = {name: _said(name, value, language) for name, value in values.items()}
    return sentence.format_map(_Blank(said))


class _Blank(dict[str, str]):
    """A parameter an older event did not carry stays a dash, rather than hiding the sentence."""

    def __missing__(self, key: str) -> str:
        return "–"


def _said(name: str, value: str, language: str) -> str:
    if name == "kind":
        return kind_name(value, language)
    if name == "place":
        return _CITY_NAMES[language == "zh"] if value == CITY else place_name(value, language) or value
    return _words(language).get(f"{name}.{value}", value)


_CITY_NAMES = {True: "绍兴市", False: "Shaoxing"}


@cache
def _words(language: str) -> dict[str, str]:
    words = read_toml(DATA / "reasons.toml")["words"]
    return {code: both[language] for code, both in words.items()}


@cache
def _sentences(language: str) -> dict[str, str]:
    own = read_toml(DATA / "reasons.toml")["sentences"]
    rules = load_rules(DATA)
    of_rules = {r.code: getattr(r, language) for r in (*rules.level, *rules.lead, *rules.join)}
    return of_rules | {code: both[language] for code, both in own.items()}
