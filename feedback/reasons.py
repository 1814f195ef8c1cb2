"""Why something was refused or done, as a short code with parameters, and in two languages for people.

A code travels (`wrong_state|action=sign|state=closed`), a sentence is made where it is read.
Parameters are words of the vocabulary, never a person's data.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]


class Reason(str):
    """A code and its parameters, as one string that can be stored and compared."""

    __slots__ = ()

    def __new__(cls, code: str, **parameters: str) -> "Reason":
        return super().__new__(
            cls, "|".join((code, *(f"{name}={value}" for name, value in parameters.items())))
        )


def code_of(reason: str) -> str:
    """The code without its parameters, for programs to branch on."""
    return reason.partition("|")[0]


def explain(reason: str, language: Language) -> str:
    """The sentence for people. A code unknown here (a router's, a newer one's) is shown as it is."""
    code, *pairs = reason.split("|")
    sentence = _texts()["reason"].get(code)
    if sentence is None:
        return reason
    named = (pair.partition("=") for pair in pairs)
    return sentence[language].format_map(
        _Forgiving({name: word(value, language) for name, _, value in named})
    )


def word(value: str, language: Language) -> str:
    """What people call a word of the vocabulary; the value itself where it is a number or a code."""
    names = _texts()["word"].get(value)
    return names[language] if names else value


class _Forgiving(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def _texts() -> dict[str, dict[str, dict[Language, str]]]:
    return tomllib.loads((files("feedback") / "data" / "reasons.toml").read_text("utf-8"))
