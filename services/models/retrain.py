"""Learns from what people corrected: a candidate, a report, and nothing that goes live by itself."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from classifier.learning.compared import Comparison, both, compare, turned
from classifier.learning.compared_report import gist, report
from classifier.learning.lessons import Lesson, of_corpus, teach, usable
from classifier.learning.training import Progress
from classifier.linear.files import save_model
from classifier.rulebook.loading import load_rulebook
from classifier.rulebook.rules import Rulebook
from contracts.errors import Invalid
from contracts.stage import Write
from services.chassis.database import Database
from services.console.trail import command_line, entry
from services.console.words import Deed
from services.models.lessons import Taught, lessons
from services.models.store import decided
from services.models.tables import ClassifierModel


@dataclass(frozen=True, slots=True)
class Candidate:
    """What came of it."""

    version: str
    folder: Path
    gist: Sequence[str]


async def retrain(
    database: Database, folder: Path, rules: Path | None, folds: int, tell: Progress
) -> Candidate:
    """Train a candidate on corpus and corrections, compare it with the model in use, keep it with a report.

    Raises `Invalid` where there is nothing to learn that the model in use has not learnt.
    """
    taught = await lessons(database)
    learnt_until = await _learnt_until(database)
    rulebook = load_rulebook(rules)
    known = usable((one.lesson for one in taught if learnt_until and one.at <= learnt_until), rulebook)
    every = usable((one.lesson for one in taught), rulebook)
    fresh = [one for one in every if one not in set(known)]
    if not fresh:
        raise Invalid("nothing_to_learn", "nobody corrected anything since the model in use was made")
    made = await asyncio.to_thread(_make, known, fresh, rulebook, folder, folds, tell)
    return await _keep(database, made, taught, len(known) + len(fresh), rulebook)


@dataclass(frozen=True, slots=True)
class _Made:
    version: str
    arrays: bytes
    comparison: Comparison
    report: str
    folder: Path


def _make(
    known: Sequence[Lesson],
    fresh: Sequence[Lesson],
    rulebook: Rulebook,
    folder: Path,
    folds: int,
    tell: Progress,
) -> _Made:
    comparison = compare(known, fresh, rulebook, folds, tell)
    half = folder / "candidate.npz"
    folder.mkdir(parents=True, exist_ok=True)
    save_model(teach([*of_corpus(), *known, *fresh], rulebook, tell), half)
    arrays = half.read_bytes()
    version = f"{datetime.now(UTC):%Y%m%d}-{hashlib.sha256(arrays).hexdigest()[:8]}"
    own = folder / version
    own.mkdir(exist_ok=True)
    half.replace(own / "categories.npz")
    said = report(version, comparison, rulebook.name)
    (own / "report.md").write_text(said, "utf-8")
    return _Made(version, arrays, comparison, said, own)


async def _keep(
    database: Database, made: _Made, taught: Sequence[Taught], count: int, rulebook: Rulebook
) -> Candidate:
    row = {
        "version": made.version,
        "arrays": made.arrays,
        "sha256": hashlib.sha256(made.arrays).hexdigest(),
        "taxonomy": rulebook.version,
        "lessons": count,
        "learnt_until": taught[-1].at,
        "made_at": datetime.now(UTC),
        "figures": _figures(made.comparison),
        "report": made.report,
    }
    async with database.transaction() as connection:
        await database.write(connection, [Write(ClassifierModel, row)])
        await database.write(connection, [entry(command_line(), Deed.MODEL_TRAIN, made.version)])
    return Candidate(made.version, made.folder, gist(made.comparison))


def _figures(comparison: Comparison) -> dict[str, Any]:
    """What the console shows, by part of the rows."""
    shown: dict[str, Any] = {"classes": comparison.classes()}
    for name, corrected in (("corpus", False), ("corrected", True)):
        rows = comparison.part(corrected)
        old, new = both(rows)
        better, worse = turned(rows)
        scored = {"old": asdict(old), "new": asdict(new)} if old and new else {}
        shown[name] = {**scored, "better": better, "worse": worse}
    return shown


async def _learnt_until(database: Database) -> datetime | None:
    live = (await decided(database)).live
    rows = await database.rows(
        select(col(ClassifierModel.learnt_until)).where(col(ClassifierModel.version) == live)
    )
    return rows[0].learnt_until if rows else None
