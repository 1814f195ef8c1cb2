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
    """Reads `clocks.toml` and `rules.toml` from `folder`, else the hub's own. Raises `Unusable`."""
    with as_file(files("feedback") / "data") as shipped:
        clocks, rules = (_own(folder, name) or shipped / name for name in ("clocks.toml", "rules.toml"))
        return Book(load_promises(clocks), load_rules(rules))


def _own(folder: Path | None, name: str) -> Path | None:
    own = folder / name if folder else None
    return own if own and own.exists() else None
