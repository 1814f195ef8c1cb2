"""What became of a dead letter that was sent again, as far as its reader may know."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from contracts.ids import complaint_id
from contracts.stage import AnyRow
from contracts.topics import CASE_OPENED, CASE_ROUTED, COMPLAINT_RECEIVED
from contracts.vocabulary import Platform
from feedback.tables import Case
from services import door
from services.chassis.ledger import Ledger
from services.console.explained import explained
from services.console.parts import Console
from services.console.rows import Row, rows_of
from services.console.sight import Viewer, scope

_SOON = timedelta(minutes=1)  # within which a case is on the desk, where one will be
_OPENS_CASES = frozenset({COMPLAINT_RECEIVED.name, CASE_OPENED.name, CASE_ROUTED.name})


@dataclass(frozen=True, slots=True)
class Fate:
    """How it went."""

    verdict: str  # on_its_way, done, refused, dead
    at: datetime | None = None
    next_letter: UUID | None = None  # where it ended again
    why: str | None = None  # it was refused, in the reader's language


@dataclass(frozen=True, slots=True)
class Became:
    """The cases it belongs to: those the reader may see, and how many others there are."""

    cases: Sequence[Row]
    others: int
    awaited: bool  # there is none yet, and one should come


async def fate_of(console: Console, viewer: Viewer, row: AnyRow) -> Fate | None:
    """Looked up in the ledger under the id that `redrive` gave it: the proof that it went through."""
    if row.state != "redriven":
        return None
    if row.stage == door.STAGE:  # it left for good with the log's word that it came in
        return Fate("done", row.handled_at)
    sent_as = uuid5(UUID(row.letter["event_id"]), f"redrive\x1f{row.attempt + 1}")
    rows = await console.database.rows(
        select(col(Ledger.verdict), col(Ledger.at), col(Ledger.reason)).where(
            col(Ledger.stage) == row.stage, col(Ledger.input_id) == sent_as
        )
    )
    if not rows:
        return Fate("on_its_way")
    verdict, at, reason = rows[0]
    again = uuid5(sent_as, f"dead\x1f{row.stage}") if verdict == "dead" else None
    refused = verdict == "refused" and reason
    why = explained(reason, viewer.language, console.pages) if refused else None
    return Fate(verdict, at, again, why)


async def became_of(console: Console, viewer: Viewer, row: AnyRow) -> Became | None:
    """Of a letter that was sent again; None of one that speaks of no case."""
    about = _about(row) if row.state == "redriven" else None
    if about is None:
        return None
    its: ColumnElement[bool] = (col(Case.complaint_id) == about) | (col(Case.id) == about)
    found = await console.database.read(
        {
            "all": select(func.count()).select_from(Case).where(its),
            "seen": select(col(Case.snapshot)).where(its, *scope(viewer)).order_by(col(Case.number)),
        }
    )
    every, cases = found["all"][0][0], rows_of(found["seen"], viewer)
    fresh = datetime.now(UTC) - row.handled_at < _SOON
    return Became(cases, every - len(cases), not every and fresh and row.topic in _OPENS_CASES)


def _about(row: AnyRow) -> UUID | None:
    """The complaint or case it speaks of; of a mended posting, whose id may be another, what it is now."""
    try:
        if row.mended and row.stage == door.STAGE:
            return complaint_id(Platform(row.letter["key"]), json.loads(row.mended)["external_id"])
        return UUID(row.subject)
    except ValueError:
        return None
