"""Signing in and staying so: a signed cookie that names a login and a session, both looked up each time."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from fastapi import Depends, HTTPException, Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from contracts.stage import AnyRow
from services.chassis.database import Database
from services.console import sessions
from services.console.i18n import language_of
from services.console.parts import Console, Here
from services.console.posts import find_operator, stamp_of, viewer_of
from services.console.sight import Viewer

COOKIE = "hub_session"
_SHIFT = int(sessions.SHIFT.total_seconds())
_hasher = PasswordHasher()
# What an unknown login is checked against, so that it takes as long as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$YWJjZGVmZ2hpamtsbW5vcA$EcOlMb4bSnSaJBwcPHEdk+QfDsNXpHTTJ1J8YZp1rTM"


class SignedOut(Exception):
    """Nobody is signed in here."""


def hash_password(password: str) -> str:
    """An argon2id hash, for the `hash` column."""
    return _hasher.hash(password)


async def verified(database: Database, login: str, password: str) -> AnyRow | None:
    """The operator's row where the password is right."""
    row = await find_operator(database, login)
    right = await asyncio.to_thread(_matches, row.hash if row else _NOBODY, password)
    return row if right else None


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def begin(console: Console, response: Response, row: AnyRow) -> None:
    """Set the session's cookie."""
    response.set_cookie(
        COOKIE,
        _signer(console).dumps([row.login, stamp_of(row.hash), secrets.token_urlsafe(16)]),
        max_age=_SHIFT,
        httponly=True,
        samesite="strict",
        secure=console.parts.base_url.startswith("https:"),
    )


async def end(request: Request, console: Console, response: Response) -> None:
    """End the session, for copies of its cookie too, and take the cookie away."""
    with suppress(SignedOut):
        *_, session = _named(request, console)
        await sessions.end(console.database, session)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


async def signed_in(request: Request, console: Here) -> Viewer:
    """Who is signed in. Raises `SignedOut`."""
    login, stamp, session = _named(request, console)
    row = await find_operator(console.database, login)
    if row is None or stamp_of(row.hash) != stamp:  # closed, or the password was changed
        raise SignedOut
    if await sessions.ended(console.database, {session}):
        raise SignedOut
    return replace(viewer_of(row, language_of(request)), session=session)


def _named(request: Request, console: Console) -> tuple[str, str, str]:
    """The login, its password's stamp and the session that the cookie names. Raises `SignedOut`."""
    try:
        login, stamp, session = _signer(console).loads(request.cookies.get(COOKIE, ""), max_age=_SHIFT)
    except (BadSignature, ValueError):
        raise SignedOut from None
    return login, stamp, session


Who = Annotated[Viewer, Depends(signed_in)]


async def same_origin(request: Request, console: Here) -> None:
    """A page elsewhere cannot make a browser post here."""
    if request.method in ("GET", "HEAD"):
        return
    origin = request.headers.get("origin")
    allowed = {urlsplit(console.parts.base_url).netloc, request.headers.get("host")}
    if origin is None or urlsplit(origin).netloc not in allowed:
        raise HTTPException(403, "this request came from another page")


def _signer(console: Console) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(console.parts.secret, salt="console-session")
