"""Every error as RFC 9457 `application/problem+json`. Names fields and reasons, never values."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from itertools import islice
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from contracts.errors import Fault
from contracts.faults import Code, Said, Wrong

_MAX_FAULTS = 50  # of one request; a body may hold a fault in every byte
_UNFIT = Said(
    "The request does not fit its description; each fault says what to do.",
    "请求不符合接口说明，各项问题及改法见 faults。",
)


class Problem(HTTPException):
    """Raise it anywhere below a route. `code` is for programs; `more` are extension members."""

    def __init__(
        self,
        status: int,
        code: str,
        said: Said,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, said.en, headers)
        self.code, self.said, self.more = code, said, more


def bad_json() -> Problem:
    """What to say of a body nobody can read: neither the parser's sentence, which quotes it, nor where."""
    fault = Wrong(Code.BAD_JSON).at("")
    return Problem(400, fault.code, Said(fault.message, fault.zh))


def misfit(code: str, faults: Iterable[Fault]) -> Problem:
    """A 422 with what is wrong with each field; the first faults of many."""
    return Problem(422, code, _UNFIT, faults=[asdict(fault) for fault in islice(faults, _MAX_FAULTS)])


class ProblemResponse(JSONResponse):
    """A response of the problem media type."""

    media_type = "application/problem+json"


def respond(
    status: int, code: str, said: Said, headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    """A problem; `type` is `urn:hub:problem:CODE`, `detail` English and `zh` the same in Chinese."""
    body = {
        "type": f"urn:hub:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": said.en,
        "zh": said.zh,
        **more,
    }
    return ProblemResponse(body, status, headers)


def route_of(scope: Scope) -> str:
    """The route's template for a log line: the path itself may hold what it should not."""
    return str(getattr(scope.get("route"), "path", ""))
