"""The HTTP side of a process: the routes of its roles, under the same guard, with its own health."""

from collections.abc import Sequence

from fastapi import FastAPI

from contracts.topics import TOPICS
from services.chassis.house import House, Work, serving
from services.http import ops
from services.http.guard import guard
from services.roles import ROLES

_ABOUT = """Complaints in from every platform, cases out to the force that should have them.

Every call needs a key: `Authorization: Bearer KEY`. Errors are RFC 9457 problems."""


def assemble(house: House, roles: Sequence[str]) -> list[Work]:
    """All work of a process that plays these roles, answering HTTP among it."""
    app, works = build(house, roles)
    return [*works, serving(app, house.settings.host, house.settings.port)]


def build(house: House, roles: Sequence[str]) -> tuple[FastAPI, list[Work]]:
    """The app of such a process, and its other work."""
    app = FastAPI(title="Shuzhi Fengqiao", version="1", description=_ABOUT, redirect_slashes=False)
    app.include_router(ops.router(_checks(house)))
    # In the order of ROLES: the hub's console comes last and takes whatever path is left over.
    works = [work for name, role in ROLES.items() if name in roles for work in role.build(house, app)]
    return guard(app), works


def _checks(house: House) -> dict[str, ops.Check]:
    return {
        "log": lambda: house.log.extents([TOPICS[0].name]),
        "database": house.database.ping,
        "work": house.healthy,
    }
