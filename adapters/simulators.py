"""All simulators in one process: their servers, the demo feed, a replayed file."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from adapters import registry, replay
from adapters.faults import Faults
from adapters.feed import Feed, scenes
from adapters.peoples_appeal.simulator import push
from adapters.simulation import Desk, Item

_LOG = logging.getLogger(__name__)
_REPLAYED = "hotline_12345"
_BATCH = 200  # replayed messages between two turns of the event loop


@dataclass(frozen=True, slots=True)
class SimulatorPlan:
    """What to serve. Rates are items a second; a replay rate of 0 means all at once."""

    data_dir: Path | None = None
    host: str = "127.0.0.1"
    ports: dict[str, int] = field(default_factory=dict)  # the manifests' where not named
    platforms: Sequence[str] = field(default_factory=registry.names)
    rate: float = 0.5  # of each platform's feed; 0 for none
    replay: Path | None = None
    replay_rate: float = 0.0
    repeat: float = 0.0  # the share of the replayed messages that comes again
    faults: Faults = field(default_factory=Faults)
    seed: int = 0
    mishaps: bool = False  # whether the feed tells what cannot come in, too
    webhook: str | None = None  # where peoples_appeal pushes to, the hub's own URL


async def serve(plan: SimulatorPlan, stop: asyncio.Event) -> None:
    """Serves until `stop` is set. Raises `OSError` where a port is taken, `Invalid` for an unfit file."""
    desks = {name: _desk(name, plan) for name in plan.platforms}
    orders = _orders(plan)
    with contextlib.ExitStack() as closing:
        for desk in desks.values():
            closing.callback(desk.close)
        servers = [_server(plan, desk, closing) for desk in desks.values()]
        async with httpx.AsyncClient(timeout=5) as http, asyncio.TaskGroup() as group:
            for server, bound in servers:
                group.create_task(server.serve([bound]))
            feeding = [group.create_task(work) for work in _work(plan, desks, orders, http)]
            await stop.wait()
            for task in feeding:
                task.cancel()
            for server, _ in servers:
                server.should_exit = True


def _orders(plan: SimulatorPlan) -> Iterator[replay.Order]:
    if plan.replay is None:
        return iter(())
    return replay.orders(plan.replay, plan.repeat, plan.seed, plan.faults.now())


def _desk(name: str, plan: SimulatorPlan) -> Desk:
    return Desk(name, plan.faults.model_copy(), plan.data_dir, plan.seed)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals belong to the composition root


def _server(plan: SimulatorPlan, desk: Desk, closing: contextlib.ExitStack) -> tuple[_Server, socket.socket]:
    port = plan.ports.get(desk.name, registry.manifest(desk.name).simulator.port)
    bound = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((plan.host, port))
    app = registry.simulator(desk.name).app(desk, desk.faults)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        date_header=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
    )
    return _Server(config), bound


def _work(
    plan: SimulatorPlan, desks: dict[str, Desk], orders: Iterator[replay.Order], http: httpx.AsyncClient
) -> Iterator[Coroutine[Any, Any, None]]:
    if plan.replay and _REPLAYED in desks:
        yield _replay(plan.replay_rate, orders, desks[_REPLAYED])
    if plan.rate > 0:
        yield _feed(plan, desks, http)


async def _feed(plan: SimulatorPlan, desks: dict[str, Desk], http: httpx.AsyncClient) -> None:
    told = [scene for scene in scenes() if plan.mishaps or not scene.once]
    feed = Feed(plan.seed + sum(desk.seq for desk in desks.values()), told)  # a restart tells something new
    while True:
        for desk in desks.values():
            await asyncio.sleep(1 / plan.rate / len(desks))
            telling = feed.next(desk.name, desk.faults.now())
            added = desk.add(*registry.simulator(desk.name).item(telling, desk.seq + 1))
            if plan.webhook and desk.name == "peoples_appeal":
                await _push(added, plan.webhook, http, desk.faults)


async def _push(item: Item, url: str, http: httpx.AsyncClient, faults: Faults) -> None:
    try:
        await push(item, url, http, faults)
    except httpx.HTTPError as error:
        _LOG.info("the hub did not take a push (%s); the listing has it", type(error).__name__)


async def _replay(rate: float, orders: Iterator[replay.Order], desk: Desk) -> None:
    before = desk.served()  # by an earlier start on the same folder: go on behind it
    for number, (external_id, data) in enumerate(orders):
        if before[external_id]:
            before[external_id] -= 1
            continue
        desk.add(external_id, data)
        if rate > 0:
            await asyncio.sleep(1 / rate)
        elif number % _BATCH == 0:
            await asyncio.sleep(0)
