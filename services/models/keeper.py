"""Keeps the judge of a classify stage the one that people decided on, in every process alike."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from sqlalchemy import select
from sqlmodel import col

from classifier.judge import Judge, Named, fits
from classifier.linear.files import read_model
from classifier.stage import ClassifyStage
from contracts.errors import HubError, Transient
from contracts.stage import How, Write
from services.chassis.database import Database
from services.chassis.house import House
from services.chassis.loop import StageLoop
from services.models.store import Decided, decided
from services.models.tables import ClassifierModel, ModelFault

LOOK = 5.0  # seconds between two looks at what was decided

logger = structlog.get_logger()


class Keeper:
    """Looks at the decisions; what cannot be used leaves the judge as it is, and is written down."""

    def __init__(self, stage: ClassifyStage, database: Database) -> None:
        self._stage, self._shipped, self._database = stage, stage.judge, database
        self._seen: int | None = None

    async def look(self) -> None:
        """Take over what was decided since the last look. Raises `Transient`."""
        now = await decided(self._database)
        if now.seq == self._seen:
            return
        self._stage.judge = await self._judge(now)
        self._seen = now.seq
        logger.info("model_in_use", code=self._stage.judge.version or "rules")

    async def keep(self, house: House) -> None:
        """Look every few seconds until it is time to stop."""
        while not await house.pause(LOOK):
            try:
                await self.look()
            except HubError as error:  # or this process alone would judge by the model of now for ever
                logger.warning("models_wait", error=type(error).__name__)

    async def _judge(self, now: Decided) -> Judge:
        judge = self._shipped
        for version in now.ever_live():
            if version is None:
                break
            if found := await self._usable(version):
                judge = replace(judge, categories=found.model, version=version)
                break
        shadow = await self._usable(now.shadow) if now.shadow else None
        return replace(judge, shadow=shadow)

    async def _usable(self, version: str) -> Named | None:
        try:
            found = await self._load(version)
        except ValueError:
            await self._tell(version, "unreadable")
            return None
        if not fits(found.model, self._shipped.rulebook):
            await self._tell(version, "other_taxonomy")
            return None
        await self._tell(version, None)
        return found

    async def _load(self, version: str) -> Named:
        query = select(col(ClassifierModel.arrays), col(ClassifierModel.sha256))
        rows = await self._database.rows(query.where(col(ClassifierModel.version) == version))
        if not rows or hashlib.sha256(rows[0].arrays).hexdigest() != rows[0].sha256:
            raise ValueError("the model's bytes are not those that were kept")
        return Named(version, await asyncio.to_thread(read_model, rows[0].arrays, version))

    async def _tell(self, version: str, code: str | None) -> None:
        """Write the fault down for the console, or that there is none any more."""
        row = {"version": version, "code": code, "at": datetime.now(UTC)}
        if code:
            logger.error("model_unusable", code=code)
        write = (
            Write(ModelFault, row, How.PUT) if code else Write(ModelFault, {"version": version}, How.DELETE)
        )
        async with self._database.transaction() as connection:
            await self._database.write(connection, [write])


async def classify(house: House, stage: ClassifyStage) -> None:
    """The stage's loop, with its judge kept beside it; nothing is judged before the first look."""
    keeper = Keeper(stage, house.database)
    while not house.stop.is_set():
        try:
            await keeper.look()
            break
        except Transient:
            await house.pause(1.0)
    keeping = asyncio.create_task(keeper.keep(house), name="models")
    try:
        await StageLoop(stage, house.log, house.database).run(house.stop)
    finally:
        keeping.cancel()
