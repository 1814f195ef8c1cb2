"""What every process answers about itself: alive, ready, measured."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from services.http.described import documented
from services.http.problem import respond

Check = Callable[[], Awaitable[object]]
_PATIENCE = 2.0  # seconds for one check; an orchestrator asks every few


def router(checks: Mapping[str, Check], registry: CollectorRegistry = REGISTRY) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`. A check fails by raising or by taking too long."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz", summary="Is the process alive?")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @routes.get("/readyz", summary="Can it do its work?", responses=documented(503), response_model=None)
    async def readyz() -> dict[str, str] | Response:
        outcomes = await asyncio.gather(*(_fails(check) for check in checks.values()))
        failed = [name for name, fails in zip(checks, outcomes, strict=True) if fails]
        if failed:
            return respond(503, "not_ready", "Not ready.", {"Retry-After": "1"}, failed=failed)
        return {"status": "ready"}

    @routes.get(
        "/metrics",
        summary="Prometheus metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes


async def _fails(check: Check) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except Exception:  # whatever is wrong with a dependency, the answer is: not ready
        return True
    return False
