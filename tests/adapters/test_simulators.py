"""The simulators' own promises: steering, restarts, pushes."""

import asyncio
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from adapters import registry
from adapters.faults import Faults
from adapters.simulation import KEEP, Desk
from adapters.simulators import SimulatorPlan, serve
from contracts.errors import Invalid
from tests.adapters.conformance import free_port

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
PLATFORMS = registry.names()


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
