"""CloudEvents 1.0 in JSON: structured, as a batch of those, or binary. What is inside is a raw posting."""

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from contracts.errors import Fault, Invalid
from contracts.faults import OBJECT, Code, Said, Wrong
from intake import fields

TYPE = "complaint.posted.v1"
_EVENT = Said("a CloudEvent", "CloudEvent")
_STANDS_FOR = {"id": "external_id", "time": "occurred_at"}


def unwrap(event: object) -> dict[str, object]:
    """The raw posting in a CloudEvent, for `admit`; `Invalid` names the attributes that are wrong.

    Where the posting does not say them itself, the event's id is its external id (so it must be unique
    for the platform) and the event's time is its time.
    """
    if not isinstance(event, Mapping):
        raise _refused([Wrong(Code.WRONG_TYPE, expected=_EVENT).at("")])
    faults = [fault for name, check in _CHECKS.items() if (fault := _fault(event, name, check))]
    data = event.get("data")
    if faults or not isinstance(data, Mapping):
        raise _refused(faults)
    said = {name: value for name, value in data.items() if value is not None}
    return {meant: event[name] for name, meant in _STANDS_FOR.items() if name in event} | said


def in_headers(headers: Mapping[str, str]) -> bool:
    """Whether an HTTP request (names in lower case) says that it is an event in binary mode."""
    return not {"ce-specversion", "ce-type"}.isdisjoint(headers)


def of_binary_mode(headers: Mapping[str, str], data: object) -> dict[str, object]:
    """The event whose attributes are headers and whose data is the body, for `unwrap`."""
    attributes = {name: f"ce-{name}" for name in _CHECKS if f"ce-{name}" in headers}
    return {name: unquote(headers[header]) for name, header in attributes.items()} | {"data": data}


def _exactly(allowed: str) -> Callable[[object], object]:
    def check(value: object) -> None:
        if fields.string(value) != allowed:
            raise Wrong(Code.UNKNOWN_VALUE, allowed=allowed)

    return check


def _source(value: object) -> None:
    if not fields.string(value):
        raise Wrong(Code.REQUIRED)


def _time(value: object) -> None:
    if value is not None:
        fields.string(value)


def _data(value: object) -> None:
    if not isinstance(value, Mapping):
        raise Wrong(Code.WRONG_TYPE, expected=OBJECT)


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "specversion": _exactly("1.0"),
    "id": fields.external_id,
    "source": _source,
    "type": _exactly(TYPE),
    "time": _time,
    "data": _data,
}


def _fault(event: Mapping[object, object], name: str, check: Callable[[object], object]) -> Fault | None:
    try:
        if name not in event and name != "time":
            raise Wrong(Code.REQUIRED)
        check(event.get(name))
    except Wrong as wrong:
        return wrong.at(name)
    return None


def _refused(faults: list[Fault]) -> Invalid:
    names = ", ".join(fault.field for fault in faults)
    return Invalid("bad_event", f"these attributes cannot be accepted: {names}", faults)
