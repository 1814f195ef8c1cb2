"""`python -m bench.replay FILE.csv`: real messages through the whole hub, and the balance of it.

The 12345 simulator serves the file, a part of it twice, while the other platforms tell stories of their own.
"""

import asyncio
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters import replay
from bench.accounts import Accounts, balance
from bench.commands import command
from bench.evidence import Desks
from bench.hub import ALL, Hub
from bench.settled import Standing, settings_of, settle
from deploy.engines import KafkaEngine, PostgresEngine
from deploy.process import Engine

out = Console(soft_wrap=True)
_STORIES = 1.0  # invented complaints a second and platform, beside the file


def main(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file: id, topic, time, body.")
    ],
    log: Annotated[str, typer.Option(help="As HUB_LOG; the embedded log by default.")] = "",
    database: Annotated[str, typer.Option(help="As HUB_DATABASE; SQLite by default.")] = "",
    engines: Annotated[bool, typer.Option(help="Start Kafka and PostgreSQL here and use them.")] = False,
    apart: Annotated[bool, typer.Option(help="A process for each role.")] = False,
    repeat: Annotated[float, typer.Option(help="The share of rows that comes again.")] = 0.5,
    rate: Annotated[float, typer.Option(help="Rows a second; 0 serves all at once.")] = 0.0,
) -> None:
    """Replay the file, wait until the hub is at rest, stop it and count."""
    with ExitStack() as stack:
        if engines:
            log, database = (_started(stack, engine) for engine in (KafkaEngine(), PostgresEngine()))
        hub = stack.enter_context(Hub(_folder(stack), log, database))
        accounts = asyncio.run(_replay(hub, file.absolute(), repeat, rate, ALL if apart else ("run",)))
    out.print(accounts.table())
    for fault in accounts.faults:
        out.print(f"[red]{fault}[/]")
    raise typer.Exit(1 if accounts.faults else 0)


def _started(stack: ExitStack, engine: Engine) -> str:
    folder = _folder(stack)
    stack.callback(engine.stop)
    return engine.start(folder)


def _folder(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-replay-")))


async def _replay(hub: Hub, file: Path, repeat: float, rate: float, roles: tuple[str, ...]) -> Accounts:
    orders = sum(1 for _ in replay.orders(file, repeat, 0, datetime.now(UTC)))
    key = hub.key("replay", "ops:read")
    for role in roles:
        hub.start(role)
    await asyncio.to_thread(hub.wait_ready)
    began = time.monotonic()
    served = ["--replay", str(file), "--repeat", str(repeat), "--replay-rate", str(rate)]
    door = hub.processes[roles[0]].url  # where the platform that pushes finds the hub
    platforms = hub.simulators(
        *served, "--rate", str(_STORIES), "--webhook", f"{door}/v1/webhooks/peoples_appeal"
    )
    platforms.wait_ready()
    await asyncio.sleep(10 + (orders / rate if rate else 0))
    platforms.stop()  # and on again without stories, or there would be no end
    hub.simulators(*served, "--rate", "0").wait_ready()
    with out.status("") as status:
        rest = await settle(
            hub, hub.processes[roles[-1]].url, key,
            show=lambda now, expected: status.update(_progress(now, expected, time.monotonic() - began)),
        )  # fmt: skip
    _show_costs(hub, rest, time.monotonic() - began)
    await asyncio.to_thread(hub.stop)
    given = settings_of(hub)
    return await balance(
        given.log_url, given.database_url, Desks.of(hub.data / "simulators"), datetime.now(UTC)
    )


def _progress(now: Standing, expected: int, seconds: float) -> str:
    return (
        f"{seconds:4.0f} s  {now.complaints:,} of {expected:,} complaints, {now.cases:,} cases; "
        f"waiting: {now.lag:,} records, {now.receipts:,} receipts, {now.clocks:,} clocks"
    )


def _show_costs(hub: Hub, rest: Standing, seconds: float) -> None:
    out.print(f"At rest after {seconds:.0f} s: {rest.cases:,} cases, {rest.records:,} records in the log.")
    costs = Table("process", "CPU s", "resident MB", "at most MB", box=None, pad_edge=False)
    for process in hub.processes.values():
        used = process.usage()
        costs.add_row(process.name, f"{used.cpu:.1f}", f"{used.rss / 1e6:.0f}", f"{used.peak / 1e6:.0f}")
    out.print(costs)


if __name__ == "__main__":
    command(main)
