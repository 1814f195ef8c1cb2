"""The file under the local log: SQLite in WAL mode, every transaction synced to disk.

A record's row id is `stretch * SPAN + offset`, so that appending and reading on are walks along one B-tree.
Two threads use a store, one that writes and one that reads, each with a connection of its own.
"""

import sqlite3
import struct
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from contracts.topics import Topic
from services.chassis.log import Message, Record, TopicPartition

SPAN = 1 << 40  # more offsets than a partition will ever have, and room for 8 million partitions
_READ_BYTES = 8 * 1024 * 1024  # one read stops here, so that big records cannot fill the memory
_EXPIRE_ROWS = 2_000  # removed in one transaction, so that a publish never waits long behind it

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stretch (
  id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, retention_ms INTEGER NOT NULL,
  begin INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, partition));
CREATE TABLE IF NOT EXISTS record (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, headers BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS progress (
  consumers TEXT NOT NULL, stretch INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (consumers, stretch)
) WITHOUT ROWID;
"""
_APPEND = "INSERT INTO record (id, at, key, value, headers) VALUES (?, ?, ?, ?, ?)"
_COMMIT = "INSERT OR REPLACE INTO progress (consumers, stretch, position) VALUES (?, ?, ?)"
_READ = "SELECT id, at, key, value, headers FROM record WHERE id >= ? AND id < ? ORDER BY id"


Progress = tuple[str, int, int]  # group, stretch, position


@dataclass(slots=True)
class Stretch:
    """One partition: where it begins, and the offset its next record will have."""

    id: int
    at: TopicPartition
    retention: timedelta
    begin: int
    end: int


class Store:
    """An open file. Raises `sqlite3.Error`; one that is locked belongs to another process."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds people's data; SQLite gives the files beside it the same mode
        self._lock = _take_lock(path)
        self._writer, self._reader = _connect(path), _connect(path)
        self._writer.executescript(_SCHEMA)
        self.topics: dict[str, list[Stretch]] = {}
        self._load()
        rows = self._writer.execute("SELECT * FROM progress")
        self.progress: dict[tuple[str, int], int] = {(group, key): at for group, key, at in rows}

    def _load(self) -> None:
        known = set(self.topics)
        for row in self._writer.execute("SELECT * FROM stretch ORDER BY topic, partition").fetchall():
            if row[1] not in known:
                self._know(*row)

    def _know(self, key: int, topic: str, partition: int, retention_ms: int, begin: int) -> None:
        first = key * SPAN
        (last,) = self._writer.execute(
            "SELECT max(id) FROM record WHERE id >= ? AND id < ?", (first, first + SPAN)
        ).fetchone()
        end = begin if last is None else last - first + 1
        at = TopicPartition(topic, partition)
        self.topics.setdefault(topic, []).append(
            Stretch(key, at, timedelta(milliseconds=retention_ms), begin, end)
        )

    def close(self) -> None:
        for connection in (self._writer, self._reader, self._lock):
            connection.close()

    def create(self, topics: Sequence[Topic]) -> None:
        """Make what is missing."""
        missing = [t for t in topics if t.name not in self.topics]
        rows = [(t.name, p, t.retention // _MS) for t in missing for p in range(t.partitions)]
        with self._transaction():
            self._writer.executemany(
                "INSERT INTO stretch (topic, partition, retention_ms) VALUES (?, ?, ?)", rows
            )
        self._load()

    def write(self, messages: Iterable[Message], progress: Sequence[Progress]) -> None:
        """Append the messages and note the progress, all in one transaction."""
        now, rows, ends = time.time_ns() // 1_000_000, [], dict[int, tuple[Stretch, int]]()
        for m in messages:
            line = self.topics[m.topic]
            stretch = line[crc32(m.key) % len(line)]
            _, end = ends.get(stretch.id, (stretch, stretch.end))
            ends[stretch.id] = stretch, end + 1
            rows.append((stretch.id * SPAN + end, now, m.key, m.value, _pack(m.headers)))
        with self._transaction():
            self._writer.executemany(_APPEND, rows)
            self._writer.executemany(_COMMIT, progress)
        for stretch, end in ends.values():
            stretch.end = end
        self.progress.update({(group, key): at for group, key, at in progress})

    def read(self, stretch: Stretch, offset: int, count: int) -> list[Record]:
        """Up to `count` records from `offset`; fewer where they are big."""
        first, size, records = stretch.id * SPAN, 0, []
        topic, partition = stretch.at
        for key, at, name, value, headers in self._reader.execute(
            _READ, (first + offset, first + offset + count)
        ):
            when = datetime.fromtimestamp(at / 1000, UTC)
            records.append(Record(topic, partition, key - first, when, name, value, _unpack(headers)))
            size += len(value)
            if size > _READ_BYTES:
                break
        return records

    def expire(self, now: datetime) -> bool:
        """Remove some of what is past its retention; whether there may be more."""
        for stretch in [s for line in self.topics.values() for s in line]:
            keep = self._first_since(stretch, now - stretch.retention)
            if keep > stretch.begin:
                self._remove_before(stretch, min(keep, stretch.begin + _EXPIRE_ROWS))
                return True
        return False

    def _first_since(self, stretch: Stretch, since: datetime) -> int:
        def at(offset: int) -> int:
            row = self._writer.execute("SELECT at FROM record WHERE id = ?", (stretch.id * SPAN + offset,))
            return int(row.fetchone()[0])

        offsets = range(stretch.begin, stretch.end)
        return stretch.begin + bisect_left(offsets, int(since.timestamp() * 1000), key=at)

    def _remove_before(self, stretch: Stretch, begin: int) -> None:
        first = stretch.id * SPAN
        with self._transaction():
            self._writer.execute("DELETE FROM record WHERE id >= ? AND id < ?", (first, first + begin))
            self._writer.execute("UPDATE stretch SET begin = ? WHERE id = ?", (begin, stretch.id))
        stretch.begin = begin

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._writer.execute("COMMIT")
        except BaseException:
            self._writer.execute("ROLLBACK")
            raise


_MS = timedelta(milliseconds=1)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;"
    )
    return connection


def _take_lock(path: Path) -> sqlite3.Connection:
    """An open transaction on a file beside: portable, and gone with the process however that ends."""
    connection = sqlite3.connect(f"{path}.lock", timeout=0, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def _pack(headers: Sequence[tuple[str, bytes]]) -> bytes:
    """How many parts, their lengths, the parts: name, value, name, value …"""
    parts = [part for name, value in headers for part in (name.encode(), value)]
    return struct.pack(f"<{len(parts) + 1}I", len(parts), *map(len, parts)) + b"".join(parts)


def _unpack(blob: bytes) -> list[tuple[str, bytes]]:
    (count,) = struct.unpack_from("<I", blob)
    start, parts = 4 * (count + 1), []
    for length in struct.unpack_from(f"<{count}I", blob, 4):
        parts.append(blob[start : start + length])
        start += length
    return [(name.decode(), value) for name, value in zip(parts[::2], parts[1::2], strict=True)]
