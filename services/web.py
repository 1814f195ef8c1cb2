"""The HTTP side of a process: the routes of its roles, under the same guard, with its own health."""

from collections.abc import Sequence
from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from contracts.topics import TOPICS
from services.chassis.house import House, Work, serving
from services.http import ops
from services.http.guard import guard
from services.roles import ROLES

_VENDOR = str(files("dashboard") / "static" / "vendor")
_ABOUT = """Complaints in from every platform, cases out to the force that should have them.

Every call needs a key: `Authorization: Bearer KEY`. Errors are RFC 9457 problems."""


def assemble(house: House, roles: Sequence[str]) -> list[Work]:
    """All work of a process that plays these roles, answering HTTP among it."""
    app, works = build(house, roles)
    return [*works, serving(app, house.settings.host, house.settings.port)]


def build(house: House, roles: Sequence[str]) -> tuple[FastAPI, list[Work]]:
    """The app of such a process, and its other work."""
    app = FastAPI(
        title="Shuzhi Fengqiao",
        version="1",
        description=_ABOUT,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    _document(app)
    app.include_router(ops.router(_checks(house)))
    # In the order of ROLES: the hub's console comes last and takes whatever path is left over.
    works = [work for name, role in ROLES.items() if name in roles for work in role.build(house, app)]
    return guard(app), works


def _document(app: FastAPI) -> None:
    """`/docs` from files of our own: a government network reaches no CDN."""
    app.mount("/docs/files", StaticFiles(directory=_VENDOR, check_dir=False), name="docs-files")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Shuzhi Fengqiao",
            swagger_js_url="/docs/files/swagger-ui-bundle.js",
            swagger_css_url="/docs/files/swagger-ui.css",
            swagger_favicon_url="data:,",
        )


def _checks(house: House) -> dict[str, ops.Check]:
    return {
        "log": lambda: house.log.extents([TOPICS[0].name]),
        "database": house.database.ping,
        "work": house.healthy,
    }
