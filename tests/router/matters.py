"""Matters and events for the router's tests. Invented people only."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from contracts import ids
from contracts.events import (
    Actor,
    Assignment,
    CaseOpened,
    CaseProgressed,
    Change,
    Matter,
    Person,
    Reroute,
)
from contracts.stage import Event
from contracts.topics import CASE_OPENED, CASE_PROGRESSED
from contracts.vocabulary import Action, ActorKind, Colour, Intent, Kind, Level, Platform, State

FENGQIAO, CAOE, KEQIAO, LINGZHI = "330681109", "330604002", "330603001", "330602009"
MONDAY_TEN = datetime(2024, 3, 11, 2, tzinfo=UTC)  # 10:00 in Shanghai
SPACE = UUID(int=7)


def matter(name: str = "one", **over: Any) -> Matter:
    """A street light out in Fengqiao, unless told otherwise. `name` decides the ids."""
    complaint = over.pop("complaint_id", uuid5(SPACE, name))
    case = ids.case_id(complaint, over.get("ordinal", 0))
    phone = over.pop("phone", None)
    values: dict[str, Any] = {
        "case_id": case,
        "number": ids.case_number(case),
        "complaint_id": complaint,
        "platform": Platform.HOTLINE_12345,
        "external_id": name,
        "ordinal": 0,
        "of": 1,
        "text": "村口的路灯不亮",
        "start": 0,
        "end": 7,
        "intent": Intent.HELP,
        "kind": Kind.EVENT,
        "category": "public_facilities/street_light",
        "taxonomy": "test",
        "confidence": 0.9,
        "colour": Colour.BLUE,
        "town_code": FENGQIAO,
        "reporter": Person(phone=phone),
        "occurred_at": MONDAY_TEN,
        "received_at": MONDAY_TEN,
    }
    return Matter(**(values | over))


def opened(one: Matter) -> Event:
    return Event(
        id=uuid5(one.case_id, "opened"),
        topic=CASE_OPENED,
        key=one.town_code or "",
        subject=str(one.case_id),
        time=one.received_at,
        data=CaseOpened(matter=one),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def progressed(
    one: Matter,
    state: State = State.HANDED_OFF,
    action: Action = Action.SIGN,
    reroute: Reroute | None = None,
    lead: Assignment | None = None,
    attempt: int = 0,
    seq: int = 1,
    flags: tuple[Any, ...] | None = None,
) -> Event:
    at = one.received_at + timedelta(minutes=seq)
    cause = uuid5(one.case_id, f"progress {seq}")
    change = Change(
        seq=seq,
        action=action,
        actor=Actor(kind=ActorKind.PERSON, name="operator"),
        before=State.HANDED_OFF,
        after=state,
        at=at,
        cause=cause,
    )
    data = CaseProgressed(
        matter=one,
        state=state,
        version=seq,
        colour=one.colour,
        flags=one.flags if flags is None else flags,
        attempt=attempt,
        lead=lead,
        change=change,
        reroute=reroute,
    )
    return Event(
        id=cause, topic=CASE_PROGRESSED, key=str(one.case_id), subject=str(one.case_id), time=at, data=data
    )


def force(force_id: str) -> Assignment:
    return Assignment(force_id=force_id, force_name="office", force_kind="any", level=Level.TOWN, why=())
