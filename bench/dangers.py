"""What finding more of the dangerous texts would cost: the curve, 5-fold on the corpus, and what is missed.

`python -m bench.dangers [MESSAGES.csv --text COLUMN] [--out REPORT.md]`

Every text is judged whole, as the hub would, by an alarm that saw neither it nor any that resembles it.
Of ordinary messages, if given, every fold judges a fifth.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GroupKFold

from bench.commands import command, texts_of
from classifier.judge import Judge, load_judge
from classifier.judgement import Hints
from classifier.learning.build import train_dangers
from classifier.learning.corpora import danger_corpus
from contracts.vocabulary import Flag

FOLDS, SEED = 5, 20260101
ALIKE = 0.3  # of the shorter text's trigrams: a pair written as one scene with one telling change has more
# What the model alone must be sure of in short and in long messages; the hub's own is put among them.
WATCHES = ((0.08, 0.55), (0.12, 0.65), (0.20, 0.70), (0.25, 0.75), (0.35, 0.80), (0.50, 0.88))
SHOWN = 60  # characters of a missed text
Verdict = tuple[frozenset[Flag], bool]  # on which it acts at once, whether a person looks


@dataclass
class Tried:
    """Verdicts by one pair of thresholds: on the corpus by row, on ordinary messages."""

    flags: list[frozenset[Flag]]
    seen: npt.NDArray[np.bool_]  # certain or to look at
    ordinary: list[Verdict] = field(default_factory=list)

    @property
    def certain(self) -> npt.NDArray[np.bool_]:
        return np.array(list(map(bool, self.flags)))


def main(
    messages: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="Ordinary, CSV.")
    ] = None,
    text: Annotated[str, typer.Option(help="The messages' columns, joined.")] = "text",
    out: Annotated[Path | None, typer.Option(help="Where the report goes; else it is printed.")] = None,
) -> None:
    """Cross-validate and report."""
    rows = list(danger_corpus())
    ordinary = texts_of(messages, text) if messages else []
    judge = load_judge()
    limits = judge.rulebook.dangers
    watches = sorted({*WATCHES, (limits.watch, limits.watch_long)})
    tried = {watch: Tried([frozenset()] * len(rows), np.zeros(len(rows), np.bool_)) for watch in watches}
    for number, (learn, check) in enumerate(split_apart([row["text"] for row in rows]), 1):
        typer.echo(f"fold {number} of {FOLDS}", err=True)
        alarm = train_dangers(judge.rulebook, [rows[at] for at in learn])
        for watch, result in tried.items():
            by = watching(replace(judge, dangers=alarm), *watch)
            for at, (flags, look) in zip(check, judged(by, [rows[at]["text"] for at in check]), strict=True):
                result.flags[at], result.seen[at] = flags, bool(flags) or look
            result.ordinary += judged(by, ordinary[number - 1 :: FOLDS])
    lines = "\n".join(report(rows, tried, (limits.watch, limits.watch_long)))
    out.write_text(lines + "\n", "utf-8") if out else typer.echo(lines)


def split_apart(texts: Sequence[str]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """(learn on, try on) index pairs; texts that resemble each other are never on two sides."""
    grams = CountVectorizer(analyzer="char", ngram_range=(3, 3), binary=True, dtype=np.float32)
    found = grams.fit_transform(texts)
    sizes = np.asarray(found.sum(axis=1)).ravel()
    shared = (found @ found.T).tocoo()
    alike = shared.data >= ALIKE * np.minimum(sizes[shared.row], sizes[shared.col])
    shared.data = alike.astype(np.float32)
    shared.eliminate_zeros()
    _, groups = connected_components(shared, directed=False)
    yield from GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(texts, groups=groups)


def watching(judge: Judge, watch: float, watch_long: float) -> Judge:
    """The judge with other thresholds for a look."""
    dangers = replace(judge.rulebook.dangers, watch=watch, watch_long=watch_long)
    return replace(judge, rulebook=replace(judge.rulebook, dangers=dangers))


def judged(judge: Judge, texts: Sequence[str]) -> Iterator[Verdict]:
    """The verdict on each."""
    for judgement in judge.judge_all([(text, Hints()) for text in texts]):
        matters = judgement.matters
        yield frozenset(f for matter in matters for f in matter.flags), any(matter.look for matter in matters)


def report(
    rows: Sequence[dict[str, Any]], tried: dict[tuple[float, float], Tried], own: tuple[float, float]
) -> Iterator[str]:
    """Markdown: the curve, how right the flags are, then every text that the hub's own thresholds miss."""
    dangerous = np.array([bool(row["flags"]) for row in rows])
    yield "# What must never be missed: the curve, and what is missed\n"
    yield (
        f"`python -m bench.dangers`: {len(rows)} texts, {dangerous.sum()} of them dangerous, the others only "
        f"look so; {FOLDS}-fold, texts that resemble each other in the same fold. Bold is what the hub has.\n"
    )
    yield "| watch / long | recall | precision | of certain | certain | ordinary messages to look at |"
    yield "|---|---|---|---|---|---|"
    for watch, result in tried.items():
        yield line(watch, result, dangerous, bold=watch == own)
    yield from of_flags([frozenset(row["flags"]) for row in rows], tried[own].flags)
    missed = [row for row, lost in zip(rows, dangerous & ~tried[own].seen, strict=True) if lost]
    yield f"\n## The {len(missed)} that are missed\n"
    yield "| flags | why it is dangerous | how it begins |\n|---|---|---|"
    for row in sorted(missed, key=lambda row: row["flags"]):
        begins = row["text"][:SHOWN].replace("\n", " ").replace("|", "｜")
        yield f"| {', '.join(row['flags'])} | {row.get('why', '')} | {begins} |"


def of_flags(truth: Sequence[frozenset[Flag]], told: Sequence[frozenset[Flag]]) -> Iterator[str]:
    """Of dangerous texts acted on at once: whether by the right flags."""
    both = [(true, got) for true, got in zip(truth, told, strict=True) if true and got]
    exact, lacks, spare = (
        np.mean(of) for of in zip(*((t == g, bool(t - g), bool(g - t)) for t, g in both), strict=True)
    )
    yield (
        f"\nOf the {len(both)} dangerous ones that are certain, {exact:.3f} have exactly their flags, "
        f"{lacks:.3f} lack one of them, {spare:.3f} have one that is not theirs.\n"
    )
    yield "| flag | texts | it is found in | is right in |\n|---|---|---|---|"
    for flag in Flag:
        own, set_, right = (
            sum(of) for of in zip(*((flag in t, flag in g, flag in t & g) for t, g in both), strict=True)
        )
        yield f"| {flag} | {own} | {right / max(own, 1):.3f} | {right / max(set_, 1):.3f} |"


def line(watch: tuple[float, float], of: Tried, dangerous: npt.NDArray[np.bool_], bold: bool) -> str:
    """One row of the curve."""
    mark = "**" if bold else ""
    recall, precision = of.seen[dangerous].mean(), dangerous[of.seen].mean()
    sure, share = dangerous[of.certain].mean(), of.certain[dangerous].mean()
    looks = f"{np.mean([look for _, look in of.ordinary]):.1%}" if of.ordinary else ""
    shown = f"{mark}{watch[0]:.2f} / {watch[1]:.2f}{mark}"
    return f"| {shown} | {recall:.3f} | {precision:.3f} | {sure:.3f} | {share:.2f} | {looks} |"


if __name__ == "__main__":
    command(main)
