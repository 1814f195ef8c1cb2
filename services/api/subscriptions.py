"""Who follows which cases, for what purpose, seeing how much."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update
from sqlmodel import col

from contracts.faults import Code, Said, Wrong
from contracts.places import county_of, is_place
from contracts.stage import AnyRow, How, Write
from contracts.tables import columns
from contracts.topics import CASE_PROGRESSED
from feedback.streams import Filter, Grants
from feedback.tables import StreamCursor, Subscription
from feedback.views import EYES, SEE_SENSITIVE
from services.api.parts import Line, Parts, is_centre, viewer_of
from services.console.trail import entry, program
from services.console.words import Deed
from services.http.auth import Caller, Needs
from services.http.described import documented
from services.http.problem import Problem, misfit
from services.http.scopes import Scope

_NONE = Said("No active subscription of yours has this id.", "您名下没有此编号的有效订阅。")
_FOR_AGENCIES = Said(
    "A platform's key cannot subscribe; ask for an agency's.", "平台密钥不能订阅，请申请单位密钥。"
)
_WHICH_AGENCY = Said(
    "Say which agency it is for; an agency's key is for its own.",
    "请写明订阅单位；单位密钥只能为本单位订阅。",
)
_NO_GRANT = Said(
    "Personal data is granted by a centre: ask it for this subscription.",
    "个人信息须由治理中心授权，请由中心建立此订阅。",
)
_BEYOND_SIGHT = Said(
    "Nobody grants what this key may not see itself.", "授权内容不能超出此密钥自身可见的范围。"
)


class Wish(BaseModel):
    """A subscription somebody asks for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "欠薪案件跟进",
                "filter": {"counties": ["330681"], "categories": ["labour"]},
                "grants": {"personal": {}, "text": "none", "sensitive": False},
                "purpose": "劳动监察提前介入欠薪纠纷",
                "assessment_no": "PIA-2026-014",
            }
        },
    )

    agency: Line | None = Field(None, max_length=64, description="May be left out by an agency's own key.")
    name: Line = Field(max_length=128)
    filter: Filter = Filter()
    grants: Grants = Grants()
    purpose: Line = Field(min_length=4, max_length=500, description="What it is needed for (PIPL 6).")
    assessment_no: Line = Field(max_length=64, description="The impact assessment it rests on (PIPL 55).")


class Agreed(Wish):
    """A subscription as it is kept."""

    id: UUID
    agency: str
    created_by: str
    created_at: datetime
    active: bool


def router(parts: Parts) -> APIRouter:
    """The routes, for an app under `guard`."""
    routes = APIRouter(prefix="/v1/subscriptions", tags=["streams"])
    reading, writing = Needs(parts.keys, Scope.STREAMS_READ), Needs(parts.keys, Scope.STREAMS_WRITE)

    @routes.post("", status_code=201, summary="Subscribe", responses=documented(400, 401, 403, 413, 422, 503))
    async def subscribe(wish: Wish, caller: Annotated[Caller, Depends(writing)]) -> Agreed:
        """Starts with what happens from now on. An agency may ask for what is nobody's data; to see more,
        a centre (a key of neither agency nor platform) grants it, naming the assessment."""
        unknown = [n for n, code in enumerate(wish.filter.categories) if code not in parts.categories]
        if unknown:
            wrong = Wrong(Code.UNKNOWN_CATEGORY)
            raise misfit(Code.UNKNOWN_CATEGORY, (wrong.at(f"filter.categories.{n}") for n in unknown))
        row = Subscription(id=uuid4(), created_at=datetime.now(UTC), active=True, **_agreed(wish, caller))
        extents = await parts.house.log.extents([CASE_PROGRESSED.name])
        cursor = {
            "subscription_id": row.id,
            "positions": {str(place.partition): extent.end for place, extent in extents.items()},
            "committed_at": row.created_at,
        }
        noted = entry(
            program(caller.name), Deed.SUBSCRIBE, str(row.id), f"{row.agency} · {row.assessment_no}"
        )
        writes = [Write(Subscription, row.model_dump()), Write(StreamCursor, cursor, How.PUT), noted]
        async with parts.house.database.transaction() as connection:
            await parts.house.database.write(connection, writes)
        return Agreed(**row.model_dump())

    @routes.get("", summary="List subscriptions", responses=documented(401, 403, 503))
    async def subscriptions(caller: Annotated[Caller, Depends(reading)]) -> list[Agreed]:
        """An agency sees its own, a centre all; those that ended too."""
        query = select(*columns(Subscription)).order_by(col(Subscription.created_at))
        rows = await parts.house.database.rows(query)
        return [Agreed(**row._mapping) for row in rows if _belongs(row.agency, caller)]

    @routes.delete(
        "/{subscription_id}", status_code=204, summary="End", responses=documented(401, 403, 404, 422, 503)
    )
    async def end(subscription_id: UUID, caller: Annotated[Caller, Depends(writing)]) -> None:
        """It gives nothing any more; that it was there stays on record (PIPL 56)."""
        row = await find_whole(parts, subscription_id, caller)
        noted = entry(program(caller.name), Deed.UNSUBSCRIBE, str(row.id), row.agency)
        mine = col(Subscription.id) == subscription_id
        async with parts.house.database.transaction() as connection:
            await connection.execute(update(Subscription).where(mine).values(active=False))
            await parts.house.database.write(connection, [noted])

    return routes


