"""How the groups stand on the topics: how far behind, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.topics import Topic
from services.chassis.log import Extent, Log, TopicPartition


@dataclass(frozen=True, slots=True)
class Standing:
    """One group on one topic. `oldest` is when the first unprocessed message was written."""

    group: str
    lag: int
    oldest: datetime | None
    by_partition: Mapping[int, int]  # lag of each


@dataclass(frozen=True, slots=True)
class Watched:
    """One topic as it stands."""

    topic: Topic
    extents: Mapping[int, Extent]
    groups: Sequence[Standing]

    @property
    def held(self) -> int:
        """Messages in the log."""
        return sum(extent.end - extent.begin for extent in self.extents.values())

    @property
    def oldest(self) -> datetime | None:
        """The oldest message some group has not processed."""
        return min((g.oldest for g in self.groups if g.oldest), default=None)


async def watch(log: Log, topic: Topic, groups: Iterable[str]) -> Watched:
    """The topic and its groups, now."""
    extents = await log.extents([topic.name])
    standings = [await _standing(log, topic, group, extents) for group in groups]
    ordered = sorted(extents.items())
    return Watched(topic, {place.partition: extent for place, extent in ordered}, standings)


async def _standing(log: Log, topic: Topic, group: str, extents: Mapping[TopicPartition, Extent]) -> Standing:
    done = await log.committed(group, [topic.name])
    next_up = {place: max(done.get(place, extent.begin), extent.begin) for place, extent in extents.items()}
    behind = {place: max(0, extents[place].end - offset) for place, offset in next_up.items()}
    firsts = [await log.peek(place, next_up[place], 1) for place, lag in behind.items() if lag]
    oldest = min((records[0].at for records in firsts if records), default=None)
    return Standing(
        group, sum(behind.values()), oldest, {p.partition: lag for p, lag in sorted(behind.items())}
    )
