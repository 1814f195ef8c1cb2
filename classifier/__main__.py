"""`python -m classifier judge FILE.csv --text COLUMN --out OUT.jsonl`: judge a file of messages."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from classifier.judge import Judge, load_judge
from classifier.judgement import Hints, JudgedMatter
from contracts.events import Found
from contracts.places import towns

app = typer.Typer(add_completion=False, no_args_is_help=True)
_ENCODINGS = ("utf-8-sig", "gb18030")


@app.callback()
def _classifier() -> None:
    """What matters are in citizens' messages, and of what kind."""


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, UTF-8 or GB18030")],
    text: Annotated[str, typer.Option(help="The column with the message")],
    out: Annotated[Path, typer.Option(help="Where the judgements go, one JSON a line, in order")],
    rules: Annotated[Path | None, typer.Option(help="A folder with the county's own rule files")] = None,
) -> None:
    """Judge every message of a CSV file. A bad row is named, and its line says what is wrong with it."""
    csv.field_size_limit(sys.maxsize)
    rows = list(_rows(_decode(file.read_bytes()), text))
    hub_judge, bad, console = load_judge(rules), 0, Console(stderr=True)
    with out.open("w", encoding="utf-8") as sink, Progress(console=console) as progress:
        for number, message in progress.track(rows, description="judging"):
            if isinstance(message, str):
                judged = judgement_json(hub_judge, message)
            else:
                bad, judged = bad + 1, {"error": message.args[0]}
                console.print(f"row {number}: {message.args[0]}")
            sink.write(json.dumps(judged, ensure_ascii=False) + "\n")
    if bad:
        raise typer.Exit(code=1)


def judgement_json(hub_judge: Judge, text: str) -> dict[str, Any]:
    """A judgement in the words people use: names instead of codes."""
    judgement = hub_judge.judge(text, Hints())
    return {
        "matters": [_matter_json(hub_judge, matter) for matter in judgement.matters],
        "found": [_found_json(found, text) for found in judgement.found],
        "language": judgement.language,
    }


def _matter_json(hub_judge: Judge, matter: JudgedMatter) -> dict[str, Any]:
    rulebook = hub_judge.rulebook
    return {
        "start": matter.start,
        "end": matter.end,
        "intent": rulebook.intent_names[matter.intent],
        "kind": matter.kind.value,
        "category": rulebook.name(matter.category),
        "confidence": matter.confidence,
        "colour": matter.colour.value,
        "town": matter.town_code if matter.town_code in towns() else None,
        "sensitive": [flag.value for flag in matter.flags],
        "look": matter.look,
        "why": list(matter.why),
    }


def _found_json(found: Found, text: str) -> dict[str, Any]:
    value = text[found.start : found.end]
    return {"kind": found.kind, "start": found.start, "end": found.end, "value": value}


def _decode(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise typer.BadParameter("the file is neither UTF-8 nor GB18030")


def _rows(content: str, column: str) -> Iterator[tuple[int, str | ValueError]]:
    """Row numbers from 1, without the heading, each with its text or what is wrong with it."""
    reader = csv.DictReader(io.StringIO(content, newline=""))
    if column not in (reader.fieldnames or ()):
        raise typer.BadParameter(f"no column {column!r}; there are: {', '.join(reader.fieldnames or ())}")
    for number, row in enumerate(reader, start=1):
        message = row.get(column)
        yield number, ValueError(f"too few columns, {column!r} is missing") if message is None else message


if __name__ == "__main__":
    app()
