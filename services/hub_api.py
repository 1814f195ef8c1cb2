"""The hub's own process: the REST API and the console on one address."""

from collections.abc import Sequence

from fastapi import FastAPI

from classifier.rulebook.loading import category_names
from router.data_files import DATA
from router.force_files import load_registry
from services.actions import Actions
from services.api import cases, complaints, events, models, nowhere, operations, subscriptions
from services.api.parts import Parts
from services.chassis.house import House, Work
from services.console.app import build as build_console
from services.console.parts import ConsoleParts
from services.groups import GROUPS
from services.keys import key_ring
from services.rulebooks import rules_of
from services.secret import secret_of


def attach(house: House, app: FastAPI) -> Sequence[Work]:
    """Add the API's routes and mount the console; the work is the console's live feeds."""
    actions = Actions(house.log, house.database)
    categories = category_names(rules_of(house.settings, "classifier"))
    forces = load_registry(rules_of(house.settings, "router") or DATA)
    parts = Parts(house, key_ring(house.database), actions, categories, forces.by_id)
    for module in (complaints, cases, subscriptions, events, operations, models):
        app.include_router(module.router(parts))
    app.include_router(nowhere.router(app))
    console = build_console(
        ConsoleParts(
            database=house.database,
            log=house.log,
            act=actions.submit,
            secret=secret_of(house),
            base_url=house.settings.base_url,
            groups=GROUPS,
            categories=categories,
            forces=forces,
        )
    )
    app.mount("/", console)

    async def console_feeds(house: House) -> None:
        async with console.router.lifespan_context(console):
            await house.stop.wait()

    return [console_feeds]
