"""What is measured: a real Kafka, a real PostgreSQL and the hub's roles, each a process of this machine."""

import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path

from bench.hub import Hub
from bench.usage import cpu_of_tree
from deploy.engines import KafkaEngine, PostgresEngine
from deploy.process import Engine

# Without `pull`: everything comes by REST here, and it would ask platforms that nobody simulates.
ROLES = ("intake", "classify", "route", "feedback", "clock", "receipt", "hub")
_ENGINES = ("Kafka", "PostgreSQL")
_SOON = re.compile(r"\{ (seconds|minutes) = \d+ \}")
_TICK = 0.2  # seconds after which /proc shows what was done


class Rig:
    """A hub that is ready to work, and meters on everything it uses."""

    def __init__(self, hub: Hub, engines: Mapping[str, Engine]) -> None:
        self.hub, self.engines = hub, engines
        self.key = hub.key("bench", "complaints:write", platform="grid")
        self.intake = hub.processes["intake"].url
        self.log_url, self.database_url = engines["Kafka"].url, engines["PostgreSQL"].url

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU so far, by role and by engine."""
        time.sleep(_TICK)
        ours = {name: process.usage().cpu for name, process in self.hub.processes.items()}
        return ours | {name: cpu_of_tree(engine.pid) for name, engine in self.engines.items()}

    def memory(self) -> dict[str, int]:
        """Bytes resident, by role."""
        return {name: process.usage().rss for name, process in self.hub.processes.items()}


@contextmanager
def rig() -> Iterator[Rig]:
    """Engines and roles of its own on free ports, in folders that go when it ends."""
    with ExitStack() as stack:
        engines = {engine.name: engine for engine in (KafkaEngine(), PostgresEngine())}
        for engine in engines.values():
            engine.start(_folder(stack, engine.name))
            stack.callback(engine.stop)
        settings = {
            "HUB_RATE": "1000000/second",  # the limit is for callers, here there is one
            "HUB_RULEBOOKS": str(_patient(_folder(stack, "rules"))),
        }
        log, database = (engines[name].url for name in _ENGINES)
        with Hub(_folder(stack, "hub"), log, database, settings) as hub:
            for role in ROLES:
                hub.start(role)
            hub.wait_ready()
            yield Rig(hub, engines)
            hub.stop()


def _patient(folder: Path) -> Path:
    """The shipped promises, with a day instead of minutes: nobody signs a case here, and what one run leaves
    unsigned must not be escalated at the next one's expense."""
    own = folder / "feedback"
    own.mkdir()
    for name in ("clocks.toml", "rules.toml"):
        shipped = (files("feedback") / "data" / name).read_text("utf-8")
        (own / name).write_text(_SOON.sub("{ days = 1 }", shipped), "utf-8")
    return folder


def _folder(stack: ExitStack, name: str) -> Path:
    path = Path(tempfile.mkdtemp(prefix=f"bench-{name}-".lower()))
    stack.callback(shutil.rmtree, path, ignore_errors=True)
    return path
