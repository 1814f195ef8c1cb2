"""What every adapter keeps. A new platform is a folder and a subclass that names it."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import paging, registry
from adapters.adapter import Adapter
from adapters.base import Pulled
from adapters.faults import Faults
from adapters.manifest import Limits, Manifest, Retry
from adapters.recent import Recent
from adapters.simulation import Desk
from adapters.simulators import SimulatorPlan, serve
from adapters.telling import Telling
from contracts.errors import Invalid, Transient
from contracts.events import ReceiptDue
from contracts.vocabulary import Answer, Intent, Outcome, Platform
from intake.admit import Sender
from intake.lenient import admit_pulled

SECRET_TEXT, SECRET_NAME, SECRET_PHONE = "我家水管爆了没有人来修", "俞春生", "19900004711"
_SPACE = UUID("6f0b1c1e-6d1c-5c0a-9b5e-3a1f6f1f0002")
_ENOUGH = 400  # calls after which an adapter that has not finished is stuck
INHERITED = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
Junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**30, -1, 2**63, 1e308, float("inf"), float("nan")]),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def patient(manifest: Manifest, **changes: object) -> Manifest:
    """The manifest without its waits."""
    quick = {"retry": Retry(attempts=3, wait_initial=0, wait_max=0), "limits": _limits(10)}
    return manifest.model_copy(update=quick | changes)


def _limits(timeout: float) -> Limits:
    return Limits(requests_per_second=1e6, timeout_seconds=timeout)


class Conformance:
    """Subclass it as `Test…` and set `platform`."""

    platform: str

    @pytest.fixture
    def manifest(self) -> Manifest:
        return registry.manifest(self.platform)

    @pytest.fixture
    def simulator(self) -> ModuleType:
        return registry.simulator(self.platform)

    @pytest.fixture
    def faults(self) -> Faults:
        return Faults()

    @pytest.fixture
    def desk(self, faults: Faults) -> Desk:
        return Desk(self.platform, faults, seed=7)

    @pytest.fixture
    async def http(
        self, desk: Desk, faults: Faults, simulator: ModuleType
    ) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app(desk, faults))) as client:
            yield client

    @pytest.fixture
    def adapter(self, http: httpx.AsyncClient, manifest: Manifest) -> Adapter:
        return registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))

    def fill(self, desk: Desk, count: int) -> list[str]:
        """Adds items; returns their ids."""
        return [self.put(desk, f"{SECRET_TEXT},第{number}次来反映。") for number in range(count)]

    def put(self, desk: Desk, text: str = SECRET_TEXT) -> str:
        telling = Telling(
            text=text,
            at=desk.faults.now(),
            name=SECRET_NAME,
            phone=SECRET_PHONE,
            town_code="330681109",
            address="诸暨市枫桥镇",
            intent=Intent.HELP,
        )
        external_id, data = registry.simulator(self.platform).item(telling, desk.seq + 1)
        desk.add(external_id, data)
        return str(external_id)

    def receipt(self, external_id: str, **changes: Any) -> ReceiptDue:
        facts = {
            "platform": Platform(self.platform),
            "external_id": external_id,
            "complaint_id": uuid4(),
            "case_id": uuid4(),
            "number": "0123 4567 8901 2347",
            "answer": Answer.HANDED_OFF,
            "force_name": "枫桥镇社会治理中心",
            "at": datetime.now(UTC),
        }
        return ReceiptDue(**facts | changes)

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
        for _ in range(_ENOUGH):
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
                await adapter.push(self.receipt(ids[0]), uuid5(_SPACE, "the same"))
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
        limits = _limits(0.05 if fault == "slow" else 10)
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

    async def test_every_answer_has_a_word_the_platform_knows(self, adapter: Adapter, desk: Desk) -> None:
        external_id = self.put(desk)
        told = list(itertools.product(Answer, [None, *Outcome]))
        for answer, outcome in told:
            await adapter.push(self.receipt(external_id, answer=answer, outcome=outcome), uuid4())
        assert desk.state()["receipts"] == len(told)

    async def test_a_receipt_told_again_is_one_receipt(
        self, adapter: Adapter, desk: Desk, faults: Faults
    ) -> None:
        external_id = self.put(desk)
        receipts = {uuid4(): self.receipt(external_id) for _ in range(5)}
        faults.error = faults.too_many = faults.truncated = 0.3
        for key, receipt in [*receipts.items(), *receipts.items()]:
            await until_done(adapter, receipt, key)
        assert desk.state()["receipts"] == len(receipts)
        assert desk.state()["receipts_repeated"] >= len(receipts)

    async def test_a_receipt_for_something_unknown_is_invalid(self, adapter: Adapter, desk: Desk) -> None:
        for external_id in ("nobody-knows-this", "../../list", "a b/ü?x=1"):
            with pytest.raises(Invalid):
                await adapter.push(self.receipt(external_id), uuid4())
        assert desk.state()["receipts"] == 0

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

    @given(
        status=st.sampled_from([200, 200, 200, 201, 204, 301, 400, 404, 500]),
        body=st.one_of(st.binary(max_size=200), Junk.map(lambda junk: json.dumps(junk).encode())),
        headers=st.dictionaries(
            st.sampled_from(["retry-after", "date", "content-encoding", "content-type", "x-peer-token"]),
            st.text("0123456789 -:,.GMTinfagzpbr", max_size=20),
        ),
    )
    @settings(INHERITED)
    def test_any_answer_is_named_by_its_recovery(
        self, status: int, body: bytes, headers: dict[str, str]
    ) -> None:
        asyncio.run(self._meet(lambda _: httpx.Response(status, headers=headers, stream=_Bytes(body))))

    @given(data=st.data())
    @settings(INHERITED)
    def test_a_spoilt_listing_is_named_by_its_recovery(self, data: st.DataObject) -> None:
        whole = asyncio.run(self._listing())
        body = self.spoil(whole.content, data)
        headers = {k: v for k, v in whole.headers.items() if k != "content-length"}

        def answer(request: httpx.Request) -> httpx.Response:
            if "token" in request.url.path:
                return httpx.Response(200, json={"access_token": "t", "expires_in": 600})
            return httpx.Response(200, headers=headers, stream=_Bytes(body))

        asyncio.run(self._meet(answer))

    def spoil(self, body: bytes, data: st.DataObject) -> bytes:
        """Cuts the body, or puts junk in the place of something in it."""
        if data.draw(st.booleans()):
            return body[: data.draw(st.integers(0, len(body)))]
        document = json.loads(body)
        spots = list(_spots(document))
        for holder, key in data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=4)):
            holder[key] = data.draw(Junk)
        return json.dumps(document).encode()

    async def _listing(self) -> httpx.Response:
        desk = Desk(self.platform, Faults())
        self.fill(desk, 4)
        kept: list[httpx.Response] = []

        async def keep(response: httpx.Response) -> None:
            if response.is_success and "token" not in response.request.url.path:
                await response.aread()
                kept.append(response)

        transport = httpx.ASGITransport(registry.simulator(self.platform).app(desk, desk.faults))
        async with httpx.AsyncClient(transport=transport, event_hooks={"response": [keep]}) as http:
            manifest = registry.manifest(self.platform)
            await registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest)).pull(None)
        return kept[-1]

    async def _meet(self, answer: Any) -> None:
        """Whatever the platform answers, and keeps answering: an end, or an error with a recovery."""
        manifest = registry.manifest(self.platform)
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(paging, "MAX_PAGES", 5)
                cursor, more, calls = None, True, 0
                while more:
                    try:
                        page = await adapter.pull(cursor)
                    except (Transient, Invalid):
                        break
                    for item in page.postings:
                        self._come_in(item)
                    cursor, more, calls = page.cursor, page.more, calls + 1
                    assert calls < 20, "the adapter never ends"
            for call in (adapter.check(), adapter.push(self.receipt("x"), uuid4())):
                try:
                    await call
                except (Transient, Invalid):
                    continue

    def _come_in(self, item: Pulled) -> None:
        """The door behind takes it or refuses it; nothing in it breaks the door."""
        assert (item.posting is None) == (item.fault is not None)
        json.dumps([item.key, item.raw], ensure_ascii=False).encode()
        if item.posting is None:
            return
        try:
            event = admit_pulled(item.posting, Sender(Platform(self.platform)), datetime.now(UTC))
        except Invalid:
            json.dumps(item.posting, ensure_ascii=False).encode()
        else:
            event.data.model_dump_json()


class _Bytes(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def _spots(document: Any) -> Iterator[tuple[Any, Any]]:
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in list(pairs):
        yield document, key
        if isinstance(value, dict | list):
            yield from _spots(value)


async def drain(adapter: Adapter, cursor: str | None) -> tuple[list[Pulled], str]:
    """All pages from a cursor, waiting out what is transient as the pull worker does."""
    items: list[Pulled] = []
    for _ in range(_ENOUGH):
        try:
            page = await adapter.pull(cursor)
        except Transient:
            continue
        items += page.postings
        cursor = page.cursor
        if not page.more:
            return items, cursor
    raise AssertionError("the adapter is stuck")


async def until_done(adapter: Adapter, receipt: ReceiptDue, key: UUID) -> None:
    """A receipt, told until it is taken."""
    for _ in range(_ENOUGH):
        try:
            return await adapter.push(receipt, key)
        except Transient:
            continue
    raise AssertionError("the adapter is stuck")


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
