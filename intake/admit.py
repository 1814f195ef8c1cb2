"""May this posting come in? One function for every door: REST, CloudEvents, webhooks and the pull worker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts import ids
from contracts.errors import Fault, Invalid
from contracts.events import ComplaintReceived, Person, Posting
from contracts.faults import OBJECT, Code, Wrong
from contracts.stage import Event
from contracts.topics import COMPLAINT_RECEIVED
from contracts.vocabulary import Platform
from intake import fields, people

Reader = Callable[[object, datetime], object]

_PERSON: Mapping[str, Reader] = {
    "name": lambda value, _: fields.one_line(value, fields.MAX_NAME),
    "phone": lambda value, _: fields.optional(value, people.phone),
    "id_number": lambda value, now: fields.optional(value, lambda given: people.id_number(given, now)),
}
_POSTING: Mapping[str, Reader] = {
    "external_id": lambda value, _: fields.external_id(value),
    "text": lambda value, _: fields.text(value),
    "occurred_at": fields.moment,
    "town_code": lambda value, _: fields.town_code(value),
    "address": lambda value, _: fields.one_line(value, fields.MAX_ADDRESS),
    "organisation": lambda value, _: fields.one_line(value, fields.MAX_ORGANISATION),
    "intent_hint": lambda value, _: fields.intent(value),
    "non_police": lambda value, _: fields.truth(value),
    "attachments": lambda value, _: fields.attachments(value),
}
_REQUIRED = ("external_id", "text")
POSTING = frozenset({*_POSTING, "platform", "reporter"})  # the fields that are known
PERSON = frozenset(_PERSON)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posts: the platform an API key, a webhook or an adapter stands for."""

    platform: Platform


def admit(raw: object, sender: Sender, now: datetime, traceparent: str | None = None) -> Event:
    """The posting as an event for `complaint.received.v1`, or `Invalid` with all its faults at once.

    `now` is aware. The same content gives the same event id, whatever its order, spaces or time of
    arrival; changed content under the same external id is a revision of the same complaint.
    """
    values = _read(raw, sender, now)
    posting = Posting.model_validate({"occurred_at": now, **values})
    complaint = ids.complaint_id(posting.platform, posting.external_id)
    revision = _fingerprint(posting, timed="occurred_at" in values)
    return Event(
        id=ids.event_id(complaint, f"intake\x1f{revision}"),
        topic=COMPLAINT_RECEIVED,
        key=str(complaint),
        subject=str(complaint),
        time=now,
        data=ComplaintReceived(complaint_id=complaint, revision=revision, received_at=now, posting=posting),
        traceparent=traceparent,
        source=f"/platforms/{posting.platform}",
    )


def external_id_of(raw: object) -> str | None:
    """The id to name a posting by in its verdict; None where it has none fit to be repeated."""
    try:
        return fields.external_id(raw["external_id"]) if isinstance(raw, Mapping) else None
    except (KeyError, Wrong):
        return None


def _read(raw: object, sender: Sender, now: datetime) -> dict[str, object]:
    if not isinstance(raw, Mapping):
        fault = Wrong(Code.WRONG_TYPE, expected=OBJECT).at("")
        raise Invalid("bad_posting", "a posting must be an object", [fault])
    faults = [Wrong(Code.REQUIRED).at(name) for name in _REQUIRED if raw.get(name) is None]
    values = _take(raw, _POSTING, now, faults)
    values["reporter"] = _reporter(raw.get("reporter"), now, faults)
    values["platform"] = sender.platform
    if raw.get("platform") not in (None, sender.platform):
        faults.append(Wrong(Code.NOT_YOURS).at("platform"))
    if faults:
        names = ", ".join(fault.field for fault in faults)
        raise Invalid("bad_posting", f"these fields cannot be accepted: {names}", faults)
    return values


def _reporter(raw: object, now: datetime, faults: list[Fault]) -> Person:
    if isinstance(raw, Mapping):
        return Person.model_validate(_take(raw, _PERSON, now, faults, "reporter."))
    if raw is not None:
        faults.append(Wrong(Code.WRONG_TYPE, expected=OBJECT).at("reporter"))
    return Person()


def _take(
    raw: Mapping[object, object],
    readers: Mapping[str, Reader],
    now: datetime,
    faults: list[Fault],
    within: str = "",
) -> dict[str, object]:
    """What the readers make of the fields that are there; what they refuse goes into `faults`."""
    values: dict[str, object] = {}
    for name, read in readers.items():
        given = raw.get(name)
        if given is None:
            continue
        try:
            value = read(given, now)
        except Wrong as wrong:
            faults.append(wrong.at(within + name))
        else:
            if value is not None:
                values[name] = value
    return values


def _fingerprint(posting: Posting, *, timed: bool) -> str:
    """Of what the platform said: not of defaults (a new field must not turn every repeat into a revision),
    nor of the time the hub put in where the platform gave none."""
    return ids.digest(
        posting.model_dump_json(exclude_defaults=True, exclude=None if timed else {"occurred_at"})
    )
