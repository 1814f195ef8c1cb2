"""A file served as work orders."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from adapters import registry, replay
from adapters.simulators import SimulatorPlan, serve
from contracts.errors import Invalid
from tests.adapters.conformance import drain, free_port, patient

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
PLATFORMS = registry.names()


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
