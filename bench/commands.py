"""What the benches' command lines have in common: help, and one line on a file they cannot use."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from classifier.rows import read_rows
from contracts.errors import HubError, Unusable

CsvFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, UTF-8 or GB18030.")]


def command(main: Callable[..., None]) -> None:
    """Run it with the words of the command line."""
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(main)
    try:
        app()
    except HubError as error:
        sys.exit(f"Stopped: {error}")


def cells_of(file: Path, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """These columns of every row. Raises `Unusable` where the file, its heading or a row cannot be read."""
    try:
        rows = list(read_rows(file, columns))
    except ValueError as fault:
        raise Unusable(f"{file}: {fault}") from None
    for row in rows:
        if row.fault:
            raise Unusable(f"{file}: row {row.number}: {row.fault}")
    return [row.cells for row in rows]


def texts_of(file: Path, columns: str) -> list[str]:
    """Every message: its columns, told with commas between, joined. Raises `Unusable`."""
    return ["，".join(cells) for cells in cells_of(file, columns.split(","))]
