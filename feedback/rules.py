"""Judgements that are data: what raises a colour, what is worth a warning."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from contracts.rule_files import read_rules
from contracts.vocabulary import Colour, Flag, Kind

WORST_FIRST = tuple(Colour)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Repeats(_Data):
    """Violence at home, from one caller, again."""

    at_least: int
    within_days: int
    colour: Colour


class Twins(_Data):
    """Many sources of one matter."""

    counts: frozenset[int]
    colour: Colour


class Rules(_Data):
    """`data/rules.toml`."""

    kinds: dict[Kind, Colour]
    raises: dict[Flag, Colour]
    repeats: Repeats
    twins: Twins

    def colour(self, colour: Colour, flags: Iterable[Flag]) -> Colour:
        """The worst of a case's colour and of what its flags make of it."""
        return worst(colour, *(self.raises[flag] for flag in flags if flag in self.raises))


def worst(*colours: Colour) -> Colour:
    """The worst of some colours."""
    return min(colours, key=WORST_FIRST.index)


def load_rules(path: Path) -> Rules:
    """Reads `rules.toml`."""
    return read_rules(path, Rules)
