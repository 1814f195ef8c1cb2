"""The feedback stage's data, loaded once."""

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from feedback.promises import Promises, load_promises
from feedback.rules import Rules, load_rules


@dataclass(frozen=True, slots=True)
class Book:
    """What the stage goes by."""

    promises: Promises
    rules: Rules


def load_book(folder: Path | None = None) -> Book:
    """Reads `clocks.toml` and `rules.toml` from `folder`, else the ones that come with the hub."""
    with as_file(files("feedback") / "data") as shipped:
        here = folder or shipped
        return Book(load_promises(here / "clocks.toml"), load_rules(here / "rules.toml"))
