"""The filter of the list of cases, as conditions on their rows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, select, tuple_
from sqlmodel import col

from contracts.stage import AnyRow, Query
from contracts.vocabulary import Colour, Kind, Platform, State
from feedback.tables import Case
from feedback.views import SEE_SENSITIVE, Role, Viewer
from services.api.paging import bad_cursor, unwrap, wrap

_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./:-]{1,64}$")]
# What is shown of a sensitive case to everybody; by anything else it cannot be found.
_HARMLESS = frozenset({"county", "state", "number", "limit", "cursor"})


class Wanted(BaseModel):
    """The filter of a list. What is absent does not limit."""

    model_config = ConfigDict(extra="forbid")

    county: str | None = Field(None, pattern=r"^\d{6}$", description="Six digits.", examples=["330681"])
    town: str | None = Field(None, pattern=r"^\d{9}$", description="Nine digits.", examples=["330681109"])
    state: State | None = None
    kind: Kind | None = None
    category: _Code | None = Field(None, description="`labour` holds `labour/wages` too.")
    colour: Colour | None = None
    platform: Platform | None = None
    force: _Code | None = Field(None, description="A force's id.")
    overdue: bool | None = Field(None, description="A promise was missed and is still owed.")
    number: str | None = Field(None, max_length=32, description="The case number, spaces or none.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=256, description="`next` of the page before.")


def page_of(wanted: Wanted, viewer: Viewer) -> Query:
    """The statement for one page, newest first, and one row more to know whether it is the last."""
    return (
        select(col(Case.id), col(Case.received_at), col(Case.snapshot))
        .where(*_named(wanted), *_allowed(wanted, viewer))
        .order_by(col(Case.received_at).desc(), col(Case.id).desc())
        .limit(wanted.limit + 1)
    )


def cursor_after(row: AnyRow) -> str:
    """Where the page that begins behind this row begins."""
    return wrap([row.received_at.isoformat(), str(row.id)])


def _named(wanted: Wanted) -> list[ColumnElement[bool]]:
    plain: Mapping[Any, Any] = {
        Case.county_code: wanted.county, Case.town_code: wanted.town, Case.state: wanted.state,
        Case.kind: wanted.kind, Case.colour: wanted.colour, Case.platform: wanted.platform,
        Case.force_id: wanted.force, Case.overdue: wanted.overdue, Case.number: _number(wanted.number),
    }  # fmt: skip
    conditions = [col(column) == value for column, value in plain.items() if value is not None]
    if wanted.category:
        mine = col(Case.category)
        conditions.append((mine == wanted.category) | mine.startswith(f"{wanted.category}/", autoescape=True))
    if wanted.cursor:
        conditions.append(tuple_(col(Case.received_at), col(Case.id)) < _behind(wanted.cursor))
    return conditions


def _allowed(wanted: Wanted, viewer: Viewer) -> list[ColumnElement[bool]]:
    conditions = _within(viewer)
    asks = wanted.model_dump(exclude_none=True, exclude=set(_HARMLESS))
    if asks and viewer.role not in SEE_SENSITIVE:
        conditions.append(col(Case.sensitive).is_(False))
    return conditions


def _within(viewer: Viewer) -> list[ColumnElement[bool]]:
    if viewer.role is Role.PLATFORM:
        return [col(Case.platform) == viewer.platform]
    if viewer.place is None:
        return []
    return [col(Case.town_code if len(viewer.place) == 9 else Case.county_code) == viewer.place]


def _number(text: str | None) -> str | None:
    digits = "".join(filter(str.isdigit, text or ""))
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4)) if text else None


def _behind(cursor: str) -> Any:
    try:
        at, case_id = unwrap(cursor)
        return tuple_(datetime.fromisoformat(at).astimezone(UTC), UUID(case_id))
    except (TypeError, ValueError, AttributeError, OverflowError):
        raise bad_cursor() from None