async def find(parts: Parts, subscription_id: UUID, caller: Caller) -> Subscription:
    """The caller's active subscription, narrowed to what the caller may see; a 404 where there is none, a 403
    where it reaches beyond the caller's place."""
    row = await _active(parts, subscription_id, caller)
    narrowed = _within(Filter.model_validate(row.filter), caller.place)
    grants = _in_sight(Grants.model_validate(row.grants), caller)
    seen = {"filter": narrowed.model_dump(mode="json"), "grants": grants.model_dump(mode="json")}
    return Subscription(**{**row._mapping, **seen})


async def find_whole(parts: Parts, subscription_id: UUID, caller: Caller) -> AnyRow:
    """The caller's active subscription where all of it lies within the caller's place; else a 403: who may
    read a part of it neither ends it nor moves it on for those who read the rest."""
    row = await _active(parts, subscription_id, caller)
    wanted = Filter.model_validate(row.filter)
    if _within(wanted, caller.place) != wanted:
        raise _beyond(caller.place)
    return row


async def _active(parts: Parts, subscription_id: UUID, caller: Caller) -> AnyRow:
    query = select(*columns(Subscription)).where(
        col(Subscription.id) == subscription_id, col(Subscription.active)
    )
    rows = await parts.house.database.rows(query)
    if not rows or not _belongs(rows[0].agency, caller):
        raise Problem(404, "no_subscription", _NONE)
    return rows[0]


def _beyond(place: str | None) -> Problem:
    return Problem(403, "beyond_place", Said(f"This key sees {place} only.", f"此密钥只能查看 {place}。"))


def _belongs(agency: str, caller: Caller) -> bool:
    return is_centre(caller) or (caller.platform is None and caller.agency == agency)


def _agreed(wish: Wish, caller: Caller) -> dict[str, Any]:
    if caller.platform:
        raise Problem(403, "no_agency", _FOR_AGENCIES)
    agency = caller.agency or wish.agency
    if agency is None or (caller.agency and wish.agency not in (None, caller.agency)):
        raise Problem(422, "no_agency", _WHICH_AGENCY)
    if caller.agency and wish.grants != Grants():
        raise Problem(403, "no_grant", _NO_GRANT)
    if wish.grants != _in_sight(wish.grants, caller):
        raise Problem(403, "beyond_sight", _BEYOND_SIGHT)
    kept = wish.model_dump(mode="json", exclude={"agency", "filter"})
    wanted = _within(wish.filter, caller.place).model_dump(mode="json")
    return {**kept, "agency": agency, "filter": wanted, "created_by": caller.name}


def _in_sight(grants: Grants, caller: Caller) -> Grants:
    """No more than a centre sees itself: a town's, of a sensitive case, only the least."""
    role = viewer_of(caller).role
    if caller.agency or role in SEE_SENSITIVE:
        return grants
    clear = EYES[role].personal
    personal = {kind: how if clear.get(kind) == "full" else "masked" for kind, how in grants.personal.items()}
    return grants.model_copy(update={"personal": personal, "sensitive": False})


def _within(wanted: Filter, place: str | None) -> Filter:
    """The filter within the caller's own place; a 422 where it names no place of ours, a 403 where it reaches
    beyond."""
    named = [*wanted.counties, *wanted.towns]
    if unknown := [at for at, code in _places(wanted) if not is_place(code)]:
        raise misfit(Code.UNKNOWN_PLACE, (Wrong(Code.UNKNOWN_PLACE).at(at) for at in unknown))
    if place is None:
        return wanted
    if any(place not in (code, county_of(code)) for code in named):
        raise _beyond(place)
    if named:
        return wanted
    narrowed = {"towns": (place,)} if len(place) == 9 else {"counties": (place,)}
    return wanted.model_copy(update=narrowed)


def _places(wanted: Filter) -> Iterator[tuple[str, str]]:
    """Every place code of the filter, with where it stands."""
    for name, codes in (("counties", wanted.counties), ("towns", wanted.towns)):
        yield from ((f"filter.{name}.{n}", code) for n, code in enumerate(codes))
