"""The one loop every stage runs in.

    fetch -> decode -> read -> decide -> keep (one transaction) -> emit -> commit offsets

Whatever dies in between, the same records come again. What the ledger already holds is not decided
twice but emitted again with the same ids; so nothing is lost, and readers see repetitions, never
contradictions. The plain INSERT of ledger rows is the claim: if another worker was first, the whole
batch is read and decided anew.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterable, Sequence

import stamina
import structlog

from contracts.errors import Clash, Invalid, TooManyDeadLetters, Transient
from contracts.stage import Choosy, Outcome, Stage
from services.chassis import meters
from services.chassis.batch import Batch, Decided
from services.chassis.database import Database
from services.chassis.envelope import attributes
from services.chassis.log import Log, Record, Subscription, TopicPartition
from services.chassis.verdicts import Verdicts

MAX_RECORDS = 500
MAX_WAIT = 0.1  # seconds
TURN = 0.05  # seconds from one batch to the next at least: what comes meanwhile costs little more than one
DRAIN = 20.0  # seconds a worker may take to finish what is in hand before it is taken away

logger = structlog.get_logger()


class StageLoop:
    """Runs one stage as a member of the group of its name."""

    def __init__(self, stage: Stage, log: Log, database: Database, turn: float = TURN) -> None:
        self.stage, self.log, self.database, self._turn_takes = stage, log, database, turn
        self._choosy = stage if isinstance(stage, Choosy) else None
        self._busy = asyncio.Lock()
        self._verdicts = Verdicts()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; what is in hand then is finished. Raises `TooManyDeadLetters`."""
        topics = [topic.name for topic in self.stage.reads]
        meters.STOPPED.labels(self.stage.name).set(0)
        async with self.log.subscribe(topics, self.stage.name, self._drained) as member:
            while not stop.is_set():
                await self._turn(member)

    async def _turn(self, member: Subscription) -> None:
        async for attempt in _until_it_works(self.stage.name):
            with attempt:
                records = await member.fetch(MAX_RECORDS, MAX_WAIT)
        if not records:
            return
        began = time.monotonic()
        async with self._busy:
            wanted = [record for record in records if not self._passed_over(record)]
            async for attempt in _until_it_works(self.stage.name):
                with attempt:
                    await self.process(wanted)
            # No verdict: what was not read says nothing of whether the stage works.
            meters.INPUTS.labels(self.stage.name, "ignored").inc(len(records) - len(wanted))
            await self._commit(member, records)
        took = time.monotonic() - began
        meters.BATCH_SECONDS.labels(self.stage.name).observe(took)
        self._stop_if_failing()
        if len(records) < MAX_RECORDS:
            await asyncio.sleep(self._turn_takes - took)

    def _passed_over(self, record: Record) -> bool:
        """By its attributes alone. What was redriven is read: a person mended it, and not its headers."""
        if not self._choosy:
            return False
        said = attributes(record)
        return "redriven" not in said and self._choosy.passes_over(record.topic, said)

    async def _drained(self) -> None:
        """Wait for the batch in hand; past the deadline the next owner begins and the ledger keeps peace."""
        try:
            async with asyncio.timeout(DRAIN):
                async with self._busy:
                    pass
        except TimeoutError:
            logger.warning("drain_timed_out", stage=self.stage.name)

    async def _commit(self, member: Subscription, records: Sequence[Record]) -> None:
        positions = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}
        try:
            await member.commit(positions)
        except Clash:  # the partition moved; its new owner repeats what we emitted
            logger.info("partition_moved", stage=self.stage.name)
        except Transient as error:  # not committed: the records come again, and the ledger knows them
            logger.warning("commit_failed", stage=self.stage.name, error=type(error).__name__)

    async def process(self, records: Sequence[Record]) -> None:
        """Everything but the offsets. Safe to repeat at any point of failure."""
        if not records:
            return None
        batch = Batch(self.stage.name, records)
        try:
            decided = await self._decide(batch)
            entangled = len(records) > 1 and batch.later_depend_on_dead(decided)
            if not entangled:
                await self._keep(decided)
        except Transient:
            raise
        except Exception as error:
            # Somewhere in here is a record we cannot work with: find it by taking them singly.
            entangled = len(records) > 1
            if not entangled:
                decided = batch.bury(Invalid("poison", f"the stage fails on it ({type(error).__name__})"))
                logger.exception("poison", stage=self.stage.name, event_id=str(decided[0].input_id))
                await self._keep(decided)
        if entangled:
            return await self._one_by_one(records)
        await self.log.publish(batch.emitted(decided))
        self._count(decided)
        return None

    async def _one_by_one(self, records: Sequence[Record]) -> None:
        for record in records:
            await self.process([record])

    async def _decide(self, batch: Batch) -> list[Decided]:
        rows = await self.database.read({**self.stage.queries(batch.events), **batch.queries()})
        fresh, decided = batch.sort_out(rows)
        outcomes: list[Outcome] = self.stage.decide(rows, fresh) if fresh else []
        if [outcome.input.id for outcome in outcomes] != [event.id for event in fresh]:
            raise RuntimeError("a stage must answer every input, in order")
        return decided + [batch.decided(outcome) for outcome in outcomes]

    async def _keep(self, decided: Sequence[Decided]) -> None:
        rows = [write for one in decided for write in one.rows]
        if not rows:
            return
        async with self.database.transaction() as connection:
            await self.database.write(connection, rows)

    def _count(self, decided: Sequence[Decided]) -> None:
        for verdict, count in Counter(one.verdict for one in decided).items():
            meters.INPUTS.labels(self.stage.name, verdict).inc(count)
        meters.OUTPUTS.labels(self.stage.name).inc(sum(len(one.messages) for one in decided))
        for one in decided:
            self._verdicts.add(dead=one.verdict == "dead" and not one.parked)

    def _stop_if_failing(self) -> None:
        if reason := self._verdicts.alarming():
            meters.STOPPED.labels(self.stage.name).set(1)
            raise TooManyDeadLetters(f"{self.stage.name}: {reason}")


def _until_it_works(stage: str) -> AsyncIterable[stamina.Attempt]:
    def again(error: Exception) -> bool:
        if not isinstance(error, Transient):
            return False
        meters.RETRIES.labels(stage, type(error).__name__).inc()
        return True

    return stamina.retry_context(
        on=again, attempts=None, timeout=None, wait_initial=0.05, wait_max=5.0, wait_jitter=0.5
    )
