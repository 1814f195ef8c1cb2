"""Reading the router's data. An error names the file and the field, so that an operator can mend it."""

import csv
import tomllib
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables."""
    return tomllib.loads(path.read_text("utf-8"))


def read_csv(path: Path) -> list[dict[str, str]]:
    """The file's rows by column name, without the lines that begin with `#`."""
    lines = [line for line in path.read_text("utf-8-sig").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
