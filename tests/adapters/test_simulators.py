"""The simulators' own promises: the feed, a replayed file, steering, restarts."""

import asyncio
import json
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from adapters import registry, replay
from adapters.faults import Faults
from adapters.feed import Feed, scenes
from adapters.mapping import translate
from adapters.simulation import KEEP, Desk
from adapters.simulators import SimulatorPlan, serve
from adapters.telling import Telling
from contracts.errors import Invalid
from contracts.events import ComplaintReceived
from contracts.places import COUNTIES, county_of, towns
from contracts.vocabulary import Intent, Platform
from intake.admit import Sender, admit
from tests.adapters.conformance import drain, free_port, patient

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
PLATFORMS = registry.names()


def hear(feed: Feed, turns: int) -> list[tuple[str, Telling]]:
    return [(name, feed.next(name, NOW)) for _ in range(turns) for name in PLATFORMS]


def test_scenes_are_of_our_places_and_words() -> None:
    told = scenes()
    assert len(told) >= 80
    assert {town for scene in told for town in scene.towns} <= set(towns())
    assert {county_of(town) for scene in told for town in scene.towns} == set(COUNTIES)
    assert {name for scene in told for name in scene.tellings} == set(PLATFORMS)
    assert {scene.intent for scene in told} <= set(Intent)
    assert sum(len(scene.tellings) > 1 for scene in told) >= 8


def test_a_feed_is_the_same_for_the_same_seed() -> None:
    assert hear(Feed(3), 40) == hear(Feed(3), 40)
    assert hear(Feed(3), 40) != hear(Feed(4), 40)


def test_a_feed_invents_people_and_fills_every_slot() -> None:
    for _, telling in hear(Feed(1), 200):
        assert re.fullmatch(r"1990000\d{4}", telling.phone)
        assert telling.name
        assert not re.search(r"[{}|]", telling.text)


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_a_feed_tells_may_come_in(name: str) -> None:
    feed, simulator, manifest = Feed(2), registry.simulator(name), registry.manifest(name)
    for number in range(100):
        _, data = simulator.item(feed.next(name, NOW), number)
        item = translate(data, manifest)
        assert item.posting is not None
        complaint = admit(item.posting, Sender(Platform(name)), NOW).data
        assert isinstance(complaint, ComplaintReceived)
        assert complaint.posting.reporter.phone
        assert complaint.posting.town_code
        assert complaint.posting.intent_hint


def test_two_platforms_tell_of_one_happening() -> None:
    heard: dict[str, list[tuple[str, Telling]]] = {}
    for name, telling in hear(Feed(1), 100):
        heard.setdefault(telling.phone + telling.town_code + telling.name, []).append((name, telling))
    twins = [pair for pair in heard.values() if len({name for name, _ in pair}) == 2]
    assert len(twins) >= 10
    assert all(len({telling.text for _, telling in pair}) > 1 for pair in twins)


