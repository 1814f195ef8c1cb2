"""`python -m classifier judge|train|evaluate|build`: files of citizens' messages in, judgements out."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from classifier.judge import Judge, load_judge
from classifier.linear.files import fresh, load_model, save_model, sources_now
from classifier.linear.model import Model
from classifier.rows import Row, read_rows
from classifier.shown import shown
from contracts.errors import Unusable

app = typer.Typer(add_completion=False, no_args_is_help=True)
_AT_ONCE = 128  # messages: as many as the judge looks at together
_console = Console(stderr=True, markup=False)  # a column may be named [/b]
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, UTF-8 or GB18030")]
_Text = Annotated[str, typer.Option(help="The column with the message; several, joined, with commas")]
_Label = Annotated[str, typer.Option(help="The column with the label; a/b makes two levels")]
_Rules = Annotated[
    Path | None, typer.Option(exists=True, file_okay=False, help="A folder with the county's own rule files")
]
_Model = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A model of your own labels")]


def _its_folder(file: Path) -> Path:
    """Made, so that what took minutes is not lost for want of it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise typer.BadParameter(f"its folder cannot be made: {fault.strerror}") from fault
    if not os.access(file.parent, os.W_OK):
        raise typer.BadParameter("its folder cannot be written to")
    return file


def _output(about: str) -> Any:
    return typer.Option(callback=_its_folder, dir_okay=False, writable=True, help=about)


@app.callback()
def _classifier() -> None:
    """What matters are in citizens' messages, and of what kind."""


@app.command()
def judge(
    file: _File,
    text: _Text,
    out: Annotated[Path, _output("Where the judgements go, one JSON a line, in order")],
    model: _Model = None,
    rules: _Rules = None,
) -> None:
    """Judge every message of a CSV file. A bad row is named, and its line says what is wrong with it."""
    rows, own = _rows(file, text.split(","), out), _load(model)
    if not fresh(sources_now()):
        build()
    hub_judge = _judge(rules)
    with out.open("w", encoding="utf-8") as sink, Progress(console=_console) as progress:
        task = progress.add_task("judging", total=len(rows))
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            sink.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in shown(hub_judge, own, some))
            progress.advance(task, len(some))
    bad = _name_bad(rows)
    _console.print(f"wrote {out}: {len(rows) - bad} of {len(rows)} messages judged")
    if bad:
        raise typer.Exit(code=1)


@app.command()
def train(
    file: _File,
    text: _Text,
    label: _Label,
    model: Annotated[Path, _output("Where the model goes, a .npz of plain arrays")],
) -> None:
    """Train a model on labelled messages."""
    from classifier.learning.training import (
        train as fit,  # scikit-learn is slow to load, and only needed here
    )

    texts, labels = _labelled(file, text, label, model)
    try:
        trained = fit(texts, labels, tell=_console.print)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
    save_model(trained, model)
    _console.print(f"wrote {model}: {len(trained.labels)} labels, {len(trained.slots)} n-grams")


@app.command()
def evaluate(
    file: _File,
    text: _Text,
    label: _Label,
    out: Annotated[Path, _output("Where the report goes, Markdown, with two pictures beside it")],
    folds: Annotated[int, typer.Option(min=2)] = 5,
) -> None:
    """Say how good a model of these rows is, by cross-validation, as a report to read."""
    from classifier.learning.evaluation import evaluate as cross_validate
    from classifier.learning.report import write_report

    texts, labels = _labelled(file, text, label, out)
    try:
        evaluation = cross_validate(texts, labels, folds, _console.print)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
    write_report(evaluation, out, file.name, folds)
    _console.print(f"accuracy {evaluation.accuracy:.3f}, macro-F1 {evaluation.macro_f1:.3f}: {out}")


@app.command()
def build() -> None:
    """Train the hub's own models from the corpus, where that changed since the last time."""
    from classifier.learning.build import build as make

    _console.print(f"the classifier's models are in {make(tell=_console.print)}")


def _judge(rules: Path | None) -> Judge:
    try:
        return load_judge(rules)
    except Unusable as fault:
        raise typer.BadParameter(str(fault)) from fault


def _load(model: Path | None) -> Model | None:
    try:
        return load_model(model) if model else None
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault


def _labelled(file: Path, text: str, label: str, out: Path) -> tuple[list[str], list[str]]:
    rows = _rows(file, [*text.split(","), label], out)
    checked = [_unlabelled(row) for row in rows]
    good = [row.cells for row in checked if not row.fault]
    if _name_bad(checked):
        _console.print(f"going on with the other {len(good)} rows")
    return ["\n".join(cells[:-1]) for cells in good], [cells[-1].strip() for cells in good]


def _unlabelled(row: Row) -> Row:
    return row if row.fault or row.cells[-1].strip() else Row(row.number, (), "the label is empty")


def _rows(file: Path, columns: list[str], out: Path) -> list[Row]:
    if out.exists() and out.samefile(file):
        raise typer.BadParameter("what is written would take the place of the messages: name another file")
    try:
        return list(read_rows(file, columns))
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault


def _name_bad(rows: list[Row]) -> int:
    """How many there are."""
    bad = [row for row in rows if row.fault]
    for row in bad:
        _console.print(f"row {row.number}: {row.fault}")
    return len(bad)


if __name__ == "__main__":
    app()
