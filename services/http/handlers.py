"""What becomes of the errors an app foresees: problems, each with the status that says what to do."""

from dataclasses import asdict
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from contracts.errors import Invalid, Transient
from contracts.faults import Said
from contracts.misfits import fault_of, path_of
from services.http.problem import Problem, ProblemResponse, bad_json, misfit, respond, route_of

RETRY_AFTER = 5  # seconds; a broker or database that restarts is back in about that
_AGAIN = Said(
    "Nothing here is promised yet. Send the same request again: what was taken is recognised.",
    "本次请求尚未生效，请稍后原样重发；已接收的不会重复。",
)
_SEE_DETAIL = "请求未被接受，原因见 detail；如有 faults，逐项列出。"
_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """From now on every foreseen error of this app is a problem; for the others there is `Unforeseen`."""
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_validation)
    app.exception_handler(Invalid)(_invalid)
    app.exception_handler(Transient)(_transient)


def _http(_: Request, error: HTTPException) -> ProblemResponse:
    if error.status_code == 400 and not isinstance(error, Problem):  # FastAPI's word for a body in no UTF-8
        error = bad_json()
    if isinstance(error, Problem):
        return respond(error.status_code, error.code, error.said, error.headers, **error.more)
    code = HTTPStatus(error.status_code).name.lower()
    return respond(error.status_code, code, Said(error.detail, _SEE_DETAIL), error.headers)


def _validation(request: Request, error: RequestValidationError) -> ProblemResponse:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return _http(request, bad_json())
    # The first step only says where it was looked for: in the path, the query, a header or the body.
    return _http(
        request, misfit("invalid_request", (fault_of(one, path_of(one["loc"][1:])) for one in found))
    )


def _invalid(_: Request, error: Invalid) -> ProblemResponse:
    faults = [asdict(fault) for fault in error.faults]
    return respond(422, error.code, Said(error.message, _SEE_DETAIL), faults=faults)


def _transient(request: Request, error: Transient) -> ProblemResponse:
    _log.warning("dependency away", error=type(error).__name__, route=route_of(request.scope))
    return respond(503, "unavailable", _AGAIN, {"Retry-After": str(RETRY_AFTER)})
