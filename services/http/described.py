"""The problems as OpenAPI describes them."""

from http import HTTPStatus
from typing import Any

from contracts.faults import Code

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail", "zh"],
    "properties": {
        "type": {"type": "string", "description": "`urn:hub:problem:CODE`"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do about it."},
        "zh": {"type": "string", "description": "`detail` in Chinese."},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "title": "Fault",
                "required": ["field", "code", "message", "zh"],
                "properties": {
                    "field": {"type": "string", "description": "`reporter.phone`; empty: all of it."},
                    "code": {"enum": [*Code]},
                    "message": {"type": "string", "description": "What to do about it."},
                    "zh": {"type": "string", "description": "The same in Chinese."},
                },
            },
        },
    },
}
_HEADERS = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may answer with these problems."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": PROBLEM}},
    }
    if header := _HEADERS.get(status):
        # A 403 has a challenge where another key would do, and none where the caller itself may not.
        described["headers"] = {header: {"schema": {"type": "string"}, "required": status != 403}}
    return described
