"""The door for platforms. It keeps nothing: what is taken is in the log."""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import Response
from pydantic_core import from_json

from contracts.errors import Invalid
from contracts.faults import Said
from contracts.vocabulary import Platform
from intake import cloudevents
from intake.admit import Sender, admit
from intake.lenient import admit_pulled
from services.chassis.log import Log
from services.http import ops
from services.http.auth import Caller, KeyRing, Needs
from services.http.guard import guard
from services.http.limits import RateLimit
from services.http.problem import Problem, bad_json
from services.http.scopes import Scope
from services.intake_described import COMPLAINTS, MAX_ITEMS, RESPONSES
from services.intake_verdicts import Read, answer, count, take

Clock = Callable[[], datetime]
# Checks that a push (headers in lower case, body, now) is the platform's own and gives its raw posting.
Webhook = Callable[[Mapping[str, str], bytes, datetime], Mapping[str, object]]


def _as_it_is(item: object) -> object:
    return item


class Form(NamedTuple):
    """How a body is read: each item of it, or the whole as one."""

    read: Read
    whole: bool = False


_PLAIN = Form(_as_it_is)
_FORMS: Mapping[str, Form] = {
    "application/json": _PLAIN,
    "application/cloudevents+json": Form(cloudevents.unwrap),
    "application/cloudevents-batch+json": Form(cloudevents.unwrap),
}
_MEDIA_TYPES = Said(
    f"Send one of {', '.join(_FORMS)}, in UTF-8, not compressed.",
    f"请使用 {'、'.join(_FORMS)} 之一，UTF-8 编码，不压缩。",
)
_TOO_MANY = Said(f"Send at most {MAX_ITEMS} items at a time.", f"每次最多 {MAX_ITEMS} 件。")
_NO_WEBHOOK = Said("No platform of this name pushes to the hub.", "没有以此名称推送的平台。")
_NO_PLATFORM = Said("This key stands for no platform, so it cannot post.", "此密钥不代表任何平台，不能报送。")
_UNPROVEN = "推送签名无法确认，或已过时。"
_NOT_THEIRS = frozenset({"bad_signature", "stale_push"})  # codes of a push that proves nothing
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def utc_now() -> datetime:
    """The clock of the door, unless a test hands in another."""
    return datetime.now(UTC)


def build(
    log: Log,
    keys: KeyRing,
    checks: Mapping[str, ops.Check],
    *,
    webhooks: Mapping[Platform, Webhook] | None = None,
    rate: str = "1000/second",
    clock: Clock = utc_now,
) -> FastAPI:
    """The intake API as an app of its own. `log` is started; `rate` is for one caller, in postings."""
    app = FastAPI(
        title="Fengqiao Hub: intake", version="1", redirect_slashes=False, routes=ops.routes(checks)
    )
    limit = RateLimit(rate)
    app.include_router(posting_router(log, keys, limit, clock))
    app.include_router(push_router(log, webhooks or {}, limit, clock))
    return guard(app)


def posting_router(log: Log, keys: KeyRing, limit: RateLimit, clock: Clock = utc_now) -> APIRouter:
    """`POST /v1/complaints`, for an app under `guard`."""
    routes = APIRouter(tags=["complaints"])

    @routes.post(
        "/v1/complaints",
        summary="Post complaints",
        response_model=None,
        status_code=202,
        responses=RESPONSES,
        openapi_extra=COMPLAINTS,
    )
    async def post_complaints(
        request: Request, caller: Annotated[Caller, Depends(Needs(keys, Scope.COMPLAINTS_WRITE))]
    ) -> Response:
        """One posting, an array of up to 500, or CloudEvents (structured, batched, or one in binary
        mode). Good items are taken, bad ones are named.

        Needs the scope `complaints:write` and a key that stands for a platform.
        """
        sender, form, trace = _sender(caller), _form(request), _trace(request)
        limit.take(caller.name)  # before the body is read: whoever is too fast costs little
        items = _items(await request.body(), form.whole)
        limit.take(caller.name, len(items) - 1)
        now = clock()
        judged = await take(log, items, form.read, lambda raw: admit(raw, sender, now, trace))
        count(judged, sender.platform)
        return answer(judged, trace)

    return routes


def push_router(
    log: Log, webhooks: Mapping[Platform, Webhook], limit: RateLimit, clock: Clock = utc_now
) -> APIRouter:
    """`POST /v1/webhooks/{platform}`, for an app under `guard`."""
    routes = APIRouter(tags=["complaints"])

    @routes.post(
        "/v1/webhooks/{platform}",
        summary="Push of a platform that signs what it sends",
        response_model=None,
        status_code=202,
        responses=RESPONSES,
    )
    async def post_push(request: Request, platform: str) -> Response:
        """The body is in the platform's own format; its signature stands for a key."""
        if platform not in webhooks:
            raise Problem(404, "no_webhook", _NO_WEBHOOK)
        limit.take(f"push {platform} {request.client.host if request.client else ''}")
        sender, trace, now = Sender(Platform(platform)), _trace(request), clock()
        raw = _verified(webhooks[sender.platform], request, await request.body(), now)
        judged = await take(log, [raw], _as_it_is, lambda raw: admit_pulled(raw, sender, now, trace))
        count(judged, sender.platform)
        return answer(judged, trace)

    return routes


def _verified(webhook: Webhook, request: Request, body: bytes, now: datetime) -> Mapping[str, object]:
    try:
        return webhook(dict(request.headers), body, now)
    except Invalid as refusal:
        if refusal.code == "no_webhook":
            raise Problem(404, refusal.code, _NO_WEBHOOK) from None
        if refusal.code in _NOT_THEIRS:
            challenge = {"WWW-Authenticate": "Signature"}
            raise Problem(401, refusal.code, Said(refusal.message, _UNPROVEN), challenge) from None
        raise


def _sender(caller: Caller) -> Sender:
    if caller.platform is None:
        challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
        raise Problem(403, "no_platform", _NO_PLATFORM, challenge)
    return Sender(caller.platform)


def _form(request: Request) -> Form:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _FORMS or request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "wrong_media_type", _MEDIA_TYPES)
    form = _FORMS[media_type]
    if form is _PLAIN and cloudevents.in_headers(request.headers):
        return Form(lambda data: cloudevents.unwrap(cloudevents.of_binary_mode(request.headers, data)), True)
    return form


def _items(body: bytes, whole: bool) -> list[object]:
    try:
        parsed = from_json(body)
    except ValueError:  # its message quotes the body
        raise bad_json() from None
    items = parsed if isinstance(parsed, list) and not whole else [parsed]
    if len(items) > MAX_ITEMS:
        raise Problem(413, "too_many_items", _TOO_MANY)
    return items


def _trace(request: Request) -> str:
    """The caller's W3C trace context where it has one, else the beginning of one."""
    given = request.headers.get("traceparent", "")
    if _TRACEPARENT.fullmatch(given):
        return given
    fresh = secrets.token_hex(24)
    return f"00-{fresh[:32]}-{fresh[32:]}-01"
