"""Every role a process can play: work of its own, or a door that answers others, or both.

Builders import what they need themselves: a process loads only the roles it plays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import structlog

from contracts.stage import Stage
from services.chassis.house import House, Work
from services.chassis.loop import TURN, StageLoop
from services.rulebooks import rules_of
from services.secret import secret_of

if TYPE_CHECKING:
    from fastapi import FastAPI

Begin: TypeAlias = Callable[[House], Sequence[Work]]
Door: TypeAlias = "Callable[[House, FastAPI], Sequence[Work]]"


def _nothing(house: House) -> Sequence[Work]:
    return []


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process."""

    about: str
    work: Begin = _nothing
    door: Door | None = None  # adds its routes to the process' app and returns the work behind them
    alone: bool = False  # a second one would only do the same again


def _intake(house: House, app: FastAPI) -> Sequence[Work]:
    from services.http.limits import RateLimit
    from services.intake_api import posting_router, push_router
    from services.intake_described import MAX_ITEMS
    from services.keys import key_ring
    from services.platforms import webhooks

    limit = RateLimit(house.settings.rate, MAX_ITEMS)
    app.include_router(posting_router(house.log, key_ring(house.database), limit))
    app.include_router(push_router(house.log, webhooks(house), limit))
    return []


def _pull(house: House) -> Sequence[Work]:
    from services.pull_worker import pull_platforms

    return [pull_platforms]


def _classify(house: House) -> Sequence[Work]:
    from classifier.judge import load_judge
    from classifier.linear.files import fresh, sources_now
    from classifier.stage import ClassifyStage
    from services.models.keeper import classify

    if not fresh(sources_now()):  # said first: models of other code may not load
        structlog.get_logger().warning("the models are of other texts or code: python -m classifier build")
    judge = load_judge(rules_of(house.settings, "classifier"))
    if judge.categories is None:
        structlog.get_logger().warning("rules judge alone: the taxonomy lacks the model's categories")
    if judge.guests is None:
        structlog.get_logger().warning(
            "words alone judge other languages: the extra `guests` is not installed"
        )
    stage = ClassifyStage(judge)

    async def work(house: House) -> None:
        await classify(house, stage)

    work.__name__ = stage.name
    return [work]


def _route(house: House) -> Sequence[Work]:
    from classifier.rulebook.loading import category_names
    from router.stage import load_router

    own, secret = rules_of(house.settings, "router"), secret_of(house).encode()
    categories = category_names(rules_of(house.settings, "classifier"))
    return [_looping(load_router(own, secret, categories))]


def _feedback(house: House) -> Sequence[Work]:
    from feedback.stage import load_feedback

    return [_looping(load_feedback(rules_of(house.settings, "feedback")))]


def _clock(house: House) -> Sequence[Work]:
    from services.clock_worker import fire_clocks

    return [fire_clocks]


def _receipt(house: House) -> Sequence[Work]:
    from feedback.deliveries import ReceiptStage
    from services.platforms import adapters
    from services.receipt_worker import LOOK, send_receipts

    works: list[Work] = [_looping(ReceiptStage(adapters(house)), LOOK), send_receipts]
    if house.settings.llm_url:
        # Beside the receipts, because this role may speak to the world outside already.
        from classifier.personal.model import built_names
        from services.suggest.worker import suggest_categories

        built_names()  # at the start rather than at the first question: without it no name would be covered
        works.append(suggest_categories)
    return works


def _hub(house: House, app: FastAPI) -> Sequence[Work]:
    from services.hub_api import attach

    return attach(house, app)


ROLES: dict[str, Role] = {
    "intake": Role("Takes postings over REST, CloudEvents and webhooks", door=_intake),
    "pull": Role("Pulls the platforms that wait to be asked", _pull, alone=True),
    "classify": Role("Splits complaints into cases and judges them", _classify),
    "route": Role("Links twins and matches every case with a force", _route),
    "feedback": Role("Keeps the life of every case", _feedback),
    "clock": Role("Fires the clocks that fell due", _clock),
    "receipt": Role("Tells the platforms where their complaints stand", _receipt),
    "hub": Role("Console, case API, streams for agencies, operations", door=_hub),
}


def _looping(stage: Stage, turn: float = TURN) -> Work:
    async def work(house: House) -> None:
        await StageLoop(stage, house.log, house.database, turn).run(house.stop)

    work.__name__ = stage.name
    return work
