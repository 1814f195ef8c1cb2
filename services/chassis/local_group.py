"""Readers of the local log, and how the members of a group share partitions among themselves.

A rebalance is the eager one of Kafka's classic protocol: every member gives up all it has, then all is dealt
anew and read from where the group committed. So a stage sees the same on both logs.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

from contracts.errors import Clash
from services.chassis.local_store import Progress, Stretch
from services.chassis.log import Positions, Record, Revoked, TopicPartition

REVOKE_SECONDS = 30.0  # a member that has not let go by then loses its partitions all the same
_log = logging.getLogger(__name__)

Wanted = Sequence[tuple[Stretch, int, int]]  # stretch, offset, count
Read = Callable[[Wanted], Awaitable[list[list[Record]]]]
Commit = Callable[[Sequence[Progress]], Awaitable[None]]


class LocalReader:
    """Reads stretches from its own positions; `wake` is set when one of them has grown."""

    def __init__(self, read: Read) -> None:
        self.wake = asyncio.Event()
        self._read = read
        self._stretches: dict[TopicPartition, Stretch] = {}
        self._positions: dict[TopicPartition, int] = {}
        self._turns: deque[TopicPartition] = deque()
        self._epoch = 0  # what was read in an earlier epoch is dropped: its positions hold no more

    def place(self, stretches: Iterable[Stretch], positions: Positions) -> None:
        """Read these from now on."""
        self._epoch += 1
        self._stretches = {s.at: s for s in stretches}
        self._positions = dict(positions)
        self._turns = deque(self._stretches)
        self.wake.set()

    async def seek(self, positions: Positions) -> None:
        if not positions.keys() <= self._stretches.keys():
            raise Clash("cannot seek in a partition that is not assigned")
        self._epoch += 1
        self._positions.update(positions)
        self.wake.set()

    async def fetch(self, max_records: int, max_wait: float) -> list[Record]:
        deadline = asyncio.get_running_loop().time() + max_wait
        while True:
            self.wake.clear()
            if records := await self._take(self._wanted(max_records)):
                return records
            try:
                async with asyncio.timeout_at(deadline):
                    await self.wake.wait()
            except TimeoutError:
                return []

    def _wanted(self, count: int) -> Wanted:
        """A plan for at most `count` records; another partition is first each time."""
        self._turns.rotate(-1)
        wanted = []
        for at in self._turns:
            stretch, offset = self._stretches[at], self._positions[at]
            if not stretch.begin <= offset <= stretch.end:
                offset = self._positions[at] = stretch.begin
            if n := min(stretch.end - offset, count):
                wanted.append((stretch, offset, n))
                count -= n
        return wanted

    async def _take(self, wanted: Wanted) -> list[Record]:
        if not wanted:
            return []
        epoch = self._epoch
        parts = await self._read(wanted)
        if epoch != self._epoch:
            return []
        if not any(parts):
            self.wake.set()  # retention was faster: look again
        for (stretch, _, _), part in zip(wanted, parts, strict=True):
            if part:
                self._positions[stretch.at] = part[-1].offset + 1
        return [record for part in parts for record in part]


class Member(LocalReader):
    """One member of a group."""

    def __init__(
        self, read: Read, commit: Commit, group: str, topics: Sequence[str], revoked: Revoked | None
    ) -> None:
        super().__init__(read)
        self.topics = frozenset(topics)
        self._commit, self._group, self._revoked = commit, group, revoked
        self._assigned: dict[TopicPartition, Stretch] = {}

    def assignment(self) -> set[TopicPartition]:
        return set(self._assigned)

    async def commit(self, positions: Positions) -> None:
        if not positions.keys() <= self._assigned.keys():
            raise Clash("a partition was taken away before its offset was committed")
        await self._commit([(self._group, self._assigned[at].id, offset) for at, offset in positions.items()])

    def assign(self, stretches: Sequence[Stretch], positions: Positions) -> None:
        self._assigned = {s.at: s for s in stretches}
        self.place(stretches, positions)

    async def give_up(self) -> None:
        """Reads nothing more; may commit until `revoked` returned."""
        self.place((), {})
        if self._assigned and self._revoked:
            try:
                async with asyncio.timeout(REVOKE_SECONDS):
                    await self._revoked()
            except Exception as error:
                _log.error("a member did not let go of its partitions in order: %s", type(error).__name__)


class Group:
    """The members of one group in this process."""

    def __init__(self, topics: dict[str, list[Stretch]], position: Callable[[Stretch], int]) -> None:
        self._topics, self._position = topics, position
        self._members: list[Member] = []
        self._rebalancing = asyncio.Lock()

    async def join(self, member: Member) -> None:
        async with self._rebalancing:
            await self._hand_over([*self._members, member])

    async def leave(self, member: Member) -> None:
        async with self._rebalancing:
            member.assign((), {})
            await self._hand_over([m for m in self._members if m is not member])

    async def _hand_over(self, members: list[Member]) -> None:
        try:
            await asyncio.gather(*(m.give_up() for m in self._members if m in members))
        finally:
            self._members = members
            self._deal()

    def _deal(self) -> None:
        hands: dict[Member, list[Stretch]] = {m: [] for m in self._members}
        turns = deque(self._members)
        for topic in sorted({t for m in self._members for t in m.topics}):
            for stretch in self._topics[topic]:
                while topic not in turns[0].topics:
                    turns.rotate(-1)
                hands[turns[0]].append(stretch)
                turns.rotate(-1)
        for member, hand in hands.items():
            member.assign(hand, {s.at: self._position(s) for s in hand})
