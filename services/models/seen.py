"""Models as people see them: what judges, what judges along and how often it differs, what could."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from classifier.tables import ShadowCount
from contracts.stage import AnyRow, Query
from feedback.tables import Corrected
from services.chassis.database import Database
from services.models.store import Decided, decisions, faults, models

_PAIRS = 30  # shown, the most frequent


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a model in shadow compared with whatever was live meanwhile. Counts only, nobody's words."""

    matters: int
    same: int
    pairs: Sequence[AnyRow]  # category, would, matters: where they differ, the most frequent first

    @property
    def share(self) -> float:
        return self.same / self.matters if self.matters else 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """All there is to see."""

    now: Decided
    models: Sequence[AnyRow]
    agreements: dict[str, Agreement]  # by version
    faults: Sequence[AnyRow]
    fresh: int  # cases corrected since the live model learnt

    def model(self, version: str | None) -> AnyRow | None:
        """The model of this version."""
        return next((row for row in self.models if row.version == version), None)


async def seen(database: Database) -> Seen:
    """What holds now."""
    rows = await database.read(
        {
            "decisions": decisions(),
            "models": models(),
            "faults": faults(),
            "counts": _counts(),
        }
    )
    now = Decided(rows["decisions"])
    live = next((row for row in rows["models"] if row.version == now.live), None)
    fresh = (await database.rows(_corrected(live.learnt_until if live else None)))[0].cases
    versions = dict.fromkeys(row.version for row in rows["counts"])
    agreements = {version: _agreement(version, rows["counts"]) for version in versions}
    return Seen(now, rows["models"], agreements, rows["faults"], fresh)


def _agreement(version: str, counts: Sequence[AnyRow]) -> Agreement:
    mine = [row for row in counts if row.version == version]
    same = sum(row.matters for row in mine if row.category == row.would)
    differ = [row for row in mine if row.category != row.would]
    return Agreement(sum(row.matters for row in mine), same, differ[:_PAIRS])


def _counts() -> Query:
    matters = func.sum(col(ShadowCount.matters)).label("matters")
    by = (col(ShadowCount.version), col(ShadowCount.category), col(ShadowCount.would))
    return select(*by, matters).group_by(*by).order_by(matters.desc(), *by)


def _corrected(since: datetime | None) -> Query:
    """How many cases have a label, or got one since then."""
    count = func.count(col(Corrected.case_id).distinct()).label("cases")
    labelled = select(count).where(col(Corrected.now_category).is_not(None))
    return labelled.where(col(Corrected.at) > since) if since else labelled
