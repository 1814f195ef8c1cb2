"""JSON Schemas and an AsyncAPI 3 document, made from the contracts: `make schemas`.

Refuses to write over a schema with one that would break a reader of yesterday's: such a change
needs a topic of the next version.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.topics import CASE_PROGRESSED, TOPICS, Topic

FOLDER = Path(__file__).parent / "schemas"
Schema = Mapping[str, Any]


def documents() -> dict[str, dict[str, Any]]:
    """Every document by its file name."""
    schemas = {f"{topic.name}.json": _schema(topic) for topic in TOPICS}
    return {**schemas, "asyncapi.json": _asyncapi()}


def _schema(topic: Topic) -> dict[str, Any]:
    schema = topic.event.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": topic.name}


def _asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shuzhi Fengqiao",
            "version": "1",
            "description": "CloudEvents 1.0, Kafka's binary mode: attributes in ce_* headers, data as JSON.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"read-{topic.name}": {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "summary": topic.about,
            }
            for topic in TOPICS
        },
        "components": {"messages": {topic.name: _message(topic) for topic in TOPICS}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {topic.event.__name__: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {"retention.ms": int(topic.retention.total_seconds() * 1000)},
            }
        },
    }


_OPTIONAL = ("ce_cause", "traceparent")
_ADDED = {CASE_PROGRESSED: ("ce_state", "ce_action", "ce_reroute")}  # its `attributes`


def _message(topic: Topic) -> dict[str, Any]:
    headers = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
    return {
        "name": topic.event.__name__,
        "summary": topic.about,
        "headers": {
            "type": "object",
            "required": list(headers),
            "properties": {
                name: {"type": "string"} for name in (*headers, *_ADDED.get(topic, ()), *_OPTIONAL)
            },
        },
        "payload": {"$ref": f"./{topic.name}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}}},
    }


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in `new` a reader or writer of `old` would stumble over; empty where nothing."""
    return [*_shape_breaks("", old, new), *_definition_breaks(old.get("$defs", {}), new.get("$defs", {}))]


def _definition_breaks(old: Schema, new: Schema) -> Iterator[str]:
    for name, before in old.items():
        if name not in new:
            yield f"{name} is gone"
        elif before.get("enum") != new[name].get("enum"):
            yield f"{name} has other members"
        else:
            yield from _shape_breaks(f"{name}.", before, new[name])


def _shape_breaks(place: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, field in before.items():
        if name not in after:
            yield f"{place}{name} is gone"
        elif _type(field) != _type(after[name]):
            yield f"{place}{name} has another type"
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{place}{name} became required"


def _type(field: Schema) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key not in ("default", "description", "title")}


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def stale() -> list[str]:
    """Names of documents on disk that differ from what the contracts say."""
    return [
        n
        for n, d in documents().items()
        if not (f := FOLDER / n).exists() or f.read_text("utf-8") != _text(d)
    ]


def main() -> None:
    """Write what changed, unless it breaks a reader."""
    FOLDER.mkdir(exist_ok=True)
    for name in stale():
        path, document = FOLDER / name, documents()[name]
        old = json.loads(path.read_text("utf-8")) if path.exists() else document
        if broken := breaks(old, document):
            sys.exit(
                f"{name} would break its readers ({'; '.join(broken)}): declare a topic of the next version."
            )
        path.write_text(_text(document), "utf-8")
        sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
