"""The measurements, one function each: what is done to the rig, and what it cost."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bench.load import Load, Watch

ARRAY = 50  # postings in a request
IN_TIME = 1.5  # seconds after the last posting within which a sustained run has handed all of it off
_STEP = 1.12  # between two rates that are tried
_TRIES = 5
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """One stretch of load: seconds, and CPU seconds by process."""

    name: str
    complaints: int
    cases: int
    seconds: float  # from the first posting to the last hand-off
    behind: float  # of these, after the last posting
    cpu: Mapping[str, float]
    delays: list[float] = field(repr=False)

    @property
    def rate(self) -> float:
        """Complaints a second."""
        return self.complaints / self.seconds

    def micros(self, *names: str) -> float:
        """µs of CPU a complaint, of these processes."""
        return 1e6 * sum(self.cpu[name] for name in names) / self.complaints

    def delay(self, percent: int) -> float:
        """The percentile of the delays, in ms."""
        return 1e3 * statistics.quantiles(self.delays, n=100, method="inclusive")[percent - 1]


async def measure(load: Load, name: str, work: Awaitable[None]) -> Run:
    """Do the work, wait until it is handed off and everything after it is done too."""
    load.watch = Watch()
    before, began = load.rig.cpu(), time.monotonic()
    await work
    posted = time.monotonic()
    await load.handed_off()
    done = time.monotonic()
    await load.quiet()
    after, watch = load.rig.cpu(), load.watch
    cpu = {name: after[name] - before[name] for name in after}
    return Run(name, watch.posted, len(watch.delays), done - began, done - posted, cpu, watch.delays)


async def idle(load: Load, seconds: float) -> dict[str, float]:
    """CPU seconds a second, by process, while nothing comes."""
    before = load.rig.cpu()
    await asyncio.sleep(seconds)
    after = load.rig.cpu()
    return {name: (after[name] - before[name]) / seconds for name in after}


async def bulk(load: Load, count: int, size: int = ARRAY) -> Run:
    """As much as there is, as fast as it goes."""
    return await measure(load, f"arrays of {size}" if size > 1 else "singly", load.bulk(count, size))


async def paced(load: Load, rate: float, seconds: float, size: int) -> Run:
    """An even stream."""
    return await measure(load, f"{rate:.0f}/s", load.paced(rate, seconds, size))


async def sustained(load: Load, guess: float, seconds: float, say: Say) -> Run | None:
    """The highest rate of those tried that was handed off as fast as it came; None where none was."""
    best: Run | None = None
    rate = guess
    for _ in range(_TRIES):
        say(f"is {rate:.0f}/s handed off as fast as it comes?")
        run = await paced(load, rate, seconds, size=max(1, round(rate / 20)))
        if run.behind <= IN_TIME:
            best, rate = run, rate * _STEP
        elif best:
            break
        else:
            rate /= _STEP**2
    return best
