"""Errors, named by what to do about them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: which field, a code for programs, a sentence that says what to do, in English and in
    Chinese."""

    field: str
    code: str
    message: str
    zh: str


class HubError(Exception):
    """Root of every error the hub raises on purpose. Its text never holds a person's data."""


class Invalid(HubError):
    """This input can never be processed as it is: refuse it at a door, dead-letter it in a stage."""

    def __init__(self, code: str, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.faults = code, message, tuple(faults)


class Unusable(HubError, ValueError):
    """A file the hub is set up with is missing or not as it must be: the text names it and what to do."""


class Transient(HubError):
    """A dependency is away or slow: try again later, skip nothing."""


class Clash(Transient):
    """Somebody else moved the same rows first: read again and decide anew."""


class LogDown(Transient):
    """The log did not take or give records."""


class DatabaseDown(Transient):
    """The database did not answer."""


class TooManyDeadLetters(HubError):
    """So much is failing that the fault is ours: the stage stops instead of draining the topic."""
