"""What becomes of the errors an app foresees: problems, each with the status that says what to do."""

from dataclasses import asdict
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from contracts.errors import Invalid, NotAllowed, Transient
from contracts.misfits import fault_of, path_of
from services.http.problem import Problem, ProblemResponse, bad_json, respond, route_of

RETRY_AFTER = 5  # seconds; a broker or database that restarts is back in about that
_AGAIN = "Nothing here is promised yet. Send the same request again: what was taken is recognised."
_MAX_FAULTS = 50  # of one request; a body may hold a fault in every byte
_UNFIT = "The request does not fit its description; each fault says what to do."
_UNFIT_ZH = "请求不符合接口说明，各项问题及改法见 faults。"
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


def _validation(request: Request, error: RequestValidationError) -> ProblemResponse:
    # The first step only says where it was looked for: in the path, the query, a header or the body.
    found = [(one, path_of(one["loc"][1:])) for one in error.errors()[:_MAX_FAULTS]]
    if any(one["type"] == "json_invalid" for one, _ in found):
        return _http(request, bad_json())
    faults = [asdict(fault_of(*one)) for one in found]
    return respond(422, "invalid_request", _UNFIT, zh=_UNFIT_ZH, faults=faults)


def _invalid(_: Request, error: Invalid) -> ProblemResponse:
    return respond(422, error.code, error.message, faults=[asdict(fault) for fault in error.faults])


def _not_allowed(_: Request, error: NotAllowed) -> ProblemResponse:
    return respond(409, "not_allowed", error.reason)


def _transient(request: Request, error: Transient) -> ProblemResponse:
    _log.warning("dependency away", error=type(error).__name__, route=route_of(request.scope))
    return respond(503, "unavailable", _AGAIN, {"Retry-After": str(RETRY_AFTER)})
