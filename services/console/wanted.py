"""What an operator asks the desk for: the same question to the database and to a case that comes by."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlmodel import col

from contracts.events import CaseProgressed
from contracts.places import county_of
from contracts.stage import AnyRow, Query
from contracts.vocabulary import Colour, Kind, Platform, State
from feedback.life import waits_for_look
from feedback.tables import Case
from services.console.rows import NEEDS_SOMEBODY, OPEN, PAGE, SOON, UNSEEN, Row
from services.console.sight import Viewer, in_scope, knowable, scope

_WORDS: Mapping[str, Any] = {"kind": Kind, "colour": Colour, "platform": Platform}


@dataclass(frozen=True, slots=True)
class Filter:
    """What an operator wants to see. Empty strings ask for nothing."""

    state: str = "open"  # open, all, or a State
    kind: str = ""
    colour: str = ""
    platform: str = ""
    place: str = ""
    due: str = ""  # soon, late
    look: str = ""  # waiting: a person should look, and nobody has
    q: str = ""  # the beginning of a case number, or all of it
    after: str = ""  # cursor

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "Filter":
        """From a query string; what is no word of ours is left out."""
        values = {f.name: query[f.name].strip() for f in fields(cls) if query.get(f.name)}
        for name, kind in _WORDS.items():
            if values.get(name) not in list(kind):
                values.pop(name, None)
        if values.get("state") not in ("all", *State):
            values.pop("state", None)
        if values.get("look") != "waiting":
            values.pop("look", None)
        return cls(**values)

    @property
    def query(self) -> str:
        """As a query string, without the cursor."""
        return urlencode(
            {f.name: v for f in fields(self) if (v := getattr(self, f.name)) and f.name != "after"}
        )

    def but(self, **changes: str) -> str:
        """The address of the same list with something changed."""
        return "/?" + replace(self, **{"after": "", **changes}).query

    @property
    def digits(self) -> str:
        return "".join(c for c in self.q if c.isdigit())[:16]

    @property
    def urgent_first(self) -> bool:
        """Danger, then what is due soonest; of what has ended or is sought by its number, the newest."""
        return not self.digits and (bool(self.look) or self.state == "open" or self.state in OPEN)

    @property
    def pries(self) -> bool:
        """Whether it asks for something that the least does not show; an answer would tell."""
        return bool(self.kind or self.platform or self.look or len(self.place) > 6)

    def conditions(self, viewer: Viewer, now: datetime) -> list[ColumnElement[bool]]:
        """For the database."""
        found = scope(viewer)
        if self.state != "all" and not self.digits:
            found.append(col(Case.state).in_(self._states))
        if self.place:
            place: Any = col(Case.town_code) if len(self.place) > 6 else col(Case.county_code)
            found.append(place == self.place)
        if self.digits:
            found.append(_number_like(self.digits))
        found += [col(getattr(Case, n)) == v for n in _WORDS if (v := getattr(self, n))]
        if self.look:
            found += UNSEEN
        found += _DUE.get(self.due, _any_time)(now)
        return [*found, *knowable(viewer)] if self.pries else found

    def matches(self, viewer: Viewer, case: CaseProgressed, now: datetime) -> bool:
        """The same for a case that just came by, which is on the first page if it is on any."""
        matter, row = case.matter, Row(case, "clear")
        town = matter.town_code or ""
        hidden = self.pries and viewer.clarity(row.sensitive) == "least"
        due_soon = row.due is not None and now <= row.due.due_at <= now + SOON
        return (
            not (self.after or hidden)
            and in_scope(viewer, case)
            and (self.state == "all" or bool(self.digits) or case.state in self._states)
            and (not self.look or waits_for_look(case))
            and self.kind in ("", matter.kind)
            and self.colour in ("", case.colour)
            and self.platform in ("", matter.platform)
            and self.place in ("", town, county_of(town))
            and {"": True, "late": row.late, "soon": due_soon}.get(self.due, True)
            and matter.number.replace(" ", "").startswith(self.digits)
        )

    def page(self, viewer: Viewer, now: datetime) -> Query:
        """One page and one row more, which tells that there is another."""
        columns = (col(Case.urgency), col(Case.urgent_at), col(Case.received_at), col(Case.id))
        query = select(*columns, col(Case.snapshot)).where(*self.conditions(viewer, now))
        cursor = read_cursor(self.after)
        if self.urgent_first:
            order: Any = (col(Case.urgency), col(Case.urgent_at), col(Case.id))
            query = query.where(NEEDS_SOMEBODY).order_by(*order)
            if cursor:
                query = query.where(tuple_(*order) > tuple_(*cursor))
        else:
            query = query.order_by(col(Case.received_at).desc(), col(Case.id).desc())
            if cursor:
                query = query.where(tuple_(col(Case.received_at), col(Case.id)) < tuple_(*cursor[1:]))
        return query.limit(PAGE + 1)

    @property
    def _states(self) -> list[State]:
        """Those that are meant, where not all are. A linked report may wait for a look as well."""
        if self.state != "open":
            return [State(self.state)]
        return [*OPEN, State.LINKED] if self.look else OPEN

    def cursor_after(self, row: AnyRow) -> str:
        """Where the page behind this row begins."""
        urgency, at = (row.urgency, row.urgent_at) if self.urgent_first else (0, row.received_at)
        return base64.urlsafe_b64encode(f"{urgency}~{at.isoformat()}~{row.id}".encode()).decode()


def read_cursor(cursor: str) -> tuple[int, datetime, UUID] | None:
    """The cursor's urgency, time and id; None where it is none of ours."""
    try:
        urgency, at, case_id = base64.urlsafe_b64decode(cursor).decode().split("~")
        if urgency not in ("0", "1", "2", "3"):
            return None
        return int(urgency), datetime.fromisoformat(at).astimezone(UTC), UUID(case_id)
    except (ValueError, OverflowError, binascii.Error):
        return None


def _number_like(digits: str) -> ColumnElement[bool]:
    spaced = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
    return col(Case.number) == spaced if len(digits) == 16 else col(Case.number).startswith(spaced)


def _any_time(now: datetime) -> list[ColumnElement[bool]]:
    return []


def _late(now: datetime) -> list[ColumnElement[bool]]:
    return [col(Case.overdue).is_(True)]


def _soon(now: datetime) -> list[ColumnElement[bool]]:
    return [col(Case.next_due_at).between(now, now + SOON)]


_DUE = {"late": _late, "soon": _soon}
