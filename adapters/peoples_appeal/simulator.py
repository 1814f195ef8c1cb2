"""民呼我为 as the hub sees it from outside: a listing, a feedback call, and pushes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI, Request

from adapters import registry
from adapters.control import base_app
from adapters.dialects import same, sign
from adapters.faults import Faults
from adapters.mapping import BEIJING, format_time, microseconds, parse_time
from adapters.peoples_appeal.translate import signature
from adapters.simulation import Desk, Item
from adapters.telling import Telling, code_of

STATES = {"已接收", "已转交", "处理中", "已解决", "未解决", "已办结", "再次办理"}
TIME = "%Y-%m-%d %H:%M:%S"
DENIED: Mapping[str, Any] = {"code": "4001", "msg": "bad signature"}
BAD_FORM: Mapping[str, Any] = {"code": "4000", "msg": "bad form"}


def app(desk: Desk, faults: Faults) -> FastAPI:
    """The platform's HTTP API. It answers 200 to everything and says in `code` what it thinks."""
    api = base_app("民呼我为 (simulator)", desk, faults)

    @api.post("/gateway/appeal/list")
    async def listing(request: Request) -> Mapping[str, Any]:
        form = await _signed_form(request)
        if form is None:
            return DENIED
        try:
            return {"code": "0000", "msg": "", "result": _listed(desk, form)}
        except (KeyError, ValueError):
            return BAD_FORM

    @api.post("/gateway/appeal/feedback")
    async def feedback(request: Request) -> Mapping[str, Any]:
        form = await _signed_form(request)
        if form is None:
            return DENIED
        if form.get("deal_status") not in STATES or not form.get("serial_no"):
            return BAD_FORM
        if not desk.knows(form.get("appeal_id", "")):
            return {"code": "4004", "msg": "no such appeal"}
        told = {name: value for name, value in form.items() if name not in ("app_id", "timestamp", "sign")}
        desk.receive(form["serial_no"], told)
        return {"code": "0000", "msg": ""}

    return api


async def _signed_form(request: Request) -> dict[str, str] | None:
    secrets = registry.manifest("peoples_appeal").simulator.secrets
    form = {name: str(value) for name, value in (await request.form()).items()}
    ours = same(secrets["app_id"], form.get("app_id", ""))
    return form if ours and same(signature(form, secrets["app_secret"]), form.get("sign", "")) else None


def _listed(desk: Desk, form: Mapping[str, str]) -> dict[str, Any]:
    begin = microseconds(parse_time(form["begin_time"], TIME))
    items, more = desk.since(begin, max(1, int(form["page_num"])), min(int(form["page_size"]), 200))
    return {"rows": [_shown(item) for item in items], "hasNext": more}


def item(telling: Telling, number: int) -> tuple[str, dict[str, Any]]:
    """A new appeal: its id and its record."""
    external_id = f"MH{telling.at.astimezone(BEIJING):%y%m%d}-{number:07d}"
    codes = registry.manifest("peoples_appeal").codes["intent_hint"]
    return external_id, {
        "appeal_id": external_id,
        "appeal_title": telling.title,
        "appeal_content": telling.text,
        "submit_time": format_time(microseconds(telling.at), TIME),
        "user_name": telling.name,
        "user_mobile": telling.phone,
        "user_card": telling.id_number,
        "area_code": telling.town_code,
        "appeal_address": telling.address,
        "company_name": telling.organisation,
        "appeal_class": code_of(codes, telling.intent),
    }


async def push(item: Item, url: str, http: httpx.AsyncClient, faults: Faults) -> None:
    """Pushes a new appeal once; the listing is for what is missed. Raises httpx's errors."""
    secret = registry.manifest("peoples_appeal").simulator.secrets["app_secret"]
    body, stamp = urlencode(_shown(item)), str(int(faults.now().timestamp()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Timestamp": stamp,
        "X-Signature": sign(secret, stamp, body),
    }
    await http.post(url, content=body, headers=headers)


def _shown(item: Item) -> dict[str, Any]:
    return item.data | {"modify_time": format_time(item.changed, TIME)}
