"""The stage as the chassis runs it: queries, decide, rows in a real database."""

from collections.abc import AsyncIterator, Sequence
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from contracts import ids
from contracts.events import CaseRouted, Matter, Reroute
from contracts.stage import Event, Outcome
from contracts.topics import CASE_OPENED, CASE_ROUTED
from contracts.vocabulary import Action, Flag, Kind, Level, State
from router.stage import load_router
from router.tables import ForceLoad, Held, TwinCandidate
from services.chassis.database import Database
from services.chassis.envelope import attributes, encode
from services.chassis.log import Record
from tests.router.matters import CAOE, FENGQIAO, force, matter, opened, progressed
from tests.router.test_route_twins import AGAIN, NOISE

STAGE = load_router()
TABLES = [SQLModel.metadata.tables[name] for name in ("twin_candidate", "force_load", "held")]


class Hub:
    """Runs batches the way the loop does, without its ledger."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def run(self, *batch: Event) -> list[Outcome]:
        view = await self.database.read(STAGE.queries(batch))
        outcomes = STAGE.decide(view, batch)
        async with self.database.transaction() as connection:
            await self.database.write(connection, [w for o in outcomes for w in o.writes])
        return outcomes

    async def routed(self, *batch: Event) -> list[CaseRouted]:
        return [data_of(outcome) for outcome in await self.run(*batch)]

    async def load(self, force_id: str) -> int:
        where = col(ForceLoad.force_id) == force_id
        rows = await self.database.rows(select(col(ForceLoad.open_cases)).where(where))
        return rows[0][0] if rows else 0

    async def count(self, table: type[SQLModel]) -> int:
        return int((await self.database.rows(select(func.count()).select_from(table)))[0][0])


def data_of(outcome: Outcome) -> CaseRouted:
    (event,) = outcome.events
    assert isinstance(event.data, CaseRouted)
    return event.data


@pytest.fixture
async def hub(database_url: str) -> AsyncIterator[Hub]:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda c: SQLModel.metadata.create_all(c, tables=TABLES))
    yield Hub(database)
    await database.stop()


async def test_an_opened_case_is_routed_once(hub: Hub) -> None:
    event = opened(matter())
    (outcome,) = await hub.run(event)
    (out,) = outcome.events
    assert out.id == ids.event_id(event.id, "route", 0)
    assert (out.topic, out.key, out.subject, out.cause) == (
        CASE_ROUTED,
        event.subject,
        event.subject,
        event.id,
    )
    assert (out.time, out.traceparent) == (event.time, event.traceparent)
    assert data_of(outcome).attempt == 0
    assert await hub.load("330681109-village") == 1


def pair() -> tuple[Matter, Matter]:
    return matter("first", **NOISE), matter("second", **AGAIN)


async def test_twins_meet_across_batches(hub: Hub) -> None:
    first, second = pair()
    await hub.run(opened(first))
    (outcome,) = await hub.run(opened(second))
    assert data_of(outcome).linked_to == first.case_id and data_of(outcome).lead is None
    assert outcome.events[0].key == str(first.case_id) and outcome.events[0].subject == str(second.case_id)
    assert await hub.count(TwinCandidate) == 2, "it is compared with, for its lead"


async def test_twins_meet_within_a_batch_and_never_chain(hub: Hub) -> None:
    first, second = pair()
    third = matter("third", **AGAIN)
    routed = await hub.routed(opened(first), opened(second), opened(third))
    assert [r.linked_to for r in routed] == [None, first.case_id, first.case_id]
    (later,) = await hub.routed(opened(matter("fourth", **AGAIN)))
    assert later.linked_to == first.case_id


@pytest.mark.parametrize("state", [State.CLOSED, State.SETTLED])
async def test_what_is_over_is_repeated_anew(hub: Hub, state: State) -> None:
    first, second = pair()
    await hub.run(opened(first))
    (closed, routed) = await hub.run(progressed(first, state, Action.CLOSE), opened(second))
    assert not closed.events and data_of(routed).linked_to is None
    assert await hub.count(TwinCandidate) == 1


async def test_what_is_linked_goes_with_its_lead(hub: Hub) -> None:
    first, second = pair()
    await hub.run(opened(first), opened(second))
    await hub.run(progressed(first, State.SETTLED, Action.SETTLE))
    assert await hub.count(TwinCandidate) == 0
    assert (await hub.routed(opened(matter("third", **AGAIN))))[0].linked_to is None


async def test_like_a_twin_is_like_its_lead_but_for_the_lead_s_own_complaint(hub: Hub) -> None:
    first, second = pair()
    await hub.run(opened(first))
    await hub.run(opened(second))
    told = AGAIN | {"phone": "19900009999", "text": second.text + "，已经第三夜了"}
    assert (await hub.routed(opened(matter("third", **told))))[0].linked_to == first.case_id
    own = matter("first", **(told | {"ordinal": 1}))
    assert (await hub.routed(opened(own)))[0].linked_to is None


async def test_what_turned_dangerous_takes_no_more_twins(hub: Hub) -> None:
    first, second = pair()
    await hub.run(opened(first))
    await hub.run(progressed(first, State.SIGNED, Action.SUPPLEMENT, flags=(Flag.LIFE_DANGER,)))
    assert (await hub.routed(opened(second)))[0].linked_to is None


async def test_sensitive_cases_leave_no_fingerprint(hub: Hub) -> None:
    await hub.run(opened(matter("sad", **(NOISE | {"flags": (Flag.DOMESTIC_VIOLENCE,)}))))
    assert await hub.count(TwinCandidate) == 0


async def test_load_is_freed_exactly_once(hub: Hub) -> None:
    one = matter()
    await hub.run(opened(one))
    away = Reroute(avoid=("330681109-village",))
    (routed,) = await hub.routed(progressed(one, action=Action.RETURN, reroute=away, seq=1))
    assert routed.lead and routed.lead.force_id == "330681109-grid"
    assert (await hub.load("330681109-village"), await hub.load("330681109-grid")) == (0, 1)
    for seq in (2, 3):
        await hub.run(progressed(one, State.SETTLED, Action.SETTLE, seq=seq))
    await hub.run(
        progressed(one, State.CLOSED, Action.CLOSE, seq=4),
        progressed(one, State.CLOSED, Action.CALL_BACK, seq=5),
    )
    assert await hub.load("330681109-grid") == 0 and await hub.count(Held) == 0
    grid = force("330681109-grid")
    await hub.run(progressed(one, State.SIGNED, Action.REOPEN, lead=grid, seq=6))
    assert await hub.load("330681109-grid") == 1


async def test_a_batch_fills_a_force_and_moves_on(hub: Hub) -> None:
    capacity = 40
    quarrels = [
        matter(str(n), kind="dispute", category="neighbour/boundary", text=f"邻居围墙 {n}")
        for n in range(capacity + 2)
    ]
    routed = await hub.routed(*map(opened, quarrels))
    leads = [r.lead.force_id for r in routed if r.lead]
    assert leads.count("330681109-uncle-a") == capacity and leads[-1] == "330681109-village"
    assert await hub.load("330681109-uncle-a") == capacity
    (after,) = await hub.routed(
        opened(quarrels[0].model_copy(update={"case_id": ids.case_id(quarrels[0].case_id, 9)}))
    )
    assert after.lead and after.lead.force_id == "330681109-village"


async def test_the_cap_on_returns_ends_at_the_county(hub: Hub) -> None:
    one = matter()
    event = progressed(one, action=Action.RETURN, reroute=Reroute(avoid=("330681109-village",)), attempt=2)
    (routed,) = await hub.routed(event)
    assert routed.attempt == 3 and routed.lead and routed.lead.force_id == "330681-centre"
    assert "lead.too_often|attempt=3" in routed.why


async def test_escalated_named_and_unlinked(hub: Hub) -> None:
    one = matter(kind="dispute", category="family")
    up = await hub.routed(progressed(one, reroute=Reroute(at_least=Level.COUNTY), seq=1))
    assert up[0].lead and up[0].lead.force_id == "330681-committee-family"
    named = await hub.routed(progressed(one, reroute=Reroute(force_id="330681109-judge"), seq=2))
    assert named[0].lead and named[0].lead.force_id == "330681109-judge"
    unfit = await hub.routed(progressed(one, reroute=Reroute(force_id="nobody"), seq=3))
    assert unfit[0].lead and "lead.named_unfit" in unfit[0].why
    first, second = pair()
    await hub.run(opened(first))
    alone = await hub.routed(progressed(second, State.LINKED, Action.UNLINK, reroute=Reroute(unlink=True)))
    assert alone[0].linked_to is None and alone[0].lead and alone[0].attempt == 1


async def test_an_unlinked_case_is_repeated_for_itself(hub: Hub) -> None:
    """A person said that it is another matter: whoever tells it again tells that one."""
    first, second = pair()
    await hub.run(opened(first), opened(second))
    await hub.run(progressed(second, State.TRIAGE, Action.UNLINK, reroute=Reroute(unlink=True)))
    (third,) = await hub.routed(opened(matter("third", **AGAIN)))
    assert third.linked_to == second.case_id


async def test_a_reopened_case_is_repeated_again(hub: Hub) -> None:
    first, second = pair()
    (routed,) = await hub.routed(opened(first))
    await hub.run(progressed(first, State.SETTLED, Action.SETTLE, lead=routed.lead))
    await hub.run(progressed(first, State.HANDED_OFF, Action.REOPEN, lead=routed.lead, seq=2))
    assert (await hub.routed(opened(second)))[0].linked_to == first.case_id


async def test_many_about_one_thing_have_one_lead(hub: Hub) -> None:
    """Thirty people of one estate, three batches: nobody is anybody's lead but the first."""
    estate = "新建的搅拌站离锦绣小区不到八十米，机器日夜轰鸣，灰尘大得窗户不敢开"
    voices = ("请搬迁", "孩子咳嗽", "老人睡不着", "投诉没有用", "谁批准的")
    crowd = [
        matter(str(n), text=f"{voices[n % 5]}。{estate}", phone=f"199000{n:05}", category="pollution/noise")
        for n in range(30)
    ]
    routed = [r for at in (0, 10, 20) for r in await hub.routed(*map(opened, crowd[at : at + 10]))]
    assert [r.linked_to for r in routed] == [None] + [crowd[0].case_id] * 29


