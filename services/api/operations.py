"""For those who look after the hub: how topics and groups stand, and what died."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col

from contracts.stage import AnyRow
from contracts.tables import columns
from contracts.topics import TOPICS
from services.api.parts import Parts
from services.chassis.letters import Letter
from services.console.trail import program
from services.console.watch import Watched, watch
from services.groups import GROUPS
from services.http.auth import Caller, Needs
from services.http.described import documented
from services.http.scopes import Scope
from services.redrive import drop, redrive

_ANSWERS = documented(400, 401, 403, 413, 422, 503)


class GroupStanding(BaseModel):
    """A consumer group on a topic. `oldest` is when the first unprocessed record was written."""

    group: str
    lag: int
    oldest: datetime | None


class TopicStanding(BaseModel):
    """A topic as it stands."""

    name: str
    about: str
    partitions: int
    records: int
    groups: list[GroupStanding]


class LetterSummary(BaseModel):
    """A dead letter without its content, which may hold a person's data."""

    id: UUID
    stage: str
    topic: str
    subject: str
    code: str
    reason: str
    state: Literal["open", "redriven", "dropped"]
    attempt: int
    at: datetime


class Chosen(BaseModel):
    """Which letters."""

    ids: list[UUID] = Field(min_length=1, max_length=500)


class Count(BaseModel):
    """How many were handled."""

    handled: int


def router(parts: Parts) -> APIRouter:
    """The routes, for an app under `guard`."""
    routes = APIRouter(prefix="/v1", tags=["operations"])
    reading, writing = Needs(parts.keys, Scope.OPS_READ), Needs(parts.keys, Scope.OPS_WRITE)
    house = parts.house

    @routes.get("/topics", summary="Topics and groups", responses=documented(401, 403, 503))
    async def topics(caller: Annotated[Caller, Depends(reading)]) -> list[TopicStanding]:
        """Lag says how much is waiting; the age of the oldest says whether anybody should worry."""
        return [_standing(await watch(house.log, topic, GROUPS.get(topic.name, ()))) for topic in TOPICS]

    @routes.get("/dead-letters", summary="Dead letters", responses=documented(401, 403, 422, 503))
    async def letters(
        caller: Annotated[Caller, Depends(reading)],
        state: Literal["open", "redriven", "dropped"] = "open",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> list[LetterSummary]:
        """Newest first."""
        query = select(*columns(Letter)).where(col(Letter.state) == state)
        rows = await house.database.rows(query.order_by(col(Letter.at).desc()).limit(limit))
        return [_summary(row) for row in rows]

    @routes.post("/dead-letters/redrive", summary="Send again", responses=_ANSWERS)
    async def send_again(chosen: Chosen, caller: Annotated[Caller, Depends(writing)]) -> Count:
        """Open ones of these, oldest first, with what parked behind them."""
        return Count(handled=await redrive(house.database, house.log, chosen.ids, program(caller.name)))

    @routes.post("/dead-letters/drop", summary="Give up", responses=_ANSWERS)
    async def give_up(chosen: Chosen, caller: Annotated[Caller, Depends(writing)]) -> Count:
        """They stay on record."""
        return Count(handled=await drop(house.database, chosen.ids, program(caller.name)))

    return routes


def _standing(watched: Watched) -> TopicStanding:
    groups = [GroupStanding(group=g.group, lag=g.lag, oldest=g.oldest) for g in watched.groups]
    topic = watched.topic
    return TopicStanding(
        name=topic.name, about=topic.about, partitions=topic.partitions, records=watched.held, groups=groups
    )


def _summary(row: AnyRow) -> LetterSummary:
    return LetterSummary(**{name: row._mapping[name] for name in LetterSummary.model_fields})
