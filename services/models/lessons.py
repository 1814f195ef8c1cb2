"""Corrections as the classifier learns from them: the newest of each case, its text covered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from classifier.learning.lessons import Lesson
from contracts.events import CaseProgressed
from contracts.personal import HIDDEN
from contracts.stage import AnyRow
from feedback.reveal import covered
from feedback.tables import Case, Corrected
from router.fingerprint import plain_text
from services.chassis.database import Database


@dataclass(frozen=True, slots=True)
class Taught:
    """One lesson, and when it was given."""

    lesson: Lesson
    at: datetime


async def lessons(database: Database) -> list[Taught]:
    """Every case's newest label, in the order they were given."""
    rows = await database.rows(
        select(col(Corrected.case_id), col(Corrected.now_category), col(Corrected.at), col(Case.snapshot))
        .join(Case, col(Case.id) == col(Corrected.case_id))
        .where(col(Corrected.now_category).is_not(None))
        .order_by(col(Corrected.at), col(Corrected.id))
    )
    newest = {row.case_id: row for row in rows}
    return sorted(map(_taught, newest.values()), key=lambda one: one.at)


def _taught(row: AnyRow) -> Taught:
    matter = CaseProgressed.model_validate(row.snapshot).matter
    # Without its town's name as well: what a town corrects is not about the town.
    plain = plain_text(matter.model_copy(update={"text": covered(matter)}))
    return Taught(Lesson(plain.replace(HIDDEN, " "), row.now_category), row.at)
