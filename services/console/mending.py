"""Checks a mended message before it is sent again: against its contract, or as the door will."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.errors import Fault, Invalid
from contracts.events import Posting
from contracts.topics import BY_NAME
from services import door
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


def shape_of(letter: Mapping[str, Any]) -> type[BaseModel]:
    """What the letter's value should have been."""
    return Posting if letter["stage"] == door.STAGE else BY_NAME[letter["topic"]].event


def mend(letter: Mapping[str, Any], text: str) -> Mended:
    """`text` with the letter's values back in place of its placeholders, and what is wrong with it."""
    try:
        value = uncovered(text, covered_for_mending(shape_of(letter), letter["value"])[1])
    except ValueError:
        return Mended(text, (Wrong("", NO_JSON),))
    at_the_door = letter["stage"] == door.STAGE
    return Mended(value, _refused(letter["key"], value) if at_the_door else _unfit(letter, value))


def _refused(platform: str, value: str) -> tuple[Wrong, ...]:
    try:
        door.readmit(platform, value, datetime.now(UTC))
    except Invalid as error:
        return tuple(map(_missing, error.faults)) or (Wrong("", UNFIT),)
    return ()


def _missing(fault: Fault) -> Wrong:
    return Wrong(fault.field, PLAIN["missing"] if fault.code == "required" else UNFIT)


def _unfit(letter: Mapping[str, Any], value: str) -> tuple[Wrong, ...]:
    try:
        shape_of(letter).model_validate_json(value)
    except ValidationError as error:
        return tuple(_wrong(one) for one in error.errors(include_input=False))
    return ()


def _wrong(error: ErrorDetails) -> Wrong:
    # pydantic's own sentences are English and may quote; its codes are safe.
    sentence = next((words for start, words in PLAIN.items() if error["type"].startswith(start)), UNFIT)
    known = error["ctx"]["expected"] if error["type"] in ("enum", "literal_error") else ""
    return Wrong(".".join(map(str, error["loc"])), sentence, known)
