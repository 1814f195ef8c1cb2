"""What becomes of the errors an app foresees: problems, each with the status that says what to do."""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from contracts.errors import Invalid, NotAllowed, Transient
from services.http.problem import Problem, ProblemResponse, respond, route_of

RETRY_AFTER = 5  # seconds; a broker or database that restarts is back in about that
_AGAIN = "Nothing here is promised yet. Send the same request again: what was taken is recognised."
_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """From now on every foreseen error of this app is a problem; for the others there is `Unforeseen`."""
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_validation)
    app.exception_handler(Invalid)(_invalid)
    app.exception_handler(NotAllowed)(_not_allowed)
    app.exception_handler(Transient)(_transient)


def _http(_: Request, error: HTTPException) -> ProblemResponse:
    if isinstance(error, Problem):
        return respond(error.status_code, error.code, error.detail, error.headers, **error.more)
    code = HTTPStatus(error.status_code).name.lower()
    return respond(error.status_code, code, error.detail, error.headers)


def _validation(_: Request, error: RequestValidationError) -> ProblemResponse:
    faults = [
        {"field": ".".join(map(str, e["loc"])), "code": e["type"], "message": _message(e)}
        for e in error.errors()
    ]
    return respond(422, "invalid_request", "The request does not fit its description.", faults=faults)


def _message(error: Mapping[str, Any]) -> str:
    # What a validator of ours raised may quote its input; pydantic's own sentences do not.
    own = error["type"] in ("value_error", "assertion_error")
    return "This value cannot be accepted." if own else str(error["msg"])


def _invalid(_: Request, error: Invalid) -> ProblemResponse:
    return respond(422, error.code, error.message, faults=[asdict(fault) for fault in error.faults])


def _not_allowed(_: Request, error: NotAllowed) -> ProblemResponse:
    return respond(409, "not_allowed", error.reason)


def _transient(request: Request, error: Transient) -> ProblemResponse:
    _log.warning("dependency away", error=type(error).__name__, route=route_of(request.scope))
    return respond(503, "unavailable", _AGAIN, {"Retry-After": str(RETRY_AFTER)})
