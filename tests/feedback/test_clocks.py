"""Promises: when they fall due, what keeps them, what a missed one does."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from contracts.events import CaseProgressed
from contracts.places import LOCAL
from contracts.stage import Outcome
from contracts.vocabulary import Action, Colour, Ground, Intent, Kind, Level, Platform
from feedback.book import Book, load_book
from feedback.calendar import Lasts, is_working_day
from feedback.clocks import due_statement, expire_command, fired_statement
from feedback.promises import Promises, load_promises
from tests.feedback.house import T0, House, answers, force, matter, news, person

M = matter()
ID = M.case_id


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=LOCAL)  # type: ignore[arg-type, misc]


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book()


def lasting(promises: Promises, ground: Ground = Ground.MARKET_TOWN, **of: Any) -> dict[str, str]:
    case = matter(**of)
    made = [
        promise
        for start in ("opening", "hand_off", "agreement")
        for promise in promises.starting(start, case, case.colour, ground)
    ]
    return {promise.clock.value: str(promise.lasts.model_dump(exclude_defaults=True)) for promise in made}


# How long


@pytest.mark.parametrize(
    ("lasts", "start", "due"),
    [
        ({"seconds": 30}, local(2026, 3, 11, 23, 59, 45), local(2026, 3, 12, 0, 0, 15)),
        ({"until": "midnight"}, local(2026, 3, 11, 0, 0), local(2026, 3, 12)),
        ({"until": "midnight"}, local(2026, 3, 11, 23, 59, 59), local(2026, 3, 12)),
        ({"until": "midnight", "at_least_hours": 4}, local(2026, 3, 11, 23, 50), local(2026, 3, 12, 3, 50)),
        # 01:30 in Shaoxing is still the day before in UTC
        ({"until": "midnight"}, datetime(2026, 3, 10, 17, 30, tzinfo=UTC), local(2026, 3, 12)),
        ({"until": "week_end"}, local(2026, 3, 11, 10), local(2026, 3, 16)),
        ({"until": "week_end", "at_least_hours": 48}, local(2026, 3, 15, 20), local(2026, 3, 17, 20)),
        ({"days": 7}, local(2026, 3, 11, 10), local(2026, 3, 18, 10)),
        ({"working_days": 2}, local(2026, 3, 11, 10), local(2026, 3, 14)),  # Wed -> Fri
        ({"working_days": 1}, local(2024, 9, 13, 10), local(2024, 9, 15)),  # Fri -> Sat 14 Sep, worked (调休)
        ({"working_days": 1}, local(2024, 9, 30, 10), local(2024, 10, 9)),  # over the National Day week
    ],
)
def test_due(lasts: dict[str, object], start: datetime, due: datetime) -> None:
    assert Lasts.model_validate(lasts).due(start) == due


def test_a_year_not_published_yet_has_mondays_to_fridays() -> None:
    year = 2100
    days = [datetime(year, 1, day).date() for day in range(4, 11)]  # Monday to Sunday
    assert [is_working_day(day) for day in days] == [True] * 5 + [False] * 2


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(1, 15))
def test_working_days_end_at_midnight_after_a_day_of_work(start: datetime, count: int) -> None:
    begun = start.replace(tzinfo=LOCAL)
    due = Lasts(working_days=count).due(begun)
    last = (due - timedelta(days=1)).date()
    assert due.astimezone(LOCAL).hour == 0 and is_working_day(last)
    between = [begun.date() + timedelta(days=n) for n in range(1, (last - begun.date()).days + 1)]
    assert sum(map(is_working_day, between)) == count


# Which


def test_the_field_s_promises(book: Book) -> None:
    event = lasting(book.promises, Ground.RURAL, kind=Kind.EVENT)
    assert event["arrive"] == "{'minutes': 10}" and "settle" not in event
    assert lasting(book.promises, kind=Kind.EVENT)["arrive"] == "{'minutes': 5}"
    assert set(lasting(book.promises)) == {"sign", "dispatch", "settle", "confirmation"}
    assert "arrive" in lasting(book.promises, colour=Colour.ORANGE)
    question = lasting(book.promises, kind=Kind.CONSULTATION, intent=Intent.CONSULT)
    assert question == {"sign": "{'seconds': 30}", "answer": "{'working_days': 2}"}
    told = lasting(book.promises, intent=Intent.COMPLAIN, platform=Platform.HOTLINE_12345)
    assert told["answer"] == "{'working_days': 5}"


def test_another_place_keeps_its_own(book: Book) -> None:
    there = lasting(book.promises, kind=Kind.EVENT, town_code="330481103")
    assert there["sign"] == "{'minutes': 1}" and there["arrive"] == "{'minutes': 30}"
    assert there["same_day"] == "{'hours': 24}"
    assert (
        lasting(book.promises, town_code="330481103")["settle"] == "{'days': 7}"
    )  # not named: as everywhere


def test_a_town_may_set_its_own_clock(tmp_path: Path) -> None:
    shipped = (files("feedback") / "data" / "clocks.toml").read_text("utf-8")
    own = '\n[[set]]\nname = "own"\nplaces = ["330681109"]\n[[set.promise]]\nclock = "sign"\nfrom = "start"\n'
    path = tmp_path / "clocks.toml"
    path.write_text(shipped + own + "lasts = { minutes = 2 }\n", "utf-8")
    promises = load_promises(path)
    assert lasting(promises)["sign"] == "{'minutes': 2}"
    assert lasting(promises, town_code="330681108")["sign"] == "{'seconds': 30}"


def test_a_clock_without_a_meaning_is_found_at_loading(tmp_path: Path) -> None:
    path = tmp_path / "clocks.toml"
    text = (files("feedback") / "data" / "clocks.toml").read_text("utf-8")
    path.write_text(text.replace("[clock.sign]", "[clock.answer_twice]"), "utf-8")
    with pytest.raises(ValueError, match="answer_twice"):
        load_promises(path)


# Kept, late, missed


@pytest.fixture
def house() -> House:
    house = House()
    house.give(house.routed(M, force()))
    return house


def due(house: House) -> list[object]:
    """What the clock worker would fire now."""
    return list(house.rows(due_statement(house.now, 100)))


def fire(house: House) -> list[Outcome]:
    """Fire what is due, and mark it, as the clock worker does."""
    rows = house.rows(due_statement(house.now, 100))
    commands = [expire_command(row) for row in rows]
    if rows:
        with house.engine.begin() as connection:
            connection.execute(fired_statement(rows))
    return [outcome for command in commands for outcome in house.give(command)]


def test_a_promise_kept_never_speaks(house: House) -> None:
    house.wait(seconds=10)
    house.do(ID, Action.SIGN)
    house.do(ID, Action.DISPATCH)
    house.wait(days=1)
    assert due(house) == []
    assert {house.clocks(ID)[kind][0] for kind in ("sign", "dispatch")} == {"kept"}


def test_done_late_is_missed_but_not_escalated(house: House) -> None:
    house.wait(seconds=45)
    house.do(ID, Action.SIGN)
    assert house.clocks(ID)["sign"][0] == "missed"
    assert house.timeline(ID)[-1]["why"] == ["late|clock=sign", "held_by|force=F1"]
    assert (house.case(ID).state, house.case(ID).overdue) == ("signed", False)


def test_a_missed_signature_takes_the_case_one_level_up(house: House) -> None:
    house.wait(seconds=31)
    [outcome] = fire(house)
    [progress] = news(outcome, CaseProgressed)
    assert progress.reroute.at_least is Level.TOWN and progress.reroute.avoid == ("F1",)
    assert progress.change.why == ("missed|clock=sign", "held_by|force=F1", "escalated|level=town")
    assert house.case(ID).overdue and [kind.value for kind in progress.overdue] == ["sign"]
    first = [(clock.kind, clock.due_at) for clock in progress.missed]
    assert first == [("sign", T0 + timedelta(seconds=30))]
    assert answers(outcome) == []
    house.give(house.routed(M, force("T1", Level.TOWN), attempt=1))
    house.wait(seconds=31)
    fire(house)
    assert [(c.kind, c.due_at) for c in house.progressed(ID).missed] == first, "it is owed since then"
    house.give(house.routed(M, force("C1", Level.COUNTY), attempt=2))
    house.do(ID, Action.SIGN, person("C1"))
    assert not house.case(ID).overdue and not house.progressed(ID).missed


def test_a_miss_stays_with_whoever_had_the_case_then(house: House) -> None:
    house.wait(seconds=31)
    fire(house)
    house.give(house.routed(M, force("T1", Level.TOWN), attempt=1))
    house.do(ID, Action.SIGN, person("T1"))
    house.wait(days=8)
    fire(house)
    missed = {(row.kind, row.force_id) for row in house.all_clocks(ID) if row.state == "missed"}
    assert {("sign", "F1"), ("dispatch", "T1"), ("settle", "T1")} <= missed
    assert {row.force_id for row in house.all_clocks(ID) if row.state != "missed"} == {None}


def test_what_ran_out_in_triage_is_nobodys() -> None:
    house = House()
    house.give(house.routed(M, None))
    house.wait(days=8)
    fire(house)
    [row] = [row for row in house.all_clocks(ID) if row.kind == "settle"]
    assert (row.state, row.force_id) == ("missed", "")
    assert house.timeline(ID)[-1]["why"] == ["missed|clock=settle"]


def test_at_the_county_it_is_only_marked() -> None:
    house = House()
    house.give(house.routed(M, force("C1", Level.COUNTY)))
    house.wait(seconds=31)
    fire(house)
    row = house.case(ID)
    assert (row.state, row.overdue, row.force_id) == ("handed_off", True, "C1")


def test_expiring_twice_is_harmless(house: House) -> None:
    [row] = house.rows(due_statement(T0 + timedelta(seconds=30), 9))
    command = expire_command(row)
    assert command == expire_command(row)
    first, second = house.give(command, command)
    assert first.writes and not second.writes and not second.events
    assert not house.give(command)[0].writes
    assert house.clocks(ID)["sign"][0] == "missed"


def test_kept_meanwhile_and_the_late_word_changes_nothing(house: House) -> None:
    [row] = house.rows(due_statement(T0 + timedelta(seconds=30), 9))
    house.do(ID, Action.SIGN)
    outcome = house.give(expire_command(row))[0]
    assert not outcome.writes and not outcome.events and outcome.refusal is None
    assert house.clocks(ID)["sign"][0] == "kept"


def test_fired_clocks_are_not_fired_again_and_still_end(house: House) -> None:
    house.wait(seconds=31)
    rows = house.rows(due_statement(house.now, 9))
    with house.engine.begin() as connection:
        connection.execute(fired_statement(rows))
    assert due(house) == [] and house.clocks(ID)["sign"][0] == "fired"
    house.give(expire_command(rows[0]))
    assert house.clocks(ID)["sign"][0] == "missed"


def test_after_an_outage_the_next_force_gets_its_time(house: House) -> None:
    house.wait(hours=1)
    [outcome, *_] = fire(house)
    [progress] = news(outcome, CaseProgressed)
    assert progress.change.at == T0 + timedelta(hours=1)


def test_a_marked_clock_stays_owed_until_it_is_done(house: House) -> None:
    house.do(ID, Action.SIGN)
    house.wait(seconds=61)
    fire(house)
    assert house.case(ID).overdue and house.case(ID).state == "signed"
    house.do(ID, Action.DISPATCH)
    assert not house.case(ID).overdue and house.clocks(ID)["dispatch"][0] == "missed"


def test_the_first_hand_off_counts_from_the_hub_s_receipt() -> None:
    house = House()
    house.wait(seconds=5)
    house.give(house.routed(M, force()))
    assert house.clocks(ID)["sign"][1] == T0 + timedelta(seconds=30)


def test_the_confirmation_window_opens_with_the_agreement(house: House) -> None:
    for step in (Action.SIGN, Action.MEDIATE, Action.AGREE):
        house.do(ID, step, note="赔两千")
    assert house.clocks(ID)["confirmation"] == ("running", T0 + timedelta(days=30))
    assert house.clocks(ID)["settle"][0] == "kept"
    house.wait(days=31)
    fire(house)
    assert house.do(ID, Action.REQUEST_CONFIRMATION).refusal == "lapsed|clock=confirmation"
    house.do(ID, Action.ESCALATE, note="疑难")
    house.give(house.routed(M, force("T1", Level.TOWN), attempt=1))
    for step in (Action.SIGN, Action.MEDIATE, Action.AGREE):
        house.do(ID, step, note="赔三千")
    assert not house.do(ID, Action.REQUEST_CONFIRMATION).refusal  # another agreement, another window


def test_workers_share_the_due_clocks_on_postgresql() -> None:
    dialect: Any = postgresql.dialect
    sql = str(due_statement(T0, 5).compile(dialect=dialect()))
    assert "FOR UPDATE SKIP LOCKED" in sql
