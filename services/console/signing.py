"""Signing in and out, and choosing a language."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.api.parts import Line
from services.console import posts, session, trail
from services.console.i18n import COOKIE, LANGUAGES
from services.console.parts import Here
from services.console.views import page
from services.console.words import Deed

routes = APIRouter()


@routes.get("/login")
async def form(request: Request, console: Here, next: str = "/") -> HTMLResponse:  # noqa: A002
    """The form."""
    return page(console, None, request, "login.html", next=_local(next), problem=None, login="")


@routes.post("/login", response_model=None)
async def sign_in(
    request: Request,
    console: Here,
    login: Annotated[Line, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> HTMLResponse | RedirectResponse:
    """Check the password; too many wrong ones close the door for a minute."""
    address = request.client.host if request.client else ""
    async with console.throttle.turn:
        is_open = console.throttle.open(login, address)
        row = await session.verified(console.database, login, password) if is_open else None
        if is_open and row is None:
            console.throttle.failed(login, address)
    if not is_open:
        return page(console, None, request, "login.html", 429, next=_local(next), problem="slow", login=login)
    if row is None:
        # An unknown login is not kept: it may be a password typed into the wrong field.
        known = await posts.find_operator(console.database, login) or trail.Somebody("–")
        await trail.record(console.database, known, Deed.SIGN_IN_REFUSED, address)
        return page(
            console, None, request, "login.html", 401, next=_local(next), problem="wrong", login=login
        )
    await trail.record(console.database, row, Deed.SIGN_IN)
    response = RedirectResponse(_local(next), 303)
    session.begin(console, response, row)
    if COOKIE not in request.cookies and row.language in LANGUAGES:
        _keep(response, row.language)
    return response


@routes.post("/logout")
async def sign_out(request: Request, console: Here) -> RedirectResponse:
    """Forget who was here."""
    response = RedirectResponse("/login", 303)
    await session.end(request, console, response)
    return response


@routes.get("/session", status_code=204, dependencies=[Depends(session.signed_in)])
async def still_here() -> None:
    """Asked by every open page from time to time: one that nobody is signed in to any more goes to the login
    instead of showing people on and on."""


@routes.get("/language/{code}")
async def language(code: str, next: str = "/") -> RedirectResponse:  # noqa: A002
    """Keep the chosen language and go back."""
    if code not in LANGUAGES:
        raise HTTPException(404)
    response = RedirectResponse(_local(next), 303)
    _keep(response, code)
    return response


def _keep(response: RedirectResponse, code: str) -> None:
    response.set_cookie(COOKIE, code, max_age=365 * 24 * 3600, samesite="lax", httponly=True)


def _local(target: str) -> str:
    """Only a path of ours: a link that signs in here must not lead elsewhere."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if ours and not parts.netloc and not parts.scheme else "/"
