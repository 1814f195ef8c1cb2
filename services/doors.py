"""The app of a process with doors: the routes of its roles under one guard, described at `/docs`."""

from collections.abc import Iterable, Sequence
from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute

from services.chassis.house import House, Work
from services.http.guard import guard
from services.roles import Door

_VENDOR = str(files("dashboard") / "static" / "vendor")
_ABOUT = """Complaints in from every platform, cases out to the force that should have them.

Every call needs a key: `Authorization: Bearer KEY`. Errors are RFC 9457 problems."""


def open_doors(
    house: House, doors: Iterable[Door], health: Sequence[BaseRoute]
) -> tuple[FastAPI, list[Work]]:
    """The app, and the work that the doors bring with them."""
    app = FastAPI(
        title="Shuzhi Fengqiao",
        version="1",
        description=_ABOUT,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        routes=[*health],
    )
    _document(app)
    works = [work for door in doors for work in door(house, app)]
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
