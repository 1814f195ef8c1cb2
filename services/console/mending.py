"""Checks a mended message against the contract before it is sent again."""

from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.topics import BY_NAME
from services.console.masked import covered_for_mending, uncovered

NO_JSON = "This is not valid JSON: look for a missing comma, quote or bracket."
UNFIT = "This value cannot be accepted."
PLAIN = {  # by the beginning of pydantic's codes
    "missing": "This field is missing.",
    "string": "This must be text.",
    "enum": "This is none of the known words.",
    "literal": "This is none of the known words.",
    "datetime": "This must be a time, such as 2026-03-01T08:30:00+08:00.",
    "timezone": "This time lacks its zone, such as +08:00.",
    "uuid": "This must be an id (UUID).",
    "int": "This must be a whole number.",
    "float": "This must be a number.",
    "less_than": "This number is too large.",
    "greater_than": "This number is too small.",
    "bool": "This must be true or false.",
    "tuple": "This must be a list.",
    "model": "This must be an object with fields.",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One field, in plain words; `known` lists what would be right, where that is a short list."""

    field: str
    sentence: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """The value to send, or what is still wrong with it."""

    value: str
    faults: tuple[Wrong, ...] = ()


def mend(topic: str, text: str, original: str) -> Mended:
    """`text` with the original's values back in place of its placeholders, checked by the topic's model."""
    model = BY_NAME[topic].event
    try:
        value = uncovered(text, covered_for_mending(model, original)[1])
    except ValueError:
        return Mended(text, (Wrong("", NO_JSON),))
    try:
        model.model_validate_json(value)
    except ValidationError as error:
        return Mended(value, tuple(_wrong(one) for one in error.errors(include_input=False)))
    return Mended(value)


def _wrong(error: ErrorDetails) -> Wrong:
    # pydantic's own sentences are English and may quote; its codes are safe.
    sentence = next((words for start, words in PLAIN.items() if error["type"].startswith(start)), UNFIT)
    known = error["ctx"]["expected"] if error["type"] in ("enum", "literal_error") else ""
    return Wrong(".".join(map(str, error["loc"])), sentence, known)
