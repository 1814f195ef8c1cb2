"""Starts the whole hub in one process, with or without the demonstration around it."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from rich.console import Console
from rich.table import Table

from adapters import registry
from adapters.simulators import SimulatorPlan, serve
from contracts.errors import HubError
from services.chassis.database import Database
from services.chassis.house import Work, live, must_be_free, open_house
from services.chassis.settings import Settings
from services.console.posts import has_operators
from services.demo.officers import play_officers
from services.demo.people import demo_people
from services.migrate import migrate
from services.platforms import address
from services.roles import ROLES
from services.web import assemble

out = Console(soft_wrap=True)
_NOBODY = """Nobody can sign in yet. Open a post at the console, in another shell with the same HUB_ settings:
  python -m services operator LOGIN --post "the post's name" --role county_centre --place 330681
尚无人可以登录。请在另一个终端中（HUB_ 设置相同）用上面的命令开设岗位账号。"""


async def run_hub(settings: Settings) -> None:
    """Every role in this process, until a signal."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    settings.data.mkdir(parents=True, exist_ok=True)
    must_be_free(settings.host, settings.port, "HUB_PORT")
    out.print("Preparing the database …")
    await migrate(settings.database_url)
    async with open_house(settings) as house, _platforms(settings):
        works: list[Work] = assemble(house, list(ROLES))
        if settings.demo:
            works.append(play_officers)
            _show_people(await demo_people(house.database, settings.data), settings)
        else:
            await welcome(house.database, settings)
        await live(house, works)
    out.print("Stopped. Nothing is lost: start again and it goes on.")


async def welcome(database: Database, settings: Settings) -> None:
    """Say where the hub is, and, where nobody can sign in, how somebody will."""
    out.print(f"The hub answers on {_address(settings)}; its data is in {settings.data.resolve()}.")
    if not await has_operators(database):
        out.print(_NOBODY, markup=False, highlight=False)


async def serve_simulators(plan: SimulatorPlan, with_parent: bool) -> None:
    """The simulated platforms, until a signal or, as a child, until the hub is gone."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (2, 15):
        loop.add_signal_handler(number, stop.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), stop.set)  # nothing is ever sent: readable means closed
    try:
        await serve(plan, stop)
    except OSError:
        raise HubError(
            "a simulated platform's port is taken: stop what uses it, or set HUB_PLATFORMS"
        ) from None


@asynccontextmanager
async def _platforms(settings: Settings) -> AsyncIterator[None]:
    """The simulated platforms as a process of their own: outside systems must not share our fate."""
    if not settings.demo:
        yield
        return
    for name in registry.names():
        platform = httpx.URL(address(settings, name))
        must_be_free(platform.host, platform.port or 80, "HUB_PLATFORMS")
    out.print("Starting four simulated platforms …")
    command = [
        sys.executable,
        "-m",
        "services",
        "simulators",
        "--with-parent",
        "--mishaps",
        "--rate",
        "0.3",
        "--webhook",
        _webhook(settings),
    ]
    environment = os.environ | {"HUB_DATA": str(settings.data), "HUB_LOG_LEVEL": "ERROR"}
    child = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, env=environment)
    try:
        await _answering(settings, child)
        yield
    finally:
        if child.stdin:
            child.stdin.close()
        with contextlib.suppress(TimeoutError, ProcessLookupError):
            await asyncio.wait_for(child.wait(), 5)
        if child.returncode is None:
            child.kill()


async def _answering(settings: Settings, child: asyncio.subprocess.Process) -> None:
    """Wait until every platform answers, so that the first look finds them."""
    async with httpx.AsyncClient(trust_env=False) as http:
        for name in registry.names():
            while child.returncode is None:
                with contextlib.suppress(httpx.TransportError):
                    await http.get(f"{address(settings, name)}/_control/state")
                    break
                await asyncio.sleep(0.1)
    if child.returncode is not None:
        raise HubError("the simulated platforms did not start; the line above says why")


def _webhook(settings: Settings) -> str:
    return f"{_address(settings)}/v1/webhooks/peoples_appeal"


def _address(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"


def _show_people(people: dict[str, dict[str, str]], settings: Settings) -> None:
    address = _address(settings)
    out.print(f"\n[bold]数智枫桥 Shuzhi Fengqiao[/]  console [link]{address}[/]  API {address}/docs")
    logins = Table("Login 账号", "Password 密码", "Post 岗位", box=None, pad_edge=False)
    for login, password in people["logins"].items():
        logins.add_row(login, password, people["posts"][login])
    out.print(logins)
    keys = Table("Key 密钥", "", box=None, pad_edge=False)
    for name, key in people["keys"].items():
        keys.add_row(name, key)
    out.print(keys)
    out.print(f"Data in {settings.data.resolve()} (make clean-data empties it). Ctrl-C stops.\n")
