"""What a process holds while it lives, and how it begins and ends."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from starlette.types import ASGIApp

from contracts.errors import HubError, LogDown, TooManyDeadLetters
from contracts.topics import TOPICS
from services.chassis.database import Database
from services.chassis.kafka_access import access_of
from services.chassis.log import Log
from services.chassis.open_log import open_log
from services.chassis.punctual import Punctual
from services.chassis.settings import Settings

if TYPE_CHECKING:
    import httpx

DRAIN = 20.0  # seconds from the first signal to the last breath
LOOK = 1.0  # seconds between two tries to find the log

logger = structlog.get_logger()

Work = Callable[["House"], Coroutine[Any, Any, None]]


@dataclass
class House:
    """Open connections and the word to stop, handed to everything that runs in the process."""

    settings: Settings
    log: Log
    database: Database
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)  # what is let go of at the end
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    halted: list[str] = field(default_factory=list)  # stages that refuse to go on

    @cached_property
    def http(self) -> "httpx.AsyncClient":
        """The client for the platforms, made when first asked for: most processes never speak to one."""
        import httpx

        client = httpx.AsyncClient(timeout=10.0, trust_env=False)
        self.closing.push_async_callback(client.aclose)
        return client

    async def pause(self, seconds: float) -> bool:
        """Wait; true when it is time to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)
        return self.stop.is_set()

    async def healthy(self) -> None:
        """Raises where a stage has stopped itself: a person must look, a restart goes on."""
        if self.halted:
            raise TooManyDeadLetters(", ".join(self.halted))


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Connect log and database, make missing topics, and let go of everything at the end."""
    settings.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        log = open_log(settings.log_url, access_of(settings))
        stack.push_async_callback(log.stop)
        await _connect(log, patient=bool(settings.log))
        database = Database(settings.database_url, settings.pool)
        stack.push_async_callback(database.stop)
        yield House(settings, log, database, stack)


async def _connect(log: Log, patient: bool) -> None:
    """An engine may come up after us, or be away just now; the embedded log is there or somebody else's."""
    while True:
        try:
            await log.start()
            return await log.create(TOPICS)
        except LogDown as error:
            if not patient:
                raise
            logger.warning("log_away", error=str(error))  # names no values, as all of ours
            await log.stop()
        await asyncio.sleep(LOOK)


async def live(house: House, work: Sequence[Work]) -> None:
    """Run until a signal or a fault; then stop all, give them `DRAIN` seconds, and raise the fault."""
    _stop_on_signals(house.stop)
    _spare_the_collector()
    tasks = [asyncio.create_task(_guarded(one, house), name=one.__name__) for one in work]
    stopping = asyncio.create_task(house.stop.wait(), name="stop")
    await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    house.stop.set()
    _done, late = await asyncio.wait(tasks, timeout=DRAIN)
    for task in late:
        logger.warning("drain_timed_out", role=task.get_name())
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _guarded(work: Work, house: House) -> None:
    """A stage that drowns in dead letters halts alone; doors and the other stages go on beside it."""
    try:
        await work(house)
    except TooManyDeadLetters as error:
        house.halted.append(str(error))
        logger.error("stage_halted", stage=work.__name__)
    await house.stop.wait()  # who has nothing left to do is no reason for the others to go


def _spare_the_collector() -> None:
    """A batch makes many objects that die together, none in a cycle. By default the collector walks them,
    and all the rulebooks, again and again: a quarter of a stage's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


class PortTaken(HubError):
    """Nobody could reach us."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the house decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


def serving(app: ASGIApp, host: str, port: int) -> Work:
    """The work of answering HTTP."""

    async def serve(house: House) -> None:
        bound = _bound(host, port)
        config = uvicorn.Config(
            app,
            http=Punctual,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            forwarded_allow_ips=house.settings.proxies,
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve([bound]))
        stopping = asyncio.create_task(house.stop.wait())
        await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await running

    return serve


def must_be_free(host: str, port: int, setting: str) -> None:
    """Raises `PortTaken`, before anything is started, where somebody else answers there."""
    _bound(host, port, setting).close()


def _bound(host: str, port: int, setting: str = "HUB_PORT") -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError:
        raise PortTaken(f"{host}:{port} is taken or not ours: stop what uses it, or set {setting}") from None
