"""A door to knock at: keys, a log that remembers, and the app on it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI

from contracts.errors import Invalid
from contracts.faults import Code, Wrong
from contracts.vocabulary import Platform
from services.chassis.local import LocalLog
from services.chassis.log import Log, Message
from services.http.auth import Caller, KeyRing, issue
from services.http.scopes import Scope
from services.http.tables import ApiKey
from services.intake_api import build

NOW = datetime(2024, 3, 12, 8, 0, tzinfo=UTC)
POSTS = frozenset({Scope.COMPLAINTS_WRITE})
GRID, GRID_ROW = issue(Caller("grid of the county", POSTS, Platform.GRID), NOW)
READER, READER_ROW = issue(Caller("reader", frozenset({Scope.CASES_READ}), Platform.GRID), NOW)
NOBODY, NOBODY_ROW = issue(Caller("no platform", POSTS), NOW)
REVOKED, REVOKED_ROW = issue(Caller("revoked", POSTS, Platform.GRID), NOW)
REVOKED_ROW.revoked_at = NOW


async def all_keys() -> Iterable[ApiKey]:
    return [GRID_ROW, READER_ROW, NOBODY_ROW, REVOKED_ROW]


async def fine() -> None:
    """A dependency that is there."""


class Recorder(LocalLog):
    """A log that has nowhere to write and remembers what it was given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        self.messages.extend(messages)


def webhook(headers: Mapping[str, str], body: bytes, now: datetime) -> Mapping[str, object]:
    if headers.get("x-signature") != "good":
        raise Invalid("bad_signature", "the push is not signed by the platform")
    if not body:
        raise Invalid("bad_item", "empty", [Wrong(Code.REQUIRED).at("text")])
    return {"external_id": "P-1", "text": body.decode(), "reporter": {"phone": "no idea"}}


def app_on(log: Log, **more: Any) -> FastAPI:
    webhooks = {Platform.PEOPLES_APPEAL: webhook}
    return build(log, KeyRing(all_keys), {"log": fine}, webhooks=webhooks, clock=lambda: NOW, **more)


def client_of(app: FastAPI, key: str = GRID) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://hub",
        headers={b"Authorization": f"Bearer {key}".encode("latin-1")} if key else {},
    )
