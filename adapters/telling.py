"""What somebody tells a platform, before it takes that platform's shape."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """One person's account. `intent` is one of the vocabulary's, `town_code` has nine digits."""

    text: str = field(repr=False)
    at: datetime
    title: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    town_code: str = ""
    address: str = field(default="", repr=False)
    organisation: str = field(default="", repr=False)
    intent: str = "other"
    non_police: bool = False


def code_of(codes: dict[str, str | bool], meaning: str | bool) -> str:
    """The platform's code for one of our words; empty where it has none."""
    return next((code for code, word in codes.items() if word == meaning), "")
