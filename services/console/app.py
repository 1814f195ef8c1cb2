"""Builds the console: one sub-app, to be mounted at `/` after the API's routes.

Its feeds live in its lifespan; a mounted app's is not run by the server, so the composition root
enters `console.router.lifespan_context(console)` in its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.gzip import GZipMiddleware

from contracts.errors import Invalid, Transient
from services.api.nowhere import NOTHING
from services.console import acting, audit, case, desk, letters, missed, models, signing, topics, warnings
from services.console.dressed import Dressed
from services.console.live import Live
from services.console.pages import Pages
from services.console.parts import Console, ConsoleParts, console_of
from services.console.rates import Rates
from services.console.session import SignedOut, same_origin, signed_in
from services.console.sight import Viewer
from services.console.throttle import Throttle
from services.console.views import page
from services.http.problem import respond


def build(parts: ConsoleParts) -> FastAPI:
    """The console as an app of its own."""
    pages = Pages(parts.categories, parts.forces)
    live, rates = Live(parts.log, parts.database, pages), Rates(parts.log)
    app = FastAPI(
        title="Console",
        openapi_url=None,
        lifespan=_lifespan(live, rates),
        dependencies=[Depends(same_origin)],
    )
    app.state.console = Console(parts, pages, live, rates, Throttle())
    app.include_router(signing.routes)
    for module in (desk, acting, case, warnings, missed, topics, letters, models, audit):
        app.include_router(module.routes, dependencies=[Depends(signed_in)])
    app.mount("/static", StaticFiles(directory=str(files("dashboard") / "static")), name="static")
    app.add_middleware(Dressed)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    _answer_errors(app)
    return app


def _lifespan(live: Live, rates: Rates) -> Any:
    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:  # a feed that fails takes the process down, loudly
            tasks = [group.create_task(feed.run()) for feed in (live, rates)]
            yield
            for task in tasks:
                task.cancel()

    return running


def _answer_errors(app: FastAPI) -> None:
    app.exception_handler(SignedOut)(_to_login)
    app.exception_handler(StarletteHTTPException)(_http)
    app.exception_handler(RequestValidationError)(_unfit)
    app.exception_handler(Invalid)(_unfit)
    app.exception_handler(Transient)(_away)
    app.exception_handler(Exception)(_fault)


async def _to_login(request: Request, _: SignedOut) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = f"/login?next={quote(here if request.method == 'GET' else '/')}"
    if request.headers.get("accept") == "text/event-stream":
        return Response(status_code=204)  # tells the browser to stop reconnecting
    if "hx-request" in request.headers:
        page = urlsplit(request.headers.get("hx-current-url", "/"))
        back = page.path + (f"?{page.query}" if page.query else "")
        return Response(status_code=401, headers={"HX-Redirect": f"/login?next={quote(back)}"})
    return RedirectResponse(target, 303)


async def _http(request: Request, error: HTTPException) -> Response:
    if request.url.path.startswith("/v1/"):  # the API's, which has no such route: programs read problems
        return respond(error.status_code, "not_found", NOTHING)
    return await _error(request, error.status_code)


async def _unfit(request: Request, _: RequestValidationError | Invalid) -> Response:
    return await _error(request, 404 if request.method == "GET" else 422)


async def _away(request: Request, _: Transient) -> Response:
    return await _error(request, 503)


async def _fault(request: Request, _: Exception) -> Response:
    return await _error(request, 500)


async def _viewer(request: Request) -> Viewer | None:
    """Who sees the error, so that they keep their way around."""
    try:
        return await signed_in(request, console_of(request))
    except (SignedOut, Transient):
        return None


async def _error(request: Request, status: int) -> Response:
    return page(
        console_of(request), await _viewer(request), request,
        "parts/problem.html" if "hx-request" in request.headers else "error.html",
        status, code=status, phrase=HTTPStatus(status).phrase,
    )  # fmt: skip
