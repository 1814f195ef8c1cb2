"""What every process answers about itself: alive, ready, measured. For orchestrators, not for callers of the
API; and on Starlette alone, since a worker does without FastAPI's memory."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from contracts.faults import Said
from services.http.problem import respond

Check = Callable[[], Awaitable[object]]
# What a proxy adds, an ingress above all: how busy the hub is, is nobody's business outside.
_FROM_OUTSIDE = frozenset({"forwarded", "x-forwarded-for", "x-real-ip"})
_FOR_INSIDE = Said("Metrics are for the network inside.", "监控指标仅供内网使用。")
_PATIENCE = 2.0  # seconds for one check; an orchestrator asks every few


def routes(checks: Mapping[str, Check], registry: CollectorRegistry = REGISTRY) -> list[BaseRoute]:
    """`/healthz`, `/readyz`, and `/metrics` for who comes through no proxy.

    A check fails by raising or by taking too long.
    """

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        outcomes = await asyncio.gather(*(_fails(check) for check in checks.values()))
        failed = [name for name, fails in zip(checks, outcomes, strict=True) if fails]
        if failed:
            return respond(
                503, "not_ready", Said("Not ready.", "尚未就绪。"), {"Retry-After": "1"}, failed=failed
            )
        return JSONResponse({"status": "ready"})

    async def metrics(request: Request) -> Response:
        if not _FROM_OUTSIDE.isdisjoint(request.headers):
            return respond(404, "not_found", _FOR_INSIDE)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route(f"/{answer.__name__}", answer) for answer in (healthz, readyz, metrics)]


async def _fails(check: Check) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except Exception:  # whatever is wrong with a dependency, the answer is: not ready
        return True
    return False
