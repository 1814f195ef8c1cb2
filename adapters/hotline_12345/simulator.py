"""12345 as the hub sees it from outside."""

import hashlib
from collections import OrderedDict
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from starlette.datastructures import UploadFile

from adapters import registry
from adapters.control import base_app
from adapters.dialects import same, sign
from adapters.faults import Faults
from adapters.mapping import BEIJING, microseconds
from adapters.simulation import Desk
from adapters.telling import Telling, code_of

STATES = {"受理", "派单", "签收", "转办", "办理", "退单", "延期", "反馈", "回访", "办结", "重办"}
WINDOW_SECONDS = 300
_NONCES = 10_000


def app(desk: Desk, faults: Faults) -> FastAPI:
    """The platform's HTTP API."""
    api = base_app("12345热线 (simulator)", desk, faults)
    gate = _Gate(faults)

    @api.get("/openapi/v1/workorders")
    async def orders(request: Request, lastId: int, limit: int = 50) -> dict[str, Any]:  # noqa: N803 - theirs
        await gate.admit(request)
        items, more = desk.after(lastId, min(limit, 200))
        rows = [{"id": item.seq, **item.data} for item in items]
        return {"code": 0, "message": "ok", "data": {"list": rows, "hasMore": more}}

    @api.post("/openapi/v1/workorders/{number}/results")
    async def result(number: str, request: Request) -> dict[str, Any]:
        await gate.admit(request)
        form = await request.form()
        accessory, key = form.get("accessory"), str(form.get("requestId", ""))
        if not isinstance(accessory, UploadFile) or not key or form.get("state") not in STATES:
            return {"code": 1400, "message": "requestId, state or accessory is missing"}
        if not desk.knows(number):
            return {"code": 1404, "message": "no such work order"}
        told = {name: value for name, value in form.items() if isinstance(value, str)}
        desk.receive(key, {"orderNo": number, **told, "accessory": accessory.filename})
        return {"code": 0, "message": "ok"}

    return api


class _Gate:
    """Admits what is signed by our one app, now, and once."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._secrets = registry.manifest("hotline_12345").simulator.secrets
        self._nonces: OrderedDict[str, None] = OrderedDict()

    async def admit(self, request: Request) -> None:
        head = request.headers
        stamp, nonce = head.get("x-timestamp", ""), head.get("x-nonce", "")
        target = request.scope["raw_path"].decode()
        if query := request.scope["query_string"].decode():
            target = f"{target}?{query}"
        body = hashlib.sha256(await request.body()).hexdigest()
        expected = sign(self._secrets["app_secret"], request.method, target, stamp, nonce, body)
        known = same(self._secrets["app_key"], head.get("x-app-key", ""))
        if not known or not same(expected, head.get("x-signature", "")):
            raise HTTPException(401, "bad signature")
        if abs(int(stamp) / 1000 - self._faults.now().timestamp()) > WINDOW_SECONDS or nonce in self._nonces:
            raise HTTPException(401, "stale or replayed")
        self._nonces[nonce] = None
        if len(self._nonces) > _NONCES:
            self._nonces.popitem(last=False)


def item(telling: Telling, number: int) -> tuple[str, dict[str, Any]]:
    """A new work order: its id and its record."""
    external_id = f"SX{telling.at.astimezone(BEIJING):%Y%m%d}{number:07d}"
    return external_id, record(external_id, telling)


def record(external_id: str, telling: Telling) -> dict[str, Any]:
    """A work order under a given id."""
    codes = registry.manifest("hotline_12345").codes["intent_hint"]
    return {
        "orderNo": external_id,
        "orderState": "派单",
        "callTime": microseconds(telling.at) // 1000,
        "title": telling.title,
        "content": telling.text,
        "caller": {"name": telling.name, "phone": telling.phone, "idNo": telling.id_number},
        "appealType": code_of(codes, telling.intent),
        "regionCode": telling.town_code and f"{telling.town_code}000",
        "address": telling.address,
        "enterpriseName": telling.organisation,
        "accessories": [],
    }
