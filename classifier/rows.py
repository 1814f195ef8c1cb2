"""Rows of a CSV file of messages, in the encodings offices write; a bad row is named, never guessed."""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number from 1 without the heading, its cells, or what is wrong with it."""

    number: int
    cells: tuple[str, ...] = field(repr=False)
    fault: str | None = None


def read_rows(file: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The named columns of every row. ValueError where the file or its heading cannot be read."""
    csv.field_size_limit(sys.maxsize)
    reader = csv.DictReader(io.StringIO(_decode(file.read_bytes()), newline=""))
    for column in columns:
        if column not in (reader.fieldnames or ()):
            raise ValueError(f"no column {column!r}; there are: {', '.join(reader.fieldnames or ())}")
    for number, row in enumerate(reader, start=1):
        missing = next((column for column in columns if row.get(column) is None), None)
        if missing:
            yield Row(number, (), f"too few columns, {missing!r} is missing")
        else:
            yield Row(number, tuple(row[column] for column in columns))


def _decode(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("the file is neither UTF-8 nor GB18030")
