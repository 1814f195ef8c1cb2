"""The posting as JSON Schema, for OpenAPI and for those who check before they send.

It promises what `admit` holds, as far as JSON Schema can say it; a test compares the two.
"""

from typing import Any

from contracts.vocabulary import Intent, Platform
from intake import fields
from intake.cloudevents import TYPE

Schema = dict[str, Any]


def _text(limit: int, description: str, **more: Any) -> Schema:
    return {"type": ["string", "null"], "maxLength": limit, "description": description, **more}


REPORTER: Schema = {
    "type": ["object", "null"],
    "description": "Who reported it, as far as known.",
    "properties": {
        "name": _text(fields.MAX_NAME, "Name."),
        "phone": _text(
            fields.MAX_SHORT,
            "Mobile, landline with its area code, or +country and number.",
            format="phone",
            examples=["19900000001"],
        ),
        "id_number": _text(
            fields.MAX_SHORT, "Resident ID number, 18 characters (GB 11643).", format="resident-id"
        ),
    },
}
POSTING: Schema = {
    "type": "object",
    "title": "Posting",
    "description": "What a platform sends. Fields the hub does not know are dropped and named in the "
    "verdict.",
    "required": ["external_id", "text"],
    "properties": {
        "external_id": {
            "type": "string",
            "pattern": f"^{fields.EXTERNAL_ID}$",
            "description": "The platform's own id. The same id with the same content is the same posting; "
            "with other content it is a revision.",
        },
        "text": {
            "type": "string",
            "minLength": 1,
            "maxLength": fields.MAX_TEXT,
            "pattern": r"\S",
            "description": "What the citizen said.",
        },
        "occurred_at": _text(
            fields.MAX_SHORT,
            "When it was reported, in ISO 8601. Without a zone it is China's time; absent, it is now.",
            format="moment",  # not `date-time`, which would promise to refuse what has no zone
            examples=["2024-03-11T19:42:05+08:00"],
        ),
        "platform": {
            "enum": [*Platform, None],
            "description": "May be left out: the key says it. If given, it must be the key's own.",
        },
        "reporter": REPORTER,
        "town_code": _text(
            fields.MAX_SHORT, "Code of a town (nine digits) or county (six) of this city.", format="place"
        ),
        "address": _text(fields.MAX_ADDRESS, "Where it is."),
        "organisation": _text(fields.MAX_ORGANISATION, "The firm that reports, if one does."),
        "intent_hint": {"enum": [*Intent, None], "description": "What the platform took it for."},
        "non_police": {
            "type": ["boolean", "null"],
            "description": "110 judged it no police matter (非警务).",
        },
        "attachments": {
            "type": ["array", "null"],
            "maxItems": fields.MAX_ATTACHMENTS,
            "items": {"type": "string", "maxLength": fields.MAX_URL, "format": "https-url"},
            "description": "Addresses at the source platform, https only.",
        },
    },
}
_WITHIN: Schema = {
    **POSTING,
    "required": ["text"],
    "properties": {
        **POSTING["properties"],
        "external_id": {**POSTING["properties"]["external_id"], "type": ["string", "null"]},
    },
}
CLOUD_EVENT: Schema = {
    "type": "object",
    "title": "CloudEvent",
    "description": "CloudEvents 1.0, structured mode, with a posting inside. Where `data` leaves them out, "
    "`id` is the external id and `time` the time it was reported.",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": f"^{fields.EXTERNAL_ID}$"},
        "source": {"type": "string", "minLength": 1},
        "type": {"const": TYPE},
        "time": {"type": ["string", "null"], "format": "moment"},
        "data": _WITHIN,
    },
}
EXAMPLE: Schema = {
    "external_id": "WG-20240311-0001",
    "text": "枫桥镇某村三组村口连着三盏路灯不亮，晚上老人出来散步看不清路，请尽快安排人修。",
    "occurred_at": "2024-03-11T19:42:05+08:00",
    "reporter": {"name": "陈春生", "phone": "19900000001"},
    "town_code": "330681109",
}
EXAMPLE_EVENT: Schema = {
    "specversion": "1.0",
    "id": "WG-20240311-0001",
    "source": "/grid",
    "type": TYPE,
    "time": "2024-03-11T19:42:05+08:00",
    "data": {"text": EXAMPLE["text"], "town_code": "330681109"},
}