async def test_ordinary_progress_costs_nothing() -> None:
    batch = [progressed(matter(), seq=n) for n in range(1, 20)]
    assert STAGE.queries(batch) == {}
    assert all(not o.writes and not o.events for o in STAGE.decide({}, batch))


def said(event: Event) -> dict[str, str]:
    message = encode(event)
    return attributes(Record(message.topic, 0, 0, event.time, message.key, message.value, message.headers))


def test_nothing_that_concerns_the_router_is_passed_over() -> None:
    """Every state, action, reroute and danger there is."""
    one, passed = matter(), 0
    for state, action in product(State, Action):
        for reroute, flags in product((None, Reroute()), ((), (Flag.LIFE_DANGER,))):
            event = progressed(one, state, action, reroute, flags=flags)
            [outcome] = STAGE.decide({}, [event])
            if STAGE.passes_over(event.topic.name, said(event)):
                assert outcome.ignored, (state, action, reroute, flags)
                passed += 1
    assert passed > 300, "and most of it is"


def test_what_cannot_be_told_is_read() -> None:
    event = progressed(matter())
    whole = said(event)
    assert STAGE.passes_over(event.topic.name, whole)
    assert not STAGE.passes_over(CASE_OPENED.name, whole)
    for name in ("state", "action", "reroute"):
        assert not STAGE.passes_over(event.topic.name, whole | {name: "new"})
        assert not STAGE.passes_over(event.topic.name, {n: v for n, v in whole.items() if n != name})


