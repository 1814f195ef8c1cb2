"""Every error as RFC 9457 `application/problem+json`. Names fields and reasons, never values."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from contracts.faults import Code, Wrong


class Problem(HTTPException):
    """Raise it anywhere below a route. `code` is for programs; `more` are extension members."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, detail, headers)
        self.code, self.more = code, more


def bad_json() -> Problem:
    """What to say of a body nobody can read: neither the parser's sentence, which quotes it, nor where."""
    fault = Wrong(Code.BAD_JSON).at("")
    return Problem(400, fault.code, fault.message, zh=fault.zh)


class ProblemResponse(JSONResponse):
    """A response of the problem media type."""

    media_type = "application/problem+json"


def respond(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    """A problem; `type` is `urn:hub:problem:CODE`."""
    body = {
        "type": f"urn:hub:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return ProblemResponse(body, status, headers)


def route_of(scope: Scope) -> str:
    """The route's template for a log line: the path itself may hold what it should not."""
    return str(getattr(scope.get("route"), "path", ""))
