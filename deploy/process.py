"""An engine: a server program with its own folder of data, run as a child of this process."""

import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_UP_WITHIN = 60  # seconds; Kafka takes about two on a free laptop
_DOWN_WITHIN = 30


class EngineError(Exception):
    """An engine is missing something or does not run; the text says what to do."""


class Engine(ABC):
    """Starts, stops and kills one server. Address and data stay the same over a restart."""

    name: str
    stop_signal: int
    identity: Mapping[str, Any] = {}  # the arguments of `Popen` that say as whom it runs

    def __init__(self) -> None:
        self.folder = Path()
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running server's process id."""
        if self._process is None:
            raise EngineError(f"{self.name} does not run")
        return self._process.pid

    @property
    @abstractmethod
    def url(self) -> str:
        """What HUB_LOG or HUB_DATABASE must be to use this engine."""

    @abstractmethod
    def _prepare(self) -> None:
        """Find the programs and lay out `folder`. Raises `EngineError`."""

    @abstractmethod
    def _command(self) -> Sequence[str | Path]:
        """The server in the foreground."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the running server serves clients."""

    def start(self, folder: Path, port: int = 0) -> str:
        """Start on 127.0.0.1, data in `folder`; port 0 picks a free one. Returns `url` once it answers."""
        self.folder, self.port = folder.absolute(), port or free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._prepare()
        return self._launch()

    def stop(self) -> None:
        """Shut down in order; what was acknowledged is on disk either way."""
        if process := self._process:
            process.send_signal(self.stop_signal)
            try:
                process.wait(_DOWN_WITHIN)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """`kill -9`, as a crash would."""
        if process := self._process:
            process.kill()
            process.wait()
        self._process = None

    def restart(self) -> str:
        """Start again where it was. Tries for a while: a killed server's children may hold its data still."""
        deadline = time.monotonic() + _DOWN_WITHIN
        while True:
            try:
                return self._launch()
            except EngineError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def log_tail(self, lines: int = 20) -> str:
        """The end of what the server printed."""
        text = self._log.read_text("utf-8", "replace") if self._log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _launch(self) -> str:
        with self._log.open("ab") as log:
            # Own session: Ctrl-C in the terminal must reach us only, so that we stop it in order.
            self._process = subprocess.Popen(  # noqa: S603
                self._command(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **self.identity,
            )
        deadline = time.monotonic() + _UP_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise EngineError(f"{self.name} did not start; the end of {self._log}:\n{self.log_tail()}")
            time.sleep(0.05)
        return self.url


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(command: Sequence[str | Path], **options: Any) -> None:
    """Run a helper program to its end. Raises `EngineError` with what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # noqa: S603
    if done.returncode:
        shown = " ".join(map(str, command[:4]))
        raise EngineError(f"`{shown} …` failed:\n{(done.stdout + done.stderr)[-2000:]}")
