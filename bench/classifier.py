"""Milliseconds a message: the classifier beside scikit-learn's own pipeline, in one process, on one core.

`python -m bench.classifier MESSAGES.csv --text COLUMN --labelled LABELLED.csv --label COLUMN`
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))  # before numpy

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.commands import CsvFile, cells_of, command, texts_of
from classifier.judge import Judge, load_judge
from classifier.judgement import Hints
from classifier.learning.training import train
from classifier.linear.files import BUILT

BATCH, ROUNDS = 200, 9


def main(
    messages: CsvFile,
    text: Annotated[str, typer.Option(help="The column with the message; several, joined, with commas.")],
    labelled: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Rows to learn from.")],
    label: Annotated[str, typer.Option(help="Their column with the label.")],
) -> None:
    """Time both on the same batch; the best of some rounds, since others share the machine."""
    batch = texts_of(messages, text)[:BATCH]
    rows = cells_of(labelled, [*text.split(","), label])
    texts, labels = ["，".join(cells[:-1]) for cells in rows], [cells[-1] for cells in rows]
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    pipeline = make_pipeline(vectoriser, LinearSVC()).fit(texts, labels)
    model, judge = train(texts, labels), load_judge()
    hinted = [(message, Hints()) for message in batch]
    theirs = best(lambda: pipeline.predict(batch)) / len(batch)
    alone = best(lambda: [pipeline.predict([message]) for message in batch]) / len(batch)
    ours = best(lambda: model.name(batch)) / len(batch)
    spare_the_collector()
    whole, tens, ones = (judged_by(judge, hinted, size) / len(batch) for size in (BATCH, 10, 1))
    size = sum(path.stat().st_size for path in BUILT.glob("*.npz"))
    loaded = [built for built in (judge.categories, judge.dangers) if built]
    memory = sum(built.memory for built in loaded)
    typer.echo(f"{len(batch)} messages of {sum(map(len, batch)) / len(batch):.0f} characters")
    typer.echo(f"scikit-learn, the category: {theirs:.3f} ms a message, one by one {alone:.3f}")
    typer.echo(f"this model, the category:   {ours:.3f} ms a message, {theirs / ours:.1f} times faster")
    typer.echo(
        f"the whole judgement:        {whole:.3f} ms a message, by tens {tens:.3f}, one by one {ones:.3f}"
    )
    typer.echo(f"its models: {size / 1e6:.1f} MB on disk, {memory / 1e6:.1f} MB in memory")


def judged_by(judge: Judge, hinted: list[tuple[str, Hints]], size: int) -> float:
    """Milliseconds for all, so many at once."""
    batches = [hinted[start : start + size] for start in range(0, len(hinted), size)]
    return best(lambda: [judge.judge_all(batch) for batch in batches])


def spare_the_collector() -> None:
    """As every process of the hub does when it is set up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def best(work: Callable[[], object]) -> float:
    """Milliseconds of CPU, the least of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


if __name__ == "__main__":
    command(main)
