"""Whatever happens to a case, no personal value leaves without its grant: tried on records as they lie in
the log."""

import json
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.events import CaseProgressed, Change, Found, Person, Running
from contracts.personal import PersonalKind
from contracts.stage import Event
from contracts.topics import CASE_PROGRESSED
from contracts.vocabulary import Action, ClockKind, Colour, Flag, State
from feedback.streams import Filter, Grants, Scope
from services.api.cursors import Place
from services.api.reading import _seen
from services.chassis.envelope import encode
from services.chassis.log import Record
from tests.feedback.house import force, matter, person

T0 = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
names = st.builds(str.__add__, st.sampled_from("裘楼宣寿斯"), st.text("瑛璟珮琪筠", min_size=2, max_size=2))
phones = st.integers(0, 9999).map(lambda n: f"1990000{n:04}")
id_numbers = st.integers(1950, 2019).map(lambda year: f"330699{year}0101{year}")
addresses = st.integers(11, 99).map(lambda n: f"璜山里{n}弄{n}号")
plates = st.integers(10_000, 99_999).map(lambda n: f"浙D{n}")
planted = st.fixed_dictionaries(
    {
        "name": names,
        "phone": phones,
        "id_number": id_numbers,
        "address": addresses,
        "plate": plates,
        "other": names,
    }
)
# Nothing granted in full: nothing of what is planted may be seen.
grants = st.builds(
    Grants,
    personal=st.dictionaries(st.sampled_from(get_args(PersonalKind)), st.just("masked")),
    text=st.sampled_from(["none", "masked"]),
    sensitive=st.booleans(),
)
flags = st.lists(st.sampled_from(Flag), unique=True, max_size=3).map(tuple)


def record(values: dict[str, str], flagged: tuple[Flag, ...]) -> Record:
    """A change of a case that names everybody everywhere, with a field of tomorrow's contract in it."""
    text = "；".join(values.values())
    starts = {name: text.index(value) for name, value in values.items()}
    spans = [("plate", "plate"), ("name", "other")]
    found = tuple(
        Found(kind=kind, start=starts[name], end=starts[name] + len(values[name])) for kind, name in spans
    )
    of = matter(
        text=text, end=len(text), found=found, flags=flagged, why=(text,), address=values["address"],
        reporter=Person(name=values["name"], phone=values["phone"], id_number=values["id_number"]),
        respondent=values["other"], organisation=values["other"],
    )  # fmt: skip
    change = Change(
        seq=1, action=Action.NOTE, actor=person("F1"), before=State.SIGNED, after=State.SIGNED, at=T0,
        note=text, why=("raised|colour=red",), cause=uuid4(),
    )  # fmt: skip
    data = CaseProgressed(
        matter=of, state=State.SIGNED, version=1, colour=Colour.RED, flags=flagged, attempt=0, lead=force(),
        clocks=(Running(kind=ClockKind.SETTLE, due_at=T0),), change=change,
    )  # fmt: skip
    message = encode(Event(uuid4(), CASE_PROGRESSED, "k", str(of.case_id), T0, data))
    tomorrow: dict[str, Any] = json.loads(message.value)
    tomorrow["matter"]["nickname"] = tomorrow["witness"] = {"name": values["name"], "said": text}
    value = json.dumps(tomorrow).encode()
    return Record(CASE_PROGRESSED.name, 3, 41, T0, message.key, value, message.headers)


@given(planted, grants, flags)
def test_nothing_planted_leaves_without_a_grant(
    values: dict[str, str], granted: Grants, flagged: tuple[Flag, ...]
) -> None:
    place: Place = {3: 0}
    [event] = _seen([record(values, flagged)], Scope(grants=granted), place)
    told = json.dumps(event, ensure_ascii=False)
    assert [name for name, value in values.items() if value in told] == []
    assert place == {3: 42}


@given(planted, flags)
def test_what_is_granted_is_there(values: dict[str, str], flagged: tuple[Flag, ...]) -> None:
    """Else a mask that hides everything would pass the test above."""
    everything: Any = dict.fromkeys(get_args(PersonalKind), "full")
    granted = Grants(personal=everything, text="full", sensitive=True)
    [event] = _seen([record(values, flagged)], Scope(grants=granted), {})
    told = json.dumps(event, ensure_ascii=False)
    hidden = [name for name, value in values.items() if value not in told]
    assert hidden == [] or Flag.MINOR_HARMED in flagged


def test_what_is_no_event_of_ours_is_passed_over() -> None:
    broken = Record(CASE_PROGRESSED.name, 1, 7, T0, b"k", b"{", [("ce_id", b"x")])
    place: Place = {}
    assert _seen([broken], Scope(filter=Filter()), place) == [] and place == {1: 8}
