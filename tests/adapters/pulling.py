"""What every adapter keeps when it pulls."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from uuid import uuid4, uuid5

import httpx
import pytest

from adapters import registry
from adapters.adapter import Adapter
from adapters.base import Pulled
from adapters.faults import Faults
from adapters.manifest import Limits, Manifest, Retry
from adapters.recent import Recent
from adapters.simulation import Desk
from adapters.simulators import SimulatorPlan, serve
from adapters.telling import Telling
from contracts.errors import Invalid, Transient
from tests.adapters.bench import (
    ENOUGH,
    SECRET_NAME,
    SECRET_PHONE,
    SECRET_TEXT,
    SPACE,
    Bench,
    drain,
    free_port,
    limits_of,
    patient,
)


class Pulling(Bench):
    """Nothing lost, nothing stuck, nobody shown."""

    async def test_check_passes_where_all_is_right(self, adapter: Adapter, desk: Desk) -> None:
        await adapter.check()
        self.fill(desk, 3)
        await adapter.check()

    async def test_pulls_everything_and_then_only_the_overlap(self, adapter: Adapter, desk: Desk) -> None:
        ids, recent = self.fill(desk, 250), Recent()
        first, cursor = await drain(adapter, None)
        assert {item.key for item in first} == set(ids)
        recent.remember(first)
        again, after = await drain(adapter, cursor)
        assert recent.fresh(again) == []
        assert len(again) > 0, "the overlap must bring something again"
        assert after == cursor

    async def test_postings_say_what_was_told(self, adapter: Adapter, desk: Desk) -> None:
        external_id = self.put(desk, SECRET_TEXT)
        page = await adapter.pull(None)
        posting = page.postings[0].posting
        assert posting is not None
        occurred = datetime.fromisoformat(posting.pop("occurred_at"))
        assert abs((datetime.now(UTC) - occurred).total_seconds()) < 3600, "the zone is wrong"
        posting.pop("non_police", None)
        assert posting == {
            "external_id": external_id,
            "text": SECRET_TEXT,
            "reporter": {"name": SECRET_NAME, "phone": SECRET_PHONE},
            "town_code": "330681109",
            "address": "诸暨市枫桥镇",
            "intent_hint": "help",
        }

    async def test_a_cursor_goes_on_after_a_restart_of_the_hub(
        self, http: httpx.AsyncClient, manifest: Manifest, desk: Desk
    ) -> None:
        ids, got, cursor = set(self.fill(desk, 150)), set(), None
        for _ in range(ENOUGH):
            adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
            page = await adapter.pull(cursor)
            got |= {item.key for item in page.postings}
            cursor = page.cursor
            ids.add(self.put(desk)) if len(ids) < 160 else None
            if not page.more and len(ids) == 160:
                break
        tail, _ = await drain(adapter, cursor)
        assert got | {item.key for item in tail} == ids

    async def test_a_simulator_goes_on_after_its_restart(
        self, manifest: Manifest, simulator: ModuleType, tmp_path: Path
    ) -> None:
        cursor, got = None, list[Pulled]()
        ids: list[str] = []
        for _ in range(3):
            desk = Desk(self.platform, Faults(), tmp_path)
            ids += self.fill(desk, 5)
            transport = httpx.ASGITransport(simulator.app(desk, desk.faults))
            async with httpx.AsyncClient(transport=transport) as http:
                adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
                pulled, cursor = await drain(adapter, cursor)
                await adapter.push(self.receipt(ids[0]), uuid5(SPACE, "the same"))
                got += pulled
            desk.close()
        assert len(set(ids)) == 15
        assert {item.key for item in got} == set(ids)
        assert desk.state()["receipts"] == 1

    @pytest.mark.parametrize(
        "fault",
        ["too_many", "error", "slow", "truncated", "duplicate", "out_of_order", "clock_skew"],
    )
    async def test_no_fault_loses_an_item(
        self, http: httpx.AsyncClient, manifest: Manifest, desk: Desk, faults: Faults, fault: str
    ) -> None:
        limits = limits_of(0.05 if fault == "slow" else 10)
        adapter = registry.make(
            self.platform, http, manifest.simulator.secrets, patient(manifest, limits=limits)
        )
        faults.slow_seconds = 0.2
        setattr(faults, fault, 3600.0 if fault == "clock_skew" else 0.4)
        ids: set[str] = set()
        got: set[str] = set()
        cursor = None
        for _ in range(6):
            ids |= set(self.fill(desk, 30))
            items, cursor = await drain(adapter, cursor)
            got |= {item.key for item in items}
        if fault != "clock_skew":
            setattr(faults, fault, 0.0)
        items, cursor = await drain(adapter, cursor)
        assert got | {item.key for item in items} == ids

    async def test_a_clock_put_right_loses_nothing(
        self, adapter: Adapter, desk: Desk, faults: Faults
    ) -> None:
        faults.clock_skew = 60.0  # any platform's overlap must cover a minute
        ids = self.fill(desk, 5)
        before, cursor = await drain(adapter, None)
        faults.clock_skew = 0.0
        ids += self.fill(desk, 5)
        after, _ = await drain(adapter, cursor)
        assert {item.key for item in [*before, *after]} == set(ids)

    async def test_an_item_from_the_future_hides_nothing(
        self, adapter: Adapter, desk: Desk, faults: Faults
    ) -> None:
        faults.clock_skew = 80_000
        ids = self.fill(desk, 1)
        faults.clock_skew = 0
        ids += self.fill(desk, 2)
        before, cursor = await drain(adapter, None)
        ids += self.fill(desk, 2)
        after, _ = await drain(adapter, cursor)
        assert {item.key for item in [*before, *after]} == set(ids)

    async def test_an_unreadable_detail_goes_along_as_it_came(
        self, adapter: Adapter, desk: Desk, manifest: Manifest, simulator: ModuleType
    ) -> None:
        telling = Telling(text=SECRET_TEXT, at=desk.faults.now())
        external_id, data = simulator.item(telling, desk.seq + 1)
        desk.add(external_id, data | {str(manifest.fields["occurred_at"]): "昨天"})
        (item,) = (await adapter.pull(None)).postings
        assert item.posting is not None
        assert item.posting["occurred_at"] == "昨天"

    @pytest.mark.parametrize("where", ["first", "in between", "last", "twice", "alone"])
    async def test_an_item_too_large_keeps_no_other_out(
        self, http: httpx.AsyncClient, manifest: Manifest, desk: Desk, where: str
    ) -> None:
        small = patient(manifest, limits=Limits(requests_per_second=1e6, max_bytes=20_000))
        adapter = registry.make(self.platform, http, manifest.simulator.secrets, small)
        ids = self.fill(desk, 0 if where in ("first", "alone") else 130)
        desk.seq += 3  # a list has gaps
        large = [self.put(desk, SECRET_TEXT * 2000) for _ in range(2 if where == "twice" else 1)]
        ids += self.fill(desk, 0 if where in ("last", "alone") else 130)
        recent = Recent()
        got, cursor = await drain(adapter, None)
        recent.remember(got)
        assert {item.key for item in got if item.posting} == set(ids)
        faults = {item.key: item for item in got if item.fault}
        assert {item.fault.code for item in faults.values() if item.fault} == {"left_out"}
        assert len(faults) == 1
        again, cursor = await drain(adapter, cursor)
        assert recent.fresh(again) == [], "it is told once"
        later = self.fill(desk, 30)
        after, _ = await drain(adapter, cursor)
        assert set(later) <= {item.key for item in after if item.posting} <= {*ids, *later}
        shown = f"{got!r} {[(item.fault, item.raw) for item in faults.values()]}"
        assert not any(secret in shown for secret in (SECRET_TEXT, SECRET_NAME, SECRET_PHONE, *large))

    @pytest.mark.parametrize("long", [1, 2, 3, 4, 5, 6, 20, 500])
    async def test_a_platform_that_sends_too_much_for_a_while_loses_nothing(
        self, http: httpx.AsyncClient, manifest: Manifest, desk: Desk, long: int
    ) -> None:
        left, ids = long, self.fill(desk, 150)

        async def swollen(response: httpx.Response) -> None:
            nonlocal left
            if response.request.url.path == manifest.listing.path and left:
                left -= 1
                response.headers["content-length"] = str(10**9)

        http.event_hooks["response"].append(swollen)
        adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
        got, cursor = list[Pulled](), None
        for _ in range(ENOUGH):
            try:
                page = await adapter.pull(cursor)
            except Invalid as error:
                assert error.code == "too_large"
                continue
            got, cursor = [*got, *page.postings], page.cursor
            if not page.more:
                break
        assert {item.key for item in got} == set(ids)
        assert not [item for item in got if item.fault]

    async def test_a_page_too_large_is_read_in_smaller_ones(
        self, http: httpx.AsyncClient, manifest: Manifest, desk: Desk
    ) -> None:
        small = patient(manifest, limits=Limits(requests_per_second=1e6, max_bytes=20_000))
        adapter = registry.make(self.platform, http, manifest.simulator.secrets, small)
        ids = self.fill(desk, 3) + [self.put(desk, SECRET_TEXT * 400) for _ in range(8)] + self.fill(desk, 9)
        got, _ = await drain(adapter, None)
        assert {item.key for item in got if item.posting} == set(ids)
        assert not [item for item in got if item.fault]

    @pytest.mark.parametrize("target", ["text", "external_id"])
    async def test_a_bad_item_stops_nothing(
        self, adapter: Adapter, desk: Desk, manifest: Manifest, simulator: ModuleType, target: str
    ) -> None:
        good = self.fill(desk, 2)
        source = manifest.fields[target]  # type: ignore[index]
        paths = (source,) if isinstance(source, str) else source
        telling = Telling(text=SECRET_TEXT, at=desk.faults.now(), name=SECRET_NAME, phone=SECRET_PHONE)
        external_id, data = simulator.item(telling, desk.seq + 1)
        desk.add(external_id, data | dict.fromkeys(paths, ""))
        good += self.fill(desk, 2)
        page = await adapter.pull(None)
        (bad,) = [item for item in page.postings if item.fault]
        assert [item.key for item in page.postings if item.posting] == good
        assert bad.fault is not None
        assert {fault.field for fault in bad.fault.faults} == {target}
        assert SECRET_PHONE in bad.raw
        shown = f"{bad!r} {bad.fault} {bad.fault.faults}"
        assert not any(secret in shown for secret in (SECRET_TEXT, SECRET_NAME, SECRET_PHONE))

    async def test_wrong_credentials_are_named_and_not_shown(
        self, http: httpx.AsyncClient, manifest: Manifest, desk: Desk
    ) -> None:
        external_id = self.put(desk)
        for need in manifest.needs:
            secrets = manifest.simulator.secrets | {need: "wrong-and-secret"}
            adapter = registry.make(self.platform, http, secrets, patient(manifest))
            for call in (
                adapter.check(),
                adapter.pull(None),
                adapter.push(self.receipt(external_id), uuid4()),
            ):
                with pytest.raises(Invalid) as caught:
                    await call
                assert caught.value.code in ("refused_credentials", "unknown_peer")
                assert "wrong-and-secret" not in f"{caught.value!r}{caught.value}"

    def test_missing_credentials_are_named(self, manifest: Manifest) -> None:
        with pytest.raises(Invalid, match=manifest.needs[0]):
            registry.make(self.platform, httpx.AsyncClient(), {})

    async def test_nothing_shows_a_person(self, adapter: Adapter, desk: Desk) -> None:
        self.fill(desk, 3)
        page = await adapter.pull(None)
        assert not any(secret in repr(page) for secret in (SECRET_TEXT, SECRET_NAME, SECRET_PHONE))

    async def test_over_a_real_socket(self, manifest: Manifest, tmp_path: Path) -> None:
        port, stop = free_port(), asyncio.Event()
        plan = SimulatorPlan(tmp_path, ports={self.platform: port}, platforms=[self.platform], rate=200)
        serving = asyncio.create_task(serve(plan, stop))
        here = patient(manifest, base_url=f"http://127.0.0.1:{port}", retry=Retry(attempts=10))
        async with httpx.AsyncClient() as http:
            adapter = registry.make(self.platform, http, manifest.simulator.secrets, here)
            await adapter.check()
            items, cursor = await drain(adapter, None)
            while len(items) < 20:
                more, cursor = await drain(adapter, cursor)
                items += more
            await adapter.push(self.receipt(items[0].key), uuid4())
            state = (await http.get(f"{here.base_url}/_control/state")).json()
            stop.set()
            await serving
        assert state["receipts"] == 1
        assert all(item.fault is None for item in items)

    async def test_nothing_answers(self, manifest: Manifest) -> None:
        def away(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("no route", request=request)

        async with httpx.AsyncClient(transport=httpx.MockTransport(away)) as http:
            adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
            with pytest.raises(Transient):
                await adapter.pull(None)
