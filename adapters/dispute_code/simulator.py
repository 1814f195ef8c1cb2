"""浙江解纷码 as the hub sees it from outside."""

import secrets as randomness
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Form, Header, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from adapters import registry
from adapters.control import base_app
from adapters.dialects import same
from adapters.faults import Faults
from adapters.mapping import BEIJING, format_time, microseconds, parse_time
from adapters.simulation import Desk, Item
from adapters.telling import Telling, code_of

STATES = {
    "已提交",
    "待受理",
    "已受理",
    "已分配",
    "调解中",
    "调解成功",
    "调解不成",
    "撤回",
    "司法确认",
    "履行中",
    "归档",
}
TOKEN_SECONDS = 600


def app(desk: Desk, faults: Faults) -> FastAPI:
    """The platform's HTTP API."""
    api = base_app("浙江解纷码 (simulator)", desk, faults)
    tokens = _Tokens(faults)

    @api.post("/oauth2/token")
    async def token(
        who: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())], grant_type: Annotated[str, Form()]
    ) -> dict[str, Any]:
        if grant_type != "client_credentials":
            raise HTTPException(400, "unsupported_grant_type")
        return tokens.issue(who)

    bearer = Depends(tokens.check)

    @api.get("/api/v2/disputes", dependencies=[bearer])
    async def disputes(updatedSince: str, page: int = 1, size: int = 50) -> dict[str, Any]:  # noqa: N803 - theirs
        try:
            since = microseconds(parse_time(updatedSince, "iso"))
        except ValueError:
            raise HTTPException(400, "updatedSince is no time") from None
        items, more = desk.since(since, max(1, page), min(size, 200))
        return {"page": page, "hasNext": more, "items": [_shown(item) for item in items]}

    @api.put("/api/v2/disputes/{number}/results/{key}", dependencies=[bearer])
    async def result(number: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        if not desk.knows(number):
            raise HTTPException(404, "no such dispute")
        if body.get("status") not in STATES:
            raise HTTPException(422, "no such status")
        return {"stored": desk.receive(key, {"disputeNo": number, **body})}

    return api


class _Tokens:
    """Bearer tokens for our one client."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._secrets = registry.manifest("dispute_code").simulator.secrets
        self._ends: dict[str, float] = {}  # token: seconds since 1970

    def issue(self, who: HTTPBasicCredentials) -> dict[str, Any]:
        known = same(self._secrets["client_id"], who.username)
        if not known or not same(self._secrets["client_secret"], who.password):
            raise HTTPException(401, "invalid_client")
        now, fresh = self._faults.now().timestamp(), randomness.token_urlsafe(24)
        self._ends = {old: ends for old, ends in self._ends.items() if ends > now}
        self._ends[fresh] = now + TOKEN_SECONDS
        return {"access_token": fresh, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}

    async def check(self, authorization: Annotated[str, Header()] = "") -> None:
        if self._ends.get(authorization.removeprefix("Bearer "), 0) < self._faults.now().timestamp():
            raise HTTPException(401, "invalid_token")


def item(telling: Telling, number: int) -> tuple[str, dict[str, Any]]:
    """A new dispute: its id and its record."""
    external_id = f"JFM{telling.at.astimezone(BEIJING):%Y%m%d}{number:07d}"
    codes = registry.manifest("dispute_code").codes["intent_hint"]
    return external_id, {
        "disputeNo": external_id,
        "title": telling.title,
        "description": telling.text,
        "applyTime": telling.at.isoformat(),
        "applicant": {"name": telling.name, "mobile": telling.phone, "idCard": telling.id_number},
        "areaCode": telling.town_code and f"{telling.town_code}000",
        "place": telling.address,
        "respondentOrg": telling.organisation,
        "appealKind": code_of(codes, telling.intent),
        "status": "已提交",
        "materials": [],
    }


def _shown(item: Item) -> dict[str, Any]:
    return item.data | {"updateTime": format_time(item.changed, "iso")}
