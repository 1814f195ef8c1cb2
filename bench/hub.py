"""The hub's roles as processes of our own: started on free ports, watched, stopped, killed, started again.

Whatever an operator has, and nothing else: the command line, the environment, HTTP.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import httpx

from adapters import registry
from deploy.process import free_port

READY_WITHIN = 180.0  # seconds, on a machine where everything starts at once and others work too
STOP_WITHIN = 25.0  # the house gives itself 20
ALL = ("intake", "pull", "classify", "route", "feedback", "clock", "receipt", "hub")
_ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_MALLOC = {"MALLOC_ARENA_MAX": "1"}  # as `make run` and the image have it


class Usage(NamedTuple):
    """What a process has cost: seconds of CPU so far, bytes resident now and at most."""

    cpu: float
    rss: int
    peak: int


class Process:
    """One process of the hub, at one address for life."""

    def __init__(self, hub: "Hub", name: str, command: Sequence[str], port: int, ready: str) -> None:
        self.name, self.port, self._ready = name, port, ready
        self._hub, self._command = hub, command
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; `wait_ready` says when it can work."""
        environment = self._hub.environment | {"HUB_PORT": str(self.port)}
        with (self._hub.folder / f"{self.name}.log").open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services", *self._command],
                cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip

    def wait_ready(self) -> None:
        """Until it answers. Raises `RuntimeError` with the end of its output where it does not."""
        deadline = time.monotonic() + READY_WITHIN
        while not self.answers():
            if not self.running or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} is not ready; the end of its output:\n{self.tail()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether it says that it can work."""
        try:
            return httpx.get(self.url + self._ready, trust_env=False, timeout=3).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`, as the power would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; its exit code and the seconds it took. Killed where it takes longer than it may."""
        assert self._process
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            code = -signal.SIGKILL
        return code, time.monotonic() - began

    def usage(self) -> Usage:
        """From /proc; nothing of it where the process is gone."""
        assert self._process
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except FileNotFoundError:
            return Usage(0.0, 0, 0)
        sizes = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith("Vm")}
        cpu = (int(stat[11]) + int(stat[12])) / _TICKS
        return Usage(cpu, 1024 * int(sizes.get("VmRSS", 0)), 1024 * int(sizes.get("VmHWM", 0)))

    def tail(self, lines: int = 15) -> str:
        """The end of what it printed."""
        path = self._hub.folder / f"{self.name}.log"
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])


class Hub:
    """A hub with its data in `folder`; on the embedded log and database where no others are named."""

    def __init__(
        self, folder: Path, log: str = "", database: str = "", settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.platforms = {name: f"http://127.0.0.1:{free_port()}" for name in registry.names()}
        credentials = {name: dict(registry.manifest(name).simulator.secrets) for name in self.platforms}
        ours = {
            "HUB_DATA": str(self.data),
            "HUB_LOG": log,
            "HUB_DATABASE": database,
            "HUB_SECRET": secrets.token_urlsafe(32),
            "HUB_LOG_LEVEL": "WARNING",
            "HUB_PLATFORMS": json.dumps(self.platforms),
            "HUB_PLATFORM_SECRETS": json.dumps(credentials),
        }
        others = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        self.environment = others | _MALLOC | ours | dict(settings or {})
        self.processes: dict[str, Process] = {}

    def __enter__(self) -> Self:
        self.call("migrate")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes.values():
            if process.running:
                process.kill()

    def call(self, *command: str) -> str:
        """What a command of the hub prints. Raises `RuntimeError` where it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "services", *command],
            cwd=_ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"`services {command[0]}` failed:\n{done.stderr[-2000:]}")
        return done.stdout.strip()

    def key(self, name: str, *scopes: str, platform: str = "") -> str:
        """A new API key: a platform's, or a centre's."""
        wanted = [word for scope in scopes for word in ("--scope", scope)]
        return self.call("key", name, *wanted, *(["--platform", platform] if platform else ["--centre"]))

    def start(self, role: str, name: str = "") -> Process:
        """Start a role, or `run` for all of them; a second worker of a role needs a name of its own."""
        return self._begin(name or role, [role], free_port(), "/readyz")

    def simulators(self, *options: str) -> Process:
        """Start the platforms, at the addresses where this hub expects them."""
        first = int(next(iter(self.platforms.values())).rpartition(":")[2])
        return self._begin("simulators", ["simulators", *options], first, "/_control/state")

    def wait_ready(self) -> None:
        """Until every process can work."""
        for process in self.processes.values():
            process.wait_ready()

    def stop(self) -> None:
        """All in order, the platforms last."""
        for process in sorted(self.processes.values(), key=lambda process: process.name == "simulators"):
            if process.running:
                process.stop()

    def _begin(self, name: str, command: Sequence[str], port: int, ready: str) -> Process:
        self.processes[name] = Process(self, name, command, port, ready)
        return self.processes[name]
