"""Cursors of lists: opaque to callers, a place between two rows to us."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from pydantic_core import from_json, to_json

from services.http.problem import Problem


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
    return Problem(422, "bad_cursor", "Use a cursor as it came in an answer, or none to begin anew.")
