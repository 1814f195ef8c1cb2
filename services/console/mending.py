"""Checks a mended message before it is sent again: against its contract, or as the door will."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from contracts.errors import Fault, Invalid
from contracts.events import Posting
from contracts.faults import Code, Wrong
from contracts.misfits import fault_of, path_of
from contracts.topics import BY_NAME
from services import door
from services.console.masked import UNREADABLE, covered_for_mending, uncovered


@dataclass(frozen=True, slots=True)
class Mended:
    """The value to send, or what is still wrong with it."""

    value: str
    faults: tuple[Fault, ...] = ()


def shape_of(letter: Mapping[str, Any]) -> type[BaseModel]:
    """What the letter's value should have been."""
    return Posting if letter["stage"] == door.STAGE else BY_NAME[letter["topic"]].event


def mend(letter: Mapping[str, Any], text: str) -> Mended:
    """`text` with the letter's values back in place of its placeholders, and what is wrong with it."""
    try:
        value = uncovered(text, covered_for_mending(shape_of(letter), letter["value"])[1])
    except UNREADABLE:
        return Mended(text, (Wrong(Code.BAD_JSON).at(""),))
    at_the_door = letter["stage"] == door.STAGE
    return Mended(value, _refused(letter["key"], value) if at_the_door else _unfit(letter, value))


def _refused(platform: str, value: str) -> tuple[Fault, ...]:
    try:
        door.readmit(platform, value, datetime.now(UTC))
    except Invalid as error:
        return error.faults or (Wrong(Code.UNFIT).at(""),)
    return ()


def _unfit(letter: Mapping[str, Any], value: str) -> tuple[Fault, ...]:
    try:
        shape_of(letter).model_validate_json(value)
    except ValidationError as error:
        found = error.errors(include_input=False)
        return tuple(fault_of(one, path_of(one["loc"])) for one in found)
    return ()
