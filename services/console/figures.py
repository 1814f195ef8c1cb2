"""The numbers on top of the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlmodel import col

from contracts.stage import Query
from contracts.vocabulary import Level, Outcome, State
from feedback.tables import Case
from services.chassis.database import Database
from services.console.rows import OPEN, SOON
from services.console.sight import Viewer, scope

WINDOW = timedelta(days=30)
_GRASS_ROOTS = [Level.VILLAGE, Level.TOWN]
_GOOD_ENDS = [Outcome.SETTLED, Outcome.RESOLVED, Outcome.ANSWERED]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a viewer's cases; `share`: settled at village and town, of all settled in 30 days."""

    open: int
    soon: int
    late: int
    triage: int
    share: float | None


async def figures_for(database: Database, viewer: Viewer, now: datetime) -> Figures:
    """The viewer's figures as of `now`."""
    found = await database.read({"now": _standing(viewer, now), "ended": _ended(viewer, now)})
    standing, ended = found["now"][0], found["ended"][0]
    return Figures(
        standing.open, standing.soon, standing.late, standing.triage,
        ended.low / ended.all if ended.all else None,
    )  # fmt: skip


def _standing(viewer: Viewer, now: datetime) -> Query:
    count = func.count()
    return select(
        count.label("open"),
        count.filter(col(Case.next_due_at).between(now, now + SOON)).label("soon"),
        count.filter(col(Case.overdue).is_(True)).label("late"),
        count.filter(col(Case.state) == State.TRIAGE).label("triage"),
    ).where(*scope(viewer), col(Case.state).in_(OPEN))


def _ended(viewer: Viewer, now: datetime) -> Query:
    low = and_(col(Case.level).in_(_GRASS_ROOTS))
    return select(func.count().label("all"), func.count().filter(low).label("low")).where(
        *scope(viewer),
        col(Case.received_at) > now - WINDOW,
        col(Case.outcome).in_(_GOOD_ENDS),
        col(Case.linked_to).is_(None),
    )
