"""The log in one SQLite file, for one process: a laptop, a small county, tests. Survives kill -9."""

import asyncio
import logging
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar, TypeVarTuple

from contracts.errors import Invalid, LogDown
from contracts.topics import Topic
from services.chassis.local_group import Group, LocalReader, Member, Wanted
from services.chassis.local_store import Progress, Store, Stretch
from services.chassis.log import (
    Extent,
    Message,
    Positions,
    Reader,
    Record,
    Revoked,
    Subscription,
    TopicPartition,
    refuse_oversized,
)

SWEEP_SECONDS = 600.0  # how often records past their retention are removed
_log = logging.getLogger(__name__)
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Write(NamedTuple):
    messages: Sequence[Message]
    progress: Sequence[Progress]
    done: asyncio.Future[None]


class LocalLog:
    """Publishes and commits that come while a transaction is being synced share the next one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store: Store | None = None
        self._writer: ThreadPoolExecutor
        self._reader: ThreadPoolExecutor
        self._waiting: list[_Write] = []
        self._flushing: asyncio.Task[None] | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._groups: dict[str, Group] = {}
        self._readers = defaultdict[str, set[LocalReader]](set)

    async def start(self) -> None:
        self._writer, self._reader = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._groups.clear()
        try:
            self._store = await self._run(self._writer, Store, self._path)
        except LogDown as error:
            raise LogDown(
                f"{self._path} cannot be opened ({error}). Is another hub running on it? "
                "One data folder is for one hub; several share a Kafka."
            ) from None
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        if self._sweeping:
            self._sweeping.cancel()
        if self._flushing:
            await self._flushing
        store, self._store = self._store, None
        await asyncio.to_thread(self._writer.shutdown)
        await asyncio.to_thread(self._reader.shutdown)
        if store:
            await asyncio.to_thread(store.close)

    async def create(self, topics: Sequence[Topic]) -> None:
        await self._run(self._writer, self._open().create, topics)

    async def publish(self, messages: Sequence[Message]) -> None:
        refuse_oversized(messages)
        self._stretches({m.topic for m in messages})
        await self._write(messages, ())

    @asynccontextmanager
    async def subscribe(
        self, topics: Sequence[str], group: str, revoked: Revoked | None = None
    ) -> AsyncIterator[Subscription]:
        store = self._open()
        self._stretches(topics)
        peers = self._groups.setdefault(
            group, Group(store.topics, lambda s: store.progress.get((group, s.id), s.begin))
        )
        member = Member(self._read, lambda progress: self._write((), progress), group, topics, revoked)
        with self._woken(topics, member):
            try:
                await peers.join(member)
                yield member
            finally:
                await peers.leave(member)

    @asynccontextmanager
    async def tail(self, topics: Sequence[str], since: Positions | None = None) -> AsyncIterator[Reader]:
        stretches, since = self._stretches(topics), since or {}
        reader = LocalReader(self._read)
        reader.place(stretches, {s.at: since.get(s.at, s.end) for s in stretches})
        with self._woken(topics, reader):
            yield reader

    async def extents(self, topics: Sequence[str]) -> dict[TopicPartition, Extent]:
        return {s.at: Extent(s.begin, s.end) for s in self._stretches(topics)}

    async def committed(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        progress = self._open().progress
        found = {s.at: progress.get((group, s.id)) for s in self._stretches(topics)}
        return {at: position for at, position in found.items() if position is not None}

    async def peek(self, at: TopicPartition, offset: int, count: int) -> list[Record]:
        stretch = next((s for s in self._stretches([at.topic]) if s.at == at), None)
        if stretch is None:
            raise Invalid("no_partition", f"{at.topic} has no partition {at.partition}")
        (records,) = await self._read([(stretch, max(offset, stretch.begin), count)])
        return records

    def _open(self) -> Store:
        if self._store is None:
            raise LogDown("the local log is not open")
        return self._store

    def _stretches(self, topics: Iterable[str]) -> list[Stretch]:
        known = self._open().topics
        if missing := [t for t in topics if t not in known]:
            raise LogDown(f"there is no topic {', '.join(missing)}")
        return [stretch for t in topics for stretch in known[t]]

    @contextmanager
    def _woken(self, topics: Sequence[str], reader: LocalReader) -> Iterator[None]:
        for topic in topics:
            self._readers[topic].add(reader)
        try:
            yield
        finally:
            for topic in topics:
                self._readers[topic].discard(reader)

    async def _read(self, wanted: Wanted) -> list[list[Record]]:
        store = self._open()
        return await self._run(self._reader, lambda: [store.read(*want) for want in wanted])

    async def _write(self, messages: Sequence[Message], progress: Sequence[Progress]) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(messages, progress, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        while writes := self._waiting:
            self._waiting = []
            messages = [m for w in writes for m in w.messages]
            progress = [p for w in writes for p in w.progress]
            try:
                await self._run(self._writer, self._open().write, messages, progress)
                fault = ""
            except Exception as error:  # whoever waits must hear of it, whatever it is
                fault = str(error) if isinstance(error, LogDown) else type(error).__name__
            _settle(writes, fault)
            for reader in set[LocalReader]().union(*(self._readers[t] for t in {m.topic for m in messages})):
                reader.wake.set()

    async def _sweep(self) -> None:
        while True:
            try:
                while await self._run(self._writer, self._open().expire, datetime.now(UTC)):
                    pass
            except LogDown as error:
                _log.warning("records past their retention stay for now: %s", error)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _run(self, thread: ThreadPoolExecutor, work: Callable[[*Ts], T], *args: *Ts) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, work, *args)
        except (sqlite3.Error, OSError) as error:
            raise LogDown(f"the local log failed: {error}") from None


def _settle(writes: Iterable[_Write], fault: str) -> None:
    for done in [w.done for w in writes if not w.done.done()]:
        if fault:
            done.set_exception(LogDown(fault))
        else:
            done.set_result(None)
