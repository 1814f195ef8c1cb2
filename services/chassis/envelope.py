"""CloudEvents 1.0 in Kafka's binary mode: attributes are `ce_*` headers, the value is the data as JSON."""

from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from contracts.errors import Invalid
from contracts.stage import Event
from contracts.topics import BY_NAME
from services.chassis.log import Message, Record


def encode(event: Event) -> Message:
    """The event as a message for its topic."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event.id).encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", event.topic.name.encode()),
        ("ce_subject", event.subject.encode()),
        ("ce_time", event.time.isoformat().encode()),
        ("content-type", b"application/json"),
    ]
    headers += [(f"ce_{name}", value.encode()) for name, value in event.data.attributes().items()]
    if event.cause:
        headers.append(("ce_cause", str(event.cause).encode()))
    if event.traceparent:
        headers.append(("traceparent", event.traceparent.encode()))
    return Message(event.topic.name, event.key.encode(), event.data.model_dump_json().encode(), headers)


def attributes(record: Record) -> dict[str, str]:
    """The CloudEvents attributes of a record, its data unread."""
    return {
        name.removeprefix("ce_"): value.decode("utf-8", "replace")
        for name, value in record.headers
        if name.startswith("ce_")
    }


def decode(record: Record) -> Event:
    """The event in a record. Raises `Invalid`, which names fields but never their values."""
    topic = BY_NAME[record.topic]
    try:
        headers = {name: value.decode() for name, value in record.headers}
        cause = headers.get("ce_cause")
        return Event(
            id=UUID(headers["ce_id"]),
            topic=topic,
            key=record.key.decode(),
            subject=headers["ce_subject"],
            time=datetime.fromisoformat(headers["ce_time"]),
            data=topic.event.model_validate_json(record.value),
            cause=UUID(cause) if cause else None,
            traceparent=headers.get("traceparent"),
            source=headers["ce_source"],
        )
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) or "data" for e in error.errors()}))
        raise Invalid("bad_data", f"these fields do not fit {topic.name}: {fields}") from None
    except (KeyError, ValueError) as error:
        raise Invalid(
            "bad_envelope", f"CloudEvents headers are missing or broken ({type(error).__name__})"
        ) from None
