"""The log as the house sees it. `local.py` and `kafka.py` keep this promise, one suite holds both to it.

Order holds within a partition, and a key always meets the same partition. What `publish` returned
from is durable. What a group committed is where it goes on after any crash; what it read without
committing comes again.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from contracts.errors import Invalid
from contracts.topics import Topic

MAX_RECORD_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be published. Key, value and headers may hold personal data, so `repr` shows none."""

    topic: str
    key: bytes
    value: bytes = field(repr=False)
    headers: Sequence[tuple[str, bytes]] = field(default=(), repr=False)


def refuse_oversized(messages: Sequence[Message]) -> None:
    """Raises `Invalid` where a message's key, value and headers together are over 1 MiB."""
    for m in messages:
        size = len(m.key) + len(m.value) + sum([len(name) + len(value) for name, value in m.headers])
        if size > MAX_RECORD_BYTES:
            raise Invalid(
                "too_large", f"a message for {m.topic} has {size} bytes, {MAX_RECORD_BYTES} are allowed"
            )


@dataclass(frozen=True, slots=True)
class Record:
    """What was published, and where it lies."""

    topic: str
    partition: int
    offset: int
    at: datetime
    key: bytes
    value: bytes = field(repr=False)
    headers: Sequence[tuple[str, bytes]] = field(default=(), repr=False)


class TopicPartition(NamedTuple):
    """One stretch of one topic."""

    topic: str
    partition: int


class Extent(NamedTuple):
    """Where a partition begins, and the offset its next record will have."""

    begin: int
    end: int


Positions = Mapping[TopicPartition, int]


class Reader(Protocol):
    """A place in the log that moves forward."""

    async def fetch(self, max_records: int, max_wait: float) -> list[Record]:
        """The next records, in order within each partition; empty after `max_wait` seconds without any."""

    async def seek(self, positions: Positions) -> None:
        """Go on from these offsets. Raises `Clash` for a partition that is not this reader's."""


class Subscription(Reader, Protocol):
    """A member of a group: it shares the topics' partitions with the other members."""

    async def commit(self, positions: Positions) -> None:
        """From now on the group goes on at these offsets. Raises `Clash` where a partition was taken away."""

    def assignment(self) -> set[TopicPartition]:
        """The partitions this member has now."""


class Revoked(Protocol):
    """Called, and awaited, before partitions go to another member: finish and commit what is in hand.

    `fetch` gives nothing meanwhile but returns in time. Afterwards every member, also one that keeps a
    partition, reads on from where the group committed.
    """

    async def __call__(self) -> None: ...


class Log(Protocol):
    """A durable, partitioned, ordered log."""

    async def start(self) -> None:
        """Connect. Raises `LogDown` where the log is out of reach."""

    async def stop(self) -> None:
        """Flush and let go."""

    async def create(self, topics: Sequence[Topic]) -> None:
        """Make the topics that are missing."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all; returns when every one is durable. Raises `LogDown` (all or some may be in the log
        then: publish again, readers know the ids) and `Invalid` for a message over 1 MiB (none is in)."""

    def subscribe(
        self, topics: Sequence[str], group: str, revoked: Revoked | None = None
    ) -> AbstractAsyncContextManager[Subscription]:
        """Join `group`. A group that never committed starts at the beginning."""

    def tail(
        self, topics: Sequence[str], since: Positions | None = None
    ) -> AbstractAsyncContextManager[Reader]:
        """Read all partitions without a group: from `since`, or from now where it names nothing.

        An offset that retention has removed becomes the first one there.
        """

    async def extents(self, topics: Sequence[str]) -> dict[TopicPartition, Extent]:
        """Where each partition begins and ends."""

    async def committed(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Where the group would go on; partitions it never committed are absent."""

    async def peek(self, at: TopicPartition, offset: int, count: int) -> list[Record]:
        """Up to `count` records from `offset`, without a group and without moving anything. Raises `Invalid`
        where there is no such partition."""