@pytest.fixture(params=["utf-8", "utf-8-sig", "gb18030"])
def messages(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "messages.csv"
    lines = ["id,user,topic,time,body,against,likes"]
    lines += [f'{n},U{n},第{n}件,2019/2/{n} 11:25:05,"正文,\n{n}",0,0' for n in range(1, 21)]
    path.write_text("\n".join(lines), request.param)
    return path


def test_a_file_is_served_with_stable_ids(messages: Path) -> None:
    orders = list(replay.orders(messages, 0, 0, NOW))
    assert [key for key, _ in orders] == [f"R{n}" for n in range(1, 21)]
    _, first = orders[0]
    assert (first["title"], first["content"]) == ("第1件", "正文,\n1")
    assert first["callTime"] == 1_548_991_505_000  # 2019-02-01 11:25:05 in Beijing
    assert first["caller"] == {"name": "", "phone": "", "idNo": ""}
    assert "U1" not in json.dumps(first)


def test_a_part_of_a_file_comes_again(messages: Path) -> None:
    again = list(replay.orders(messages, 0.5, 0, NOW))[20:]
    assert len(again) == 10
    assert sum(key.endswith("-2") for key, _ in again) == 5
    assert again == list(replay.orders(messages, 0.5, 0, NOW))[20:]


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2")
    with pytest.raises(Invalid, match="body"):
        list(replay.orders(path, 0, 0, NOW))


async def test_a_replayed_file_arrives_once_though_the_simulator_restarts(
    messages: Path, tmp_path: Path
) -> None:
    manifest = registry.manifest("hotline_12345")
    keys: list[str] = []
    for _ in range(2):
        port, stop = free_port(), asyncio.Event()
        plan = SimulatorPlan(
            tmp_path,
            ports={"hotline_12345": port},
            platforms=["hotline_12345"],
            rate=0,
            replay=messages,
            repeat=0.1,
        )
        serving = asyncio.create_task(serve(plan, stop))
        async with httpx.AsyncClient() as http:
            here = patient(manifest, base_url=f"http://127.0.0.1:{port}", retry=manifest.retry)
            adapter = registry.make("hotline_12345", http, manifest.simulator.secrets, here)
            keys = []
            while len(keys) < 22:
                keys = [item.key for item in (await drain(adapter, None))[0]]
        stop.set()
        await serving
    assert len(keys) == 22
    assert len(set(keys)) == 21


async def test_a_wrong_file_or_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b")
    with pytest.raises(Invalid, match=r"other\.csv"):
        await serve(SimulatorPlan(replay=tmp_path / "other.csv"), asyncio.Event())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        plan = SimulatorPlan(ports={"police_110": taken.getsockname()[1]}, platforms=["police_110"])
        with pytest.raises(OSError, match="in use"):
            await serve(plan, asyncio.Event())


async def test_what_the_feed_adds_is_pushed_to_the_hub() -> None:
    pushed, stop, port = asyncio.Queue[bytes](), asyncio.Event(), free_port()

    async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"content-length: (\d+)", head.lower())
        assert size
        await pushed.put(head.lower() + await reader.readexactly(int(size[1])))
        writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hub, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/webhooks/peoples_appeal"
    plan = SimulatorPlan(ports={"peoples_appeal": port}, platforms=["peoples_appeal"], rate=100, webhook=url)
    serving = asyncio.create_task(serve(plan, stop))
    head, _, body = (await pushed.get()).partition(b"\r\n\r\n")
    stop.set()
    await serving
    server.close()
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    manifest = registry.manifest("peoples_appeal")
    adapter = registry.make("peoples_appeal", httpx.AsyncClient(), manifest.simulator.secrets)
    item = adapter.verify_and_translate(headers, body, datetime.now(UTC))
    assert item.posting is not None
    assert item.posting["external_id"].startswith("MH")


async def test_faults_are_set_and_shown_while_it_runs() -> None:
    desk = Desk("police_110", Faults())
    app = registry.simulator("police_110").app(desk, desk.faults)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        assert (await http.post("/_control/faults", json={"error": 1.0})).status_code == 200
        assert (await http.get("/jcj/incidents?afterSeq=0")).status_code == 500
        assert (await http.post("/_control/faults", json={"error": 2})).status_code == 422
        assert (await http.post("/_control/faults", json={"eror": 1})).status_code == 422
        assert (await http.get("/_control/state")).json()["faults"]["error"] == 1.0
        await http.post("/_control/faults", json={"error": 0, "too_many": 1})
        busy = await http.get("/jcj/incidents?afterSeq=0")
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "1")


def test_a_line_cut_by_a_crash_costs_only_itself(tmp_path: Path) -> None:
    desk = Desk("x", Faults(), tmp_path)
    desk.add("a", {})
    desk.add("b", {})
    desk.receive("k", {"state": "办结"})
    desk.close()
    path = tmp_path / "x.jsonl"
    path.write_bytes(path.read_bytes() + b'["item", 3, 17')
    desk = Desk("x", Faults(), tmp_path)
    assert desk.add("c", {}).seq == 3
    desk.close()
    desk = Desk("x", Faults(), tmp_path)
    assert [item.external_id for item in desk.after(0, 9)[0]] == ["a", "b", "c"]
    assert not desk.receive("k", {})


def test_a_desk_forgets_the_oldest() -> None:
    desk = Desk("x", Faults())
    for number in range(KEEP * 2):
        desk.add(str(number), {})
    assert KEEP <= desk.state()["items"] <= KEEP * 5 // 4
    assert desk.knows(str(KEEP * 2 - 1))
    assert not desk.knows("0")
    assert desk.since(0, 1, 1)[0][0].seq == desk.after(0, 1)[0][0].seq
