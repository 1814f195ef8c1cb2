"""What a run left behind outside the database: the platforms' own files, and every record of the log."""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from contracts.topics import CASE_PROGRESSED, TOPICS, Topic
from services.chassis.log import Log, Message, Record

_PAGE = 1000  # records in hand at a time
# When something came to a door, or when a clock's command was sent, is no part of what it says: a door or
# a clock worker that died after the log took its event says it again, later, under the same id.
_ARRIVAL = {"complaint.received.v1": ("received_at",), "case.command.v1": ("at",)}


class Item(NamedTuple):
    """What a platform calls a complaint of its own."""

    platform: str
    external_id: str


@dataclass(slots=True)
class Desks:
    """What the simulated platforms hold, by their own account."""

    items: set[Item] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)  # by key

    @classmethod
    def of(cls, folder: Path) -> "Desks":
        """From the folder that the simulators keep their desks in."""
        desks = cls()
        for path in folder.glob("*.jsonl"):
            for line in path.read_text("utf-8").splitlines():
                desks._take(path.stem, line)
        return desks

    def _take(self, platform: str, line: str) -> None:
        try:
            kind, *entry = json.loads(line)
        except ValueError:
            return  # cut by a crash, so it was never served
        if kind == "item":
            self.items.add(Item(platform, entry[2]))
        else:
            self.receipts.add(entry[0])


class Told:
    """A topic's events by id: how often each was said, and in how many ways."""

    def __init__(self) -> None:
        self.times: Counter[UUID] = Counter()
        self._said: dict[UUID, set[bytes]] = defaultdict(set)
        self.steps: dict[tuple[UUID, int], dict[UUID, bytes]] = defaultdict(dict)  # of cases: event, change

    def add(self, record: Record) -> None:
        """One more record."""
        key, data = event_id(record), json.loads(record.value)
        self.times[key] += 1
        self._said[key].add(fingerprint(_lasting(record.topic, data)))
        if record.topic == CASE_PROGRESSED.name:
            step = UUID(data["matter"]["case_id"]), data["change"]["seq"]
            self.steps[step][key] = fingerprint(data["change"])

    @property
    def contradicted(self) -> int:
        """Events that say two things."""
        return sum(len(ways) > 1 for ways in self._said.values())

    @property
    def repeated(self) -> int:
        """Records that say what was said before."""
        return self.times.total() - len(self.times)

    def missing(self, promised: Collection[UUID]) -> int:
        """How many of these were never said."""
        return len(set(promised) - self.times.keys())


async def everything_told(log: Log) -> dict[str, Told]:
    """All records of all topics."""
    topics = {topic.name: Told() for topic in TOPICS}
    for topic in TOPICS:
        async for record in _records(log, topic):
            topics[topic.name].add(record)
    return topics


async def _records(log: Log, topic: Topic) -> AsyncIterator[Record]:
    for at, extent in (await log.extents([topic.name])).items():
        offset = extent.begin
        while page := await log.peek(at, offset, _PAGE):
            for record in page:
                yield record
            offset = page[-1].offset + 1


def event_id(record: Record | Message) -> UUID:
    """The CloudEvents id."""
    return UUID(dict(record.headers)["ce_id"].decode())


def fingerprint(value: Any) -> bytes:
    """The same for the same content, whatever its order."""
    return blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=16).digest()


def _lasting(topic: str, data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _ARRIVAL.get(topic, ())}
