"""How fast each topic grows: the log's ends, sampled while the process lives."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from contracts.errors import Transient
from contracts.topics import TOPICS
from services.chassis.log import Log

STEP = 5.0  # seconds
KEEP = 180  # samples: a quarter of an hour
MINUTE = 12  # samples


class Rates:
    """The last quarter of an hour of every topic."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._samples: deque[tuple[float, dict[str, int]]] = deque(maxlen=KEEP + 1)

    async def run(self) -> None:
        """Sample until cancelled."""
        names = [topic.name for topic in TOPICS]
        while True:
            try:
                await self._sample(names)
            except Transient:
                self._samples.clear()  # a gap would look like a burst afterwards
            await asyncio.sleep(STEP)

    async def _sample(self, names: Sequence[str]) -> None:
        ends = dict.fromkeys(names, 0)
        for place, extent in (await self._log.extents(names)).items():
            ends[place.topic] += extent.end
        self._samples.append((time.monotonic(), ends))

    def per_second(self, topic: str) -> float | None:
        """Messages a second over the last minute; None before there are two samples."""
        last = list(self._samples)[-MINUTE - 1 :]
        if len(last) < 2:
            return None
        (then, before), (now, after) = last[0], last[-1]
        return (after[topic] - before[topic]) / (now - then)

    def series(self, topic: str) -> list[float]:
        """Messages a second in each step, oldest first."""
        samples = list(self._samples)
        return [
            round((after[topic] - before[topic]) / (now - then), 2)
            for (then, before), (now, after) in pairwise(samples)
        ]
