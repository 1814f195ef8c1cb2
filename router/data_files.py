"""Reading the router's data. An error names the file and the field, so that an operator can mend it."""

import csv
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from contracts import rule_files

DATA = Path(__file__).parent / "data"
_M = TypeVar("_M", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables; those of the hub's own file where a county's folder has none of that name."""
    return rule_files.read_toml(_there(path))


def read_rules(path: Path, shape: type[_M]) -> _M:
    """The same as `shape`. Raises `Unusable` with a line for every fault."""
    return rule_files.read_rules(_there(path), shape)


def read_csv(path: Path) -> list[dict[str, str]]:
    """The file's rows by column name, without the lines that begin with `#`."""
    lines = [line for line in _there(path).read_text("utf-8-sig").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def _there(path: Path) -> Path:
    return path if path.exists() else DATA / path.name
