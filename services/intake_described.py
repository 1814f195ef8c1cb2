"""The door as OpenAPI describes it: the body is decoded once, by `intake`, so FastAPI cannot derive it."""

from collections.abc import Mapping
from typing import Any, Literal

from typing_extensions import TypedDict

from intake.schema import CLOUD_EVENT, EXAMPLE, EXAMPLE_EVENT, POSTING
from services.http.described import PROBLEM, documented

MAX_ITEMS = 500


class Verdict(TypedDict):
    """What became of one item."""

    index: int  # its place in the request, from 0
    external_id: str | None
    status: Literal["accepted", "refused"]
    complaint_id: str | None
    faults: list[Mapping[str, str]]
    unknown_fields: list[Mapping[str, str | None]]  # dropped; a hint at slips of the pen
    unknown_count: int  # those that are not named, too


_FAULT = PROBLEM["properties"]["faults"]["items"]
_UNKNOWN: dict[str, Any] = {
    "type": "object",
    "title": "UnknownField",
    "required": ["field", "nearest"],
    "properties": {
        "field": {"type": "string"},
        "nearest": {"type": ["string", "null"], "description": "The field that may be meant."},
    },
}
_SUMMARY: dict[str, Any] = {
    "accepted": {"type": "integer", "description": "How many are in the log now."},
    "refused": {"type": "integer"},
    "verdicts": {
        "type": "array",
        "items": {
            "type": "object",
            "title": "Verdict",
            "required": list(Verdict.__annotations__),
            "properties": {
                "index": {"type": "integer", "description": "Its place in the request, from 0."},
                "external_id": {"type": ["string", "null"]},
                "status": {"enum": ["accepted", "refused"]},
                "complaint_id": {"type": ["string", "null"], "format": "uuid"},
                "faults": {"type": "array", "items": _FAULT},
                "unknown_fields": {"type": "array", "items": _UNKNOWN},
                "unknown_count": {
                    "type": "integer",
                    "description": "Fields that were left out because the hub does not know them: those "
                    "above, and those whose names are not repeated.",
                },
            },
        },
    },
}
_VERDICTS = {
    "type": "object",
    "title": "Verdicts",
    "required": list(_SUMMARY),
    "properties": _SUMMARY,
    "example": {
        "accepted": 1,
        "refused": 0,
        "verdicts": [
            {
                "index": 0,
                "external_id": EXAMPLE["external_id"],
                "status": "accepted",
                "complaint_id": "08f2783c-b991-5b96-9003-598fac9ad9b5",
                "faults": [],
                "unknown_fields": [{"field": "adress", "nearest": "address"}],
                "unknown_count": 1,
            }
        ],
    },
}
_TRACE = {"traceparent": {"description": "W3C trace context of this request.", "schema": {"type": "string"}}}


def _judged(description: str, media_type: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "headers": _TRACE, "content": {media_type: {"schema": schema}}}


_NONE = {**PROBLEM, "properties": {**PROBLEM["properties"], **_SUMMARY}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    202: _judged("All were taken and are durable.", "application/json", _VERDICTS),
    207: _judged("Some were taken; each verdict says which.", "application/json", _VERDICTS),
    **documented(400, 401, 403, 404, 413, 415, 429, 503),
    422: _judged("None was taken; each verdict says why.", "application/problem+json", _NONE),
}


def _one_or_many(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, _many(schema)]}


def _many(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": MAX_ITEMS, "items": schema}


COMPLAINTS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _one_or_many(POSTING), "example": EXAMPLE},
            "application/cloudevents+json": {"schema": CLOUD_EVENT, "example": EXAMPLE_EVENT},
            "application/cloudevents-batch+json": {"schema": _many(CLOUD_EVENT), "example": [EXAMPLE_EVENT]},
        },
    },
    "parameters": [
        {
            "name": "traceparent",
            "in": "header",
            "description": "W3C trace context; it travels with the complaint.",
            "schema": {"type": "string"},
        },
    ],
}
