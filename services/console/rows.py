"""Cases as lists show them: one row, for one clarity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col

from contracts.events import CaseProgressed, Running
from contracts.places import county_of
from contracts.stage import AnyRow
from contracts.vocabulary import State
from feedback.life import is_sensitive, waits_for_look
from feedback.tables import Case
from feedback.urgency import urgency, urgent_at
from services.console.sight import Clarity, Viewer

PAGE = 50
SOON = timedelta(hours=1)
DONE = frozenset({State.SETTLED, State.CLOSED, State.LINKED})
OPEN = [state for state in State if state not in DONE]
# A range, which SQLite reads from the index; it would not for "not null".
NEEDS_SOMEBODY = col(Case.urgency) >= 0
UNSEEN = (col(Case.urgency) <= 1, col(Case.look).is_(True), col(Case.seen_at).is_(None))


@dataclass(frozen=True, slots=True)
class Row:
    """One case for one clarity."""

    case: CaseProgressed
    clarity: Clarity
    only_if_shown: bool = False  # change it where it is on the screen, don't add it

    @property
    def sensitive(self) -> bool:
        return is_sensitive(self.case)

    @property
    def due(self) -> Running | None:
        """The promise that lapses next."""
        return min(self.case.clocks, key=lambda clock: clock.due_at, default=None)

    @property
    def late(self) -> bool:
        return bool(self.case.overdue) and self.case.state not in DONE

    @property
    def waits(self) -> bool:
        """For somebody to look."""
        return waits_for_look(self.case)

    @property
    def order(self) -> str:
        """Sorts as the database does where the urgent come first; at the end what needs nobody any more."""
        rank = urgency(self.case)
        return f"{9 if rank is None else rank}-{urgent_at(self.case).timestamp():017.6f}"

    @property
    def missed(self) -> Sequence[Running]:
        """The promises still owed, the longest ago first."""
        return sorted(self.case.missed, key=lambda clock: clock.due_at) if self.late else ()

    @property
    def county(self) -> str | None:
        return county_of(self.case.matter.town_code)


def rows_of(found: Sequence[AnyRow], viewer: Viewer) -> list[Row]:
    """Rows of the database as the viewer may see them."""
    cases = (CaseProgressed.model_validate(row.snapshot) for row in found)
    return [Row(case, viewer.clarity(is_sensitive(case))) for case in cases]
