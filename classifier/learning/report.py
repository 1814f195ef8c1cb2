"""An evaluation as a report a person would read: Markdown, and two pictures beside it."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from classifier.learning.evaluation import Evaluation

_CELL, _LEFT, _TOP, _SIDE = 46, 150, 60, 360
_STYLE = 'font-family="sans-serif" font-size="12"'


def write_report(evaluation: Evaluation, out: Path, source: str, folds: int) -> None:
    """`out` and, beside it, `-confusion.svg` and `-calibration.svg`."""
    pictures = {name: out.with_name(f"{out.stem}-{name}.svg") for name in ("confusion", "calibration")}
    pictures["confusion"].write_text(_confusion(evaluation), "utf-8")
    pictures["calibration"].write_text(_calibration(evaluation), "utf-8")
    out.write_text("\n".join(_lines(evaluation, source, folds, pictures)) + "\n", "utf-8")


def _lines(evaluation: Evaluation, source: str, folds: int, pictures: dict[str, Path]) -> Iterator[str]:
    yield f"# Evaluation on {source}\n"
    yield f"{len(evaluation.truth)} rows, {folds}-fold: no row is judged by a model that saw it.\n"
    yield f"**Accuracy {evaluation.accuracy:.3f}, macro-F1 {evaluation.macro_f1:.3f}, "
    yield f"calibration error {evaluation.calibration_error:.3f}.**\n"
    yield "## Per class\n\n| class | precision | recall | F1 | rows |\n|---|---|---|---|---|"
    for name, precision, recall, f1, rows in evaluation.per_class():
        yield f"| {_cell(name)} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {rows} |"
    yield "\n## How much can go through without a person\n"
    yield "The threshold of each fold comes from the rows it was trained on.\n"
    yield "| precision promised | rows let through | precision reached |\n|---|---|---|"
    for goal, share, reached in evaluation.coverage():
        yield f"| {goal:.0%} | {share:.1%} | {reached:.1%} |"
    yield f"\n## What is taken for what\n\n![What is taken for what]({pictures['confusion'].name})\n"
    yield f"## Is it right as often as it says\n\n![Calibration]({pictures['calibration'].name})\n"
    yield "| said | was right | rows |\n|---|---|---|"
    for said, was, rows in evaluation.calibration():
        yield f"| {said:.2f} | {was:.2f} | {rows} |"


def _cell(name: str) -> str:
    """A label in a table, which `|` would end."""
    return name.replace("|", r"\|")


def _svg(width: float, height: float, parts: Iterator[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {_STYLE}>'
    return "\n".join([head, f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>', *parts, "</svg>\n"])


def _confusion(evaluation: Evaluation) -> str:
    names, side = evaluation.names, len(evaluation.names) * _CELL
    return _svg(_LEFT + side + 20, _TOP + side + 130, _cells(names, evaluation.confusion().tolist()))


def _cells(names: list[str], table: list[list[int]]) -> Iterator[str]:
    yield _text(
        10, 24, "Rows: what it is. Columns: what it was taken for. Darker: a larger share of the row."
    )
    for down, (name, row) in enumerate(zip(names, table, strict=True)):
        y = _TOP + down * _CELL
        yield _text(_LEFT - 8, y + 28, name, "end")
        for across, rows in enumerate(row):
            x, share = _LEFT + across * _CELL, rows / max(sum(row), 1)
            colour = f"rgb({255 - 215 * share:.0f},{255 - 155 * share:.0f},{255 - 75 * share:.0f})"
            yield f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="{colour}" stroke="#ddd"/>'
            if rows:
                yield _text(x + _CELL / 2, y + 28, str(rows), "middle", "#fff" if share > 0.6 else "#222")
    for across, name in enumerate(names):
        x, y = _LEFT + across * _CELL + 20, _TOP + len(names) * _CELL + 14
        yield f'<g transform="translate({x},{y}) rotate(40)">{_text(0, 0, name)}</g>'


def _calibration(evaluation: Evaluation) -> str:
    return _svg(_SIDE + 90, _SIDE + 110, _curve(evaluation.calibration()))


def _curve(points: list[tuple[float, float, int]]) -> Iterator[str]:
    most = max(rows for *_, rows in points)
    yield f'<rect x="60" y="40" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999"/>'
    yield f'<path d="M60 {40 + _SIDE} L{60 + _SIDE} 40" stroke="#bbb" stroke-dasharray="4"/>'
    for said, was, rows in points:
        x, y, size = 60 + said * _SIDE, 40 + _SIDE * (1 - was), 3 + 9 * (rows / most) ** 0.5
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="#2864b4" fill-opacity=".75"/>'
    for tenth in range(0, 11, 2):
        yield _text(60 + tenth / 10 * _SIDE, 58 + _SIDE, f"{tenth / 10:g}", "middle")
        yield _text(52, 44 + _SIDE * (1 - tenth / 10), f"{tenth / 10:g}", "end")
    yield _text(60, 24, "Share right (up) by confidence (right); larger dots, more rows")
    yield _text(60 + _SIDE / 2, 84 + _SIDE, "confidence", "middle")


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#222") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
