"""Signing in and staying so: a signed cookie that names a login, checked against the row each time."""

import asyncio
from typing import Annotated
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from fastapi import Depends, HTTPException, Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from contracts.stage import AnyRow
from services.chassis.database import Database
from services.console.i18n import language_of
from services.console.parts import Console, Here
from services.console.posts import find_operator, stamp_of, viewer_of
from services.console.sight import Viewer

COOKIE = "hub_session"
SHIFT = 12 * 3600  # seconds a session lasts: one shift
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
        _signer(console).dumps([row.login, stamp_of(row.hash)]),
        max_age=SHIFT,
        httponly=True,
        samesite="strict",
        secure=console.parts.base_url.startswith("https:"),
    )


def end(response: Response) -> None:
    """Take the session's cookie away."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


async def signed_in(request: Request, console: Here) -> Viewer:
    """Who is signed in. Raises `SignedOut`."""
    try:
        login, stamp = _signer(console).loads(request.cookies.get(COOKIE, ""), max_age=SHIFT)
    except (BadSignature, ValueError):
        raise SignedOut from None
    row = await find_operator(console.database, login)
    if row is None or stamp_of(row.hash) != stamp:  # closed, or the password was changed
        raise SignedOut
    return viewer_of(row, language_of(request))


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
