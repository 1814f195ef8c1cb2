"""Models over REST: what judges, what judges along. To go live takes somebody signed in at the console."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from contracts.errors import Clash, Invalid
from contracts.faults import Said
from services.api.parts import Line, Parts
from services.http.auth import Caller, Needs
from services.http.described import documented
from services.http.problem import Problem
from services.http.scopes import Scope
from services.models.seen import Agreement, seen
from services.models.store import By, Slot, decide

_NONE = Said("No model has this version.", "没有这个版本的模型。")
_CLASH = Said("Somebody else decides now: look, and send it again.", "他人正在决定，请查看后重新提交。")


class Pair(BaseModel):
    """How often one would have said something else."""

    category: str = Field(description="By the model in service.")
    would: str = Field(description="By the model in shadow.")
    matters: int


class Beside(BaseModel):
    """What a model said in shadow, in counts."""

    matters: int
    same: int
    pairs: list[Pair] = Field(description="Where they differ, the most frequent first.")


class ModelStanding(BaseModel):
    """A model, how it compared on held-out rows when it was made, and in shadow since."""

    version: str
    made_at: datetime
    lessons: int = Field(description="Corrections it learnt.")
    figures: dict[str, Any]
    beside: Beside | None = Field(description="Null: it never was in shadow.")


class Models(BaseModel):
    """What holds. `live` null is the model that ships, `shadow` null is none."""

    live: str | None
    shadow: str | None
    corrected: int = Field(description="Cases corrected since the live model learnt.")
    faulty: list[str] = Field(description="What the classifier was told to use and cannot.")
    models: list[ModelStanding]


class Trial(BaseModel):
    """Which model to have in shadow; null ends the trial."""

    version: Line | None = Field(max_length=64)


def router(parts: Parts) -> APIRouter:
    """The routes, for an app under `guard`."""
    routes = APIRouter(prefix="/v1/models", tags=["operations"])
    reading, writing = Needs(parts.keys, Scope.OPS_READ), Needs(parts.keys, Scope.OPS_WRITE)
    database = parts.house.database

    @routes.get("", summary="Models", responses=documented(401, 403, 503))
    async def models(caller: Annotated[Caller, Depends(reading)]) -> Models:
        """What judges, what judges along and how often it differs."""
        return await _standing(parts)

    @routes.put(
        "/shadow", summary="Try in shadow", responses=documented(400, 401, 403, 404, 409, 413, 422, 503)
    )
    async def shadow(trial: Trial, caller: Annotated[Caller, Depends(writing)]) -> Models:
        """It judges whatever comes in, and nothing follows from it but counts."""
        try:
            await decide(database, Slot.SHADOW, trial.version, By(caller.name))
        except Invalid as error:
            raise Problem(404, error.code, _NONE) from None
        except Clash:
            raise Problem(409, "decided_meanwhile", _CLASH) from None
        return await _standing(parts)

    return routes


async def _standing(parts: Parts) -> Models:
    found = await seen(parts.house.database)
    return Models(
        live=found.now.live,
        shadow=found.now.shadow,
        corrected=found.fresh,
        faulty=[row.version for row in found.faults],
        models=[
            ModelStanding(
                version=row.version,
                made_at=row.made_at,
                lessons=row.lessons,
                figures=row.figures,
                beside=_beside(found.agreements.get(row.version)),
            )
            for row in found.models
        ],
    )


def _beside(agreement: Agreement | None) -> Beside | None:
    if agreement is None:
        return None
    pairs = [Pair(category=row.category, would=row.would, matters=row.matters) for row in agreement.pairs]
    return Beside(matters=agreement.matters, same=agreement.same, pairs=pairs)
