"""The HTTP side of a process: its own health, and the doors of the roles that have one."""

from collections.abc import Sequence

from starlette.applications import Starlette

from contracts.topics import TOPICS
from services.chassis.house import House, Work, serving
from services.http import ops
from services.roles import ROLES


def assemble(house: House, roles: Sequence[str]) -> list[Work]:
    """All work of a process that plays these roles, answering HTTP among it."""
    app, works = build(house, roles)
    return [*works, serving(app, house.settings.host, house.settings.port)]


def build(house: House, roles: Sequence[str]) -> tuple[Starlette, list[Work]]:
    """The app of such a process (FastAPI's where a role has a door), and its other work."""
    # In the order of ROLES: the hub's console comes last and takes whatever path is left over.
    played = [role for name, role in ROLES.items() if name in roles]
    works = [work for role in played for work in role.work(house)]
    doors = [role.door for role in played if role.door]
    health = ops.routes(_checks(house))
    if not doors:
        return Starlette(routes=health), works
    from services.doors import open_doors

    app, more = open_doors(house, doors, health)
    return app, [*works, *more]


def _checks(house: House) -> dict[str, ops.Check]:
    return {
        "log": lambda: house.log.extents([TOPICS[0].name]),
        "database": house.database.ping,
        "work": house.healthy,
    }
