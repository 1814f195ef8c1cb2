"""CloudEvents 1.0 in JSON, structured mode; a batch is an array of them. What is inside is a raw posting."""

from collections.abc import Mapping

from contracts.errors import Fault, Invalid
from intake.faults import Code, Wrong

TYPE = "complaint.posted.v1"
_ALLOWED: Mapping[str, tuple[str, ...]] = {  # none: any text will do
    "specversion": ("1.0",),
    "id": (),
    "source": (),
    "type": (TYPE,),
}
_STANDS_FOR = {"id": "external_id", "time": "occurred_at"}


def unwrap(event: object) -> dict[str, object]:
    """The raw posting in a CloudEvent, for `admit`; `Invalid` names the attributes that are wrong.

    Where the posting does not say them itself, the event's id is its external id (so it must be unique
    for the platform) and the event's time is its time.
    """
    if not isinstance(event, Mapping):
        raise _refused([Wrong(Code.WRONG_TYPE, expected="a CloudEvent").at("")])
    faults = [fault for name, allowed in _ALLOWED.items() if (fault := _check(event, name, allowed))]
    data = event.get("data")
    if not isinstance(data, Mapping):
        faults.append(Wrong(Code.WRONG_TYPE, expected="the posting as a JSON object").at("data"))
    if faults or not isinstance(data, Mapping):
        raise _refused(faults)
    said = {name: value for name, value in data.items() if value is not None}
    return {meant: event[name] for name, meant in _STANDS_FOR.items() if name in event} | said


def _check(event: Mapping[object, object], name: str, allowed: tuple[str, ...]) -> Fault | None:
    value = event.get(name)
    if value is None or value == "":
        return Wrong(Code.REQUIRED).at(name)
    if not isinstance(value, str):
        return Wrong(Code.WRONG_TYPE, expected="a string").at(name)
    if allowed and value not in allowed:
        return Wrong(Code.UNKNOWN_VALUE, allowed=", ".join(allowed)).at(name)
    return None


def _refused(faults: list[Fault]) -> Invalid:
    names = ", ".join(fault.field for fault in faults)
    return Invalid("bad_event", f"these attributes cannot be accepted: {names}", faults)
