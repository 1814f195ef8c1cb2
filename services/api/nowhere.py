"""What is left over beside the API's routes: a problem, and not the console's page for people."""

from fastapi import APIRouter, FastAPI, Request
from starlette.routing import Match

from contracts.faults import Said
from services.http.problem import Problem

NOTHING = Said("There is nothing at this address; see /docs.", "此地址没有接口，请见 /docs。")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


def router(app: FastAPI) -> APIRouter:
    """The last route of the API, after all others. Without it, the console mounted at `/` would answer."""
    routes, others = APIRouter(include_in_schema=False), tuple(app.routes)

    @routes.api_route("/v1/{path:path}", methods=[*_METHODS])
    @routes.api_route("/healthz", methods=[*_METHODS])
    @routes.api_route("/readyz", methods=[*_METHODS])
    @routes.api_route("/metrics", methods=[*_METHODS])
    async def nowhere(request: Request) -> None:
        asked = [(method, {**request.scope, "method": method}) for method in _METHODS]
        allowed = [m for m, scope in asked if any(one.matches(scope)[0] is Match.FULL for one in others)]
        if allowed:
            headers = {"Allow": ", ".join(allowed)}
            raise Problem(
                405,
                "method_not_allowed",
                Said(f"Here one may {headers['Allow']}.", f"此处可用 {headers['Allow']}。"),
                headers,
            )
        raise Problem(404, "no_route", NOTHING)

    return routes