async def test_a_batch_is_five_statements_whatever_its_size(hub: Hub) -> None:
    def mixed(size: int) -> Sequence[Event]:
        some = [
            matter(f"{size} {n}", phone=f"1990000{n:04}", town_code=(CAOE, FENGQIAO)[n % 2])
            for n in range(size)
        ]
        return [*map(opened, some), *(progressed(one, State.CLOSED, Action.CLOSE) for one in some)]

    for size in (1, 300):
        assert len(STAGE.queries(mixed(size))) == 5
        await hub.run(*mixed(size))


async def test_candidates_are_found_by_index(hub: Hub) -> None:
    query: Any = STAGE.queries([opened(matter(**NOISE))])["twins"]
    sql = query.compile(hub.database.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if hub.database.dialect == "sqlite" else "EXPLAIN"
    async with hub.database.transaction() as connection:
        if hub.database.dialect == "postgresql":  # an empty table is scanned unless told otherwise
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = await connection.exec_driver_sql(f"{explain} {sql}")
        steps = " ".join(str(row[-1]) for row in plan).lower()
    assert "index" in steps and "scan twin_candidate" not in steps and "seq scan" not in steps


@pytest.mark.parametrize(("place", "read"), [(CAOE, 1), ("330604", 1), (None, 1), (FENGQIAO, 0)])
async def test_a_form_is_not_read_in_every_town_it_was_filled_in(
    hub: Hub, place: str | None, read: int
) -> None:
    await hub.run(opened(matter("a", **NOISE | {"phone": None})))
    again = opened(matter("b", **NOISE | {"phone": None, "town_code": place}))
    assert len((await hub.database.read(STAGE.queries([again])))["twins"]) == read


async def test_a_corrected_case_goes_by_what_it_is_and_its_twins_find_it_so(hub: Hub) -> None:
    unsure = matter(confidence=0.1, phone="19900000001")
    (waiting,) = await hub.routed(opened(unsure))
    assert waiting.lead is None
    said = unsure.model_copy(update={"category": "family/elders", "kind": Kind.DISPUTE, "confidence": 1.0})
    asked = progressed(said, State.TRIAGE, Action.SUPPLEMENT, Reroute())
    (routed,) = await hub.routed(asked)
    assert routed.lead and routed.lead.force_kind == "lao_niang_jiu"
    (row,) = await hub.database.rows(select(col(TwinCandidate.category)))
    assert row.category == "family/elders"
    away = progressed(
        said.model_copy(update={"town_code": None}), action=Action.SUPPLEMENT, reroute=Reroute(), seq=2
    )
    (nowhere,) = await hub.routed(away)
    assert nowhere.lead is None and await hub.load(routed.lead.force_id) == 0
