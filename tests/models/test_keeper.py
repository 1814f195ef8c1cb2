"""What people decide is what every classify process judges by, soon and without a restart."""

import asyncio
import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from classifier.learning.lessons import of_corpus, teach
from classifier.linear.files import save_model
from classifier.stage import ClassifyStage
from classifier.tables import ShadowCount
from contracts.errors import Clash, HubError
from contracts.stage import How, Write
from contracts.tables import columns
from services.chassis.database import Database
from services.chassis.house import open_house
from services.chassis.settings import Settings
from services.models import keeper
from services.models.keeper import Keeper
from services.models.store import By, Decided, Slot, decide, decided
from services.models.tables import ClassifierModel, ModelFault
from tests.api.hub import FENGQIAO, LONG, Hub, hub_in
from tests.classifier.courts import the_judge
from tests.feedback.house import T0

ME = By("county", "county_centre")


@cache
def arrays() -> bytes:
    """A small model's file."""
    import tempfile

    some = [row for row in of_corpus() if row.category.startswith(("tax", "family"))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.npz"
        save_model(teach(some, the_judge().rulebook), path)
        return path.read_bytes()


async def keep(database: Database, version: str, raw: bytes = b"", sha256: str = "") -> None:
    raw = raw or arrays()
    sha256 = sha256 or hashlib.sha256(raw).hexdigest()
    row = {"version": version, "arrays": raw, "sha256": sha256, "taxonomy": "1", "lessons": 1,
           "learnt_until": T0, "made_at": T0, "figures": {}, "report": ""}  # fmt: skip
    async with database.transaction() as connection:
        await database.write(connection, [Write(ClassifierModel, row, How.PUT)])


async def faults(database: Database) -> dict[str, str]:
    return {row.version: row.code for row in await database.rows(select(*columns(ModelFault)))}


async def test_every_replica_comes_to_the_same_and_back(database: Database) -> None:
    stages = [ClassifyStage(the_judge()) for _ in range(2)]
    keepers = [Keeper(stage, database) for stage in stages]

    async def hold() -> set[tuple[str | None, str | None]]:
        for one in keepers:
            await one.look()
        return {(s.judge.version, s.judge.shadow and s.judge.shadow.version) for s in stages}

    shipped = the_judge().version
    assert await hold() == {(shipped, None)}
    await keep(database, "1")
    await decide(database, Slot.SHADOW, "1", ME)
    assert await hold() == {(shipped, "1")}
    await decide(database, Slot.LIVE, "1", ME)
    assert await hold() == {("1", None)}
    assert stages[0].judge.categories is not the_judge().categories
    await decide(database, Slot.LIVE, None, ME)
    assert await hold() == {(shipped, None)}
    assert stages[0].judge.categories is the_judge().categories


async def test_who_decides_by_what_holds_no_more_is_told(database: Database) -> None:
    await keep(database, "1")
    saw = await decided(database)
    await decide(database, Slot.LIVE, "1", ME, saw)
    with pytest.raises(Clash):
        await decide(database, Slot.SHADOW, "1", ME, saw)
    assert (await decided(database)).shadow is None


@pytest.mark.parametrize(("raw", "sha256"), [(b"PK no model", ""), (b"\x00", ""), (b"", "0" * 64)])
async def test_what_cannot_be_read_leaves_the_one_before(database: Database, raw: bytes, sha256: str) -> None:
    stage = ClassifyStage(the_judge())
    one = Keeper(stage, database)
    await keep(database, "good")
    await keep(database, "bad", raw, sha256)
    await decide(database, Slot.LIVE, "good", ME)
    await decide(database, Slot.LIVE, "bad", ME)
    await decide(database, Slot.SHADOW, "bad", ME)
    await one.look()
    assert (stage.judge.version, stage.judge.shadow) == ("good", None)
    assert await faults(database) == {"bad": "unreadable"}
    await keep(database, "bad")
    await decide(database, Slot.LIVE, "bad", ME)
    await one.look()
    assert stage.judge.version == "bad" and await faults(database) == {}


async def test_a_model_of_another_taxonomy_is_not_used(database: Database) -> None:
    rulebook = the_judge().rulebook
    few = {code: one for code, one in rulebook.categories.items() if not code.startswith("tax")}
    stage = ClassifyStage(replace(the_judge(), rulebook=replace(rulebook, categories=few)))
    await keep(database, "1")
    await decide(database, Slot.LIVE, "1", ME)
    await Keeper(stage, database).look()
    assert stage.judge.version == the_judge().version
    assert await faults(database) == {"1": "other_taxonomy"}


async def test_a_look_that_fails_is_not_the_last(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(keeper, "LOOK", 0.01)
    really, failed = keeper.decided, list[bool]()

    async def fails_once(database: Database) -> Decided:
        if not failed:
            failed.append(True)
            raise HubError("the database refuses a statement")
        return await really(database)

    monkeypatch.setattr(keeper, "decided", fails_once)
    stage = ClassifyStage(the_judge())
    await keep(database, "1")
    await decide(database, Slot.LIVE, "1", ME)
    async with open_house(Settings(data=tmp_path / "house")) as house:
        keeping = asyncio.create_task(Keeper(stage, database).keep(house))
        async with asyncio.timeout(LONG):
            while stage.judge.version != "1" and not keeping.done():
                await asyncio.sleep(0.01)
        house.stop.set()
        await keeping
    assert failed and stage.judge.version == "1"


async def judged_by(hub: Hub, n: int) -> str | None:
    text = f"枫桥镇村口第{n}盏路灯坏了，一到晚上漆黑一片。"
    [case] = await hub.cases(await hub.post(text=text, town_code=FENGQIAO))
    return case.matter.model


async def test_a_running_hub_tries_one_in_shadow_and_puts_it_live_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "LOOK", 0.05)
    async with hub_in(tmp_path, stages=("classify", "route", "feedback")) as hub:
        database = hub.house.database
        await keep(database, "1")
        assert await judged_by(hub, 1) == the_judge().version
        await decide(database, Slot.SHADOW, "1", ME)
        async with asyncio.timeout(LONG):
            while not (counted := await database.rows(select(col(ShadowCount.matters)))):
                assert await judged_by(hub, 2) == the_judge().version
        assert [row.matters for row in counted] >= [1]
        await decide(database, Slot.LIVE, "1", ME)
        async with asyncio.timeout(LONG):
            while await judged_by(hub, 3) != "1":
                await asyncio.sleep(0.05)
