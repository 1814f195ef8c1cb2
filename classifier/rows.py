"""Rows of a CSV file of messages, in the encodings offices write; a bad row is named, never guessed."""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import count
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
    reader = csv.DictReader(io.StringIO(_decode(file.read_bytes()), newline=""), strict=True)
    _check_heading(reader, columns)
    for number in count(1):
        line = reader.reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            last = reader.reader.line_num  # the dictionary reader counts good rows only
            until = f"lines {line} to {last}" if last > line else f"line {line}"
            yield Row(number, (), f"its quotation marks do not match; not read: {until}")
        else:
            yield _row(number, row, columns)


def _check_heading(reader: "csv.DictReader[str]", columns: Sequence[str]) -> None:
    try:
        named = reader.fieldnames
    except csv.Error:
        raise ValueError("the quotation marks of the heading do not match") from None
    if not named:
        raise ValueError("the file is empty; its first line must name the columns")
    for column in columns:
        if named.count(column) != 1:
            raise ValueError(_misnamed(column, named))


def _misnamed(column: str, named: Sequence[str]) -> str:
    """Of the heading no more than what is nearly the name: where it is missing, it is a citizen's message."""
    if column in named:
        return f"several columns are named {column!r}: give each its own name"
    meant = "".join(f"; {name!r} may be meant" for name in get_close_matches(column, named, 1))
    return f"no column {column!r} (the first line names {len(named)}, with commas between){meant}"


def _row(number: int, row: Mapping[str, str | None], columns: Sequence[str]) -> Row:
    cells = [row.get(column) for column in columns]
    if None in cells:
        return Row(number, (), f"too few columns, {columns[cells.index(None)]!r} is missing")
    return Row(number, tuple(cell for cell in cells if cell is not None))


def _decode(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("the file is neither UTF-8 nor GB18030: save it as one of them (“CSV UTF-8”)")
