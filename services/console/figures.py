"""The numbers on top of the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlmodel import col

from contracts.stage import Query
from contracts.vocabulary import Level, Outcome, State
from feedback.tables import Case
from services.chassis import meters
from services.chassis.database import Database
from services.console.rows import NEEDS_SOMEBODY, SOON, UNSEEN
from services.console.sight import Viewer, knowable, scope

WINDOW = timedelta(days=30)
SHARE_HOLDS = timedelta(minutes=1)
_GRASS_ROOTS = [Level.VILLAGE, Level.TOWN]
_GOOD_ENDS = [Outcome.SETTLED, Outcome.RESOLVED, Outcome.ANSWERED]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a viewer's cases; `share`: settled at village and town, of all settled in 30 days."""

    open: int
    soon: int
    late: int
    triage: int
    looks: int | None  # a person should look, and nobody has; None where it is not this viewer's to do
    oldest_look: datetime | None
    share: float | None


class Counts:
    """Counts for all desks of a process. The share hardly moves and takes a month's cases to count, so that
    it holds for a while."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shares: dict[tuple[str | None, ...], tuple[datetime, float | None]] = {}  # with their ends

    async def figures(self, viewer: Viewer, now: datetime) -> Figures:
        """The viewer's figures as of `now`."""
        standing = (await self._database.rows(_standing(viewer, now)))[0]
        return Figures(
            standing.open, standing.soon, standing.late, standing.triage,
            standing.looks if viewer.looks else None, standing.oldest_look,
            await self._share(viewer, now),
        )  # fmt: skip

    async def _share(self, viewer: Viewer, now: datetime) -> float | None:
        whose = (viewer.role, viewer.place, viewer.force_id)
        until, share = self._shares.get(whose, (now, None))
        if until > now:
            return share
        ended = (await self._database.rows(_ended(viewer, now)))[0]
        share = ended.low / ended.all if ended.all else None
        self._shares[whose] = (now + SHARE_HOLDS, share)
        return share


async def measure_looks(database: Database, now: datetime) -> None:
    """What nobody has looked at yet, in the whole hub, for whoever watches the metrics."""
    rows = await database.rows(
        select(func.count().label("waiting"), func.min(col(Case.received_at)).label("oldest")).where(*UNSEEN)
    )
    meters.LOOKS_WAITING.set(rows[0].waiting)
    oldest = rows[0].oldest
    meters.LOOK_OLDEST.set((now - oldest).total_seconds() if oldest else 0)


def _standing(viewer: Viewer, now: datetime) -> Query:
    count, is_open = func.count(), col(Case.state) != State.LINKED
    waits = and_(*UNSEEN, *knowable(viewer))
    return select(
        count.filter(is_open).label("open"),
        count.filter(is_open, col(Case.next_due_at).between(now, now + SOON)).label("soon"),
        count.filter(is_open, col(Case.overdue).is_(True)).label("late"),
        count.filter(col(Case.state) == State.TRIAGE).label("triage"),
        count.filter(waits).label("looks"),
        func.min(col(Case.received_at)).filter(waits).label("oldest_look"),
    ).where(*scope(viewer), NEEDS_SOMEBODY)


def _ended(viewer: Viewer, now: datetime) -> Query:
    low = and_(col(Case.level).in_(_GRASS_ROOTS))
    return select(func.count().label("all"), func.count().filter(low).label("low")).where(
        *scope(viewer),
        col(Case.received_at) > now - WINDOW,
        col(Case.outcome).in_(_GOOD_ENDS),
    )
