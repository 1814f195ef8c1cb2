"""API keys with scopes: `Authorization: Bearer KEY`."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase

from contracts.errors import Transient
from contracts.faults import Said
from contracts.vocabulary import Platform
from services.http.problem import Problem
from services.http.scopes import Scope
from services.http.tables import ApiKey

_PREFIX = "fengqiao_"  # so that scanners for leaked secrets can know one
_PATIENCE = 2.0  # seconds for one reading of the keys
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds the key that was shown."""

    name: str
    scopes: frozenset[str]
    platform: Platform | None = None
    agency: str | None = None
    place: str | None = None


def issue(caller: Caller, now: datetime) -> tuple[str, ApiKey]:
    """A new key, to be shown once, and the row to be kept of it."""
    key = _PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        hash=hash_of(key),
        name=caller.name,
        platform=caller.platform,
        agency=caller.agency,
        scopes=sorted(caller.scopes),
        place=caller.place,
        created_at=now,
    )
    return key, row


def hash_of(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


class KeyRing:
    """All keys in memory, read anew every `ttl` seconds, so a revoked key works that long at most.

    While they cannot be read (`Transient`, a time-out), the last ones go on working for `grace` seconds:
    the doors stay open when only the database is down. After that, callers get 503.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[Iterable[ApiKey]]],
        ttl: float = 1.0,
        grace: float = 900.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._ttl, self._grace, self._clock = read, ttl, grace, clock
        self._lock = asyncio.Lock()
        self._callers: Mapping[str, Caller] = {}
        self._look_at = self._trust_until = float("-inf")

    async def find(self, key: str) -> Caller | None:
        """Who holds this key; None where nobody does. Raises `Transient` where the keys are out of reach."""
        if self._clock() >= self._look_at:
            async with self._lock:
                await self._refresh()
        return self._callers.get(hash_of(key))

    async def _refresh(self) -> None:
        now = self._clock()
        if now < self._look_at:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                rows = await self._read()
        except (Transient, TimeoutError):
            if now >= self._trust_until:
                raise Transient("the API keys cannot be read") from None
            _log.warning("API keys cannot be read; the last ones stay in force")
        else:
            self._callers = {row.hash: _caller(row) for row in rows if row.revoked_at is None}
            self._trust_until = now + self._grace
        self._look_at = now + self._ttl


def _caller(row: ApiKey) -> Caller:
    platform = Platform(row.platform) if row.platform else None
    return Caller(row.name, frozenset(row.scopes), platform, row.agency, row.place)


class Needs(SecurityBase):
    """A FastAPI dependency: the caller, if the key is known (else 401) and has the scope (else 403).

    In one piece, because to resolve FastAPI's `HTTPBearer` and a dependency around it takes longer than both.
    """

    scheme_name = "ApiKey"
    model = HTTPBearerModel(description="`Authorization: Bearer KEY`. Each call says which scope it needs.")

    def __init__(self, keys: KeyRing, scope: Scope) -> None:
        self._keys, self._scope = keys, scope

    async def __call__(self, request: Request) -> Caller:
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise _challenge(
                401,
                "no_key",
                Said("Send `Authorization: Bearer KEY`.", "请在请求头中带 `Authorization: Bearer 密钥`。"),
                'realm="hub"',
            )
        found = await self._keys.find(key.strip())
        if found is None:
            error = 'realm="hub", error="invalid_token"'
            raise _challenge(
                401,
                "unknown_key",
                Said("This key is unknown or was revoked.", "此密钥不存在或已吊销。"),
                error,
            )
        if self._scope not in found.scopes:
            error = f'error="insufficient_scope", scope="{self._scope}"'
            raise _challenge(
                403,
                "no_scope",
                Said(f"This key lacks the scope {self._scope}.", f"此密钥没有 {self._scope} 权限。"),
                error,
            )
        return found


def _challenge(status: int, code: str, said: Said, error: str) -> Problem:
    return Problem(status, code, said, {"WWW-Authenticate": f"Bearer {error}"})
