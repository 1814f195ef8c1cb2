"""The real engines on this machine, without Docker: `python -m deploy.engines`, stopped by Ctrl-C."""

import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.cache import cache_folder
from deploy.kafka.engine import KafkaEngine
from deploy.postgres import PostgresEngine
from deploy.process import Engine, EngineError

__all__ = ["EngineError", "KafkaEngine", "PostgresEngine"]


def main(
    data: Annotated[
        Path | None, typer.Option(help="Where the data is kept; by default in your cache.")
    ] = None,
) -> None:
    """Start Apache Kafka and PostgreSQL on free ports of 127.0.0.1 and say how to use them."""
    console = Console(stderr=True)  # standard output carries the two lines for the shell, and nothing else
    folder = data or cache_folder() / "engines"
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.default_int_handler)
    try:
        with ExitStack() as engines:
            log = _start(KafkaEngine(), folder / "kafka", console, engines)
            database = _start(PostgresEngine(), folder / "postgres", console, engines)
            typer.echo(f"export HUB_LOG={log}\nexport HUB_DATABASE={database}")
            console.print(f"Their data is in {folder}. Ctrl-C stops both.")
            signal.pause()
    except KeyboardInterrupt:
        console.print("Stopped both.")
    except EngineError as error:
        console.print(str(error), markup=False, style="red")
        raise typer.Exit(1) from None


def _start(engine: Engine, folder: Path, console: Console, engines: ExitStack) -> str:
    first = "" if folder.exists() else " for the first time (fetches and sets up what it needs)"
    with console.status(f"Starting {engine.name}{first} …"):
        engines.callback(engine.stop)
        url = engine.start(folder)
    console.print(f"{engine.name} answers on port {engine.port}.")
    return url


if __name__ == "__main__":
    typer.run(main)
