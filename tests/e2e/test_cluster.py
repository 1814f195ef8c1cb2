"""Each role its own process, on a real Kafka and a real PostgreSQL, all of them killed again and again under
load: nothing is lost, nothing said in two ways, nothing done twice."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from bench.accounts import balance
from bench.evidence import Desks
from bench.hub import ALL, Hub, Process
from bench.settled import settle
from deploy.engines import KafkaEngine, PostgresEngine
from deploy.process import Engine
from tests.e2e.callers import Callers, write_messages
from tests.e2e.test_embedded import FAULTS, spoil
from tests.engines import running

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]
SHARED = ("classify", "route", "feedback")  # two workers each, so that partitions change hands
ROUNDS = 3
BREATH = 0.5  # seconds between two kills: some die idle, some while they start


@pytest.fixture
def engines() -> Iterator[tuple[KafkaEngine, PostgresEngine]]:
    """This test's own: it kills them, and topics have fixed names that other tests write to, too."""
    kafka, postgres = KafkaEngine(), PostgresEngine()
    with running(kafka), running(postgres):
        yield kafka, postgres


async def test_whoever_is_killed_nothing_is_lost(
    tmp_path: Path, engines: tuple[KafkaEngine, PostgresEngine]
) -> None:
    kafka, postgres = engines
    with Hub(tmp_path, kafka.url, postgres.url) as hub:
        watching, posting = hub.key("watch", "ops:read"), hub.key("grid", "complaints:write", platform="grid")
        workers = [hub.start(role) for role in ALL]
        workers += [hub.start(role, f"{role}-2") for role in SHARED]
        push = f"{hub.processes['intake'].url}/v1/webhooks/peoples_appeal"
        messages = write_messages(tmp_path / "messages.csv", 200)
        served = ("--replay", str(messages), "--repeat", "0.5", "--replay-rate", "5", "--webhook", push)
        platforms = hub.simulators(*served, "--rate", "1")
        hub.wait_ready()
        spoil(hub, FAULTS)
        callers, stop = Callers(hub.processes["intake"].url, posting), asyncio.Event()
        calling = asyncio.create_task(callers.call(stop))
        for _ in range(ROUNDS):
            await asyncio.to_thread(kill_each, workers, engines)
        stop.set()
        await calling
        platforms.stop()
        hub.simulators(*served, "--rate", "0").wait_ready()
        await settle(hub, hub.processes["hub"].url, watching, callers.taken, within=150)
        hub.stop()
        desks = Desks.of(hub.data / "simulators")
        accounts = await balance(kafka.url, postgres.url, desks, datetime.now(UTC), callers.taken)
    Console(width=120).print(accounts.table())  # shown by `pytest -s`
    assert len(callers.taken) > 100
    assert len(desks.items) > 200
    assert accounts.faults == []


def kill_each(workers: Sequence[Process], engines: Sequence[Engine]) -> None:
    """`kill -9` for everything, one after the other, and on again."""
    for worker in workers:
        worker.kill()
        worker.start()
        time.sleep(BREATH)
    for engine in engines:
        engine.kill()
        time.sleep(BREATH)
        engine.restart()
    for worker in workers:
        assert worker.running, f"{worker.name} gave up:\n{worker.tail()}"
        worker.wait_ready()
