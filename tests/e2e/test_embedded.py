"""The hub in one process, on the embedded log and database: whatever goes in comes out, whatever dies."""

import asyncio
from datetime import UTC, datetime

import httpx
from rich.console import Console

from bench.accounts import balance
from bench.evidence import Desks
from bench.hub import Hub
from bench.settled import settings_of, settle
from tests.e2e.callers import Callers, write_messages

FAULTS = {"error": 0.1, "too_many": 0.05, "truncated": 0.05, "duplicate": 0.2, "out_of_order": 0.2}
PLAY = ("--repeat", "0.5", "--replay-rate", "25")


async def test_in_is_out_although_it_is_killed_three_times(tmp_path) -> None:
    with Hub(tmp_path) as hub:
        watching, posting = hub.key("watch", "ops:read"), hub.key("grid", "complaints:write", platform="grid")
        run = hub.start("run")
        run.wait_ready()
        messages = write_messages(tmp_path / "messages.csv", 200)
        push = f"{run.url}/v1/webhooks/peoples_appeal"
        served = ("--replay", str(messages), *PLAY, "--webhook", push)
        platforms = hub.simulators(*served, "--rate", "2")
        platforms.wait_ready()
        spoil(hub, FAULTS)

        callers, stop = Callers(run.url, posting), asyncio.Event()
        calling = asyncio.create_task(callers.call(stop))
        for _ in range(3):
            await asyncio.sleep(3)
            run.kill()
            run.start()
            await asyncio.to_thread(run.wait_ready)
        code, _seconds = await asyncio.to_thread(run.stop)  # under load: what is in hand is finished
        assert code == 0, run.tail()
        run.start()
        await asyncio.to_thread(run.wait_ready)
        await asyncio.sleep(2)
        stop.set()
        await calling

        platforms.stop()
        hub.simulators(*served, "--rate", "0").wait_ready()
        await settle(hub, run.url, watching, callers.taken, within=240)
        code, _seconds = await asyncio.to_thread(run.stop)
        assert code == 0, run.tail()
        given, desks = settings_of(hub), Desks.of(hub.data / "simulators")
        accounts = await balance(given.log_url, given.database_url, desks, datetime.now(UTC), callers.taken)
    Console(width=120).print(accounts.table())  # shown by `pytest -s`
    assert len(callers.taken) > 50
    assert len(desks.items) > 250
    assert accounts.faults == []


def spoil(hub: Hub, faults: dict[str, float]) -> None:
    """Have all platforms misbehave from now on."""
    for address in hub.platforms.values():
        httpx.post(f"{address}/_control/faults", json=faults, trust_env=False).raise_for_status()
