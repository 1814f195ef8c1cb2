"""Cursors of lists: opaque to callers, a place between two rows to us."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from pydantic_core import from_json, to_json

from contracts.faults import Code, Wrong
from services.http.problem import Problem, misfit


def wrap(place: Any) -> str:
    """A place as a cursor."""
    return urlsafe_b64encode(to_json(place)).decode().rstrip("=")


def unwrap(cursor: str) -> Any:
    """The place; a 422 where the cursor is not one of ours."""
    try:
        return from_json(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise bad_cursor() from None


def bad_cursor() -> Problem:
    """What to say of a cursor that nobody gave out."""
    return misfit(Code.BAD_CURSOR, [Wrong(Code.BAD_CURSOR).at("cursor")])
