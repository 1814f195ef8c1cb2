"""From corrections to a candidate, on the databases it runs on: masked, compared, kept, and not live."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

import classifier.learning.compared
import classifier.learning.lessons
import services.models.retrain
from classifier.learning.lessons import Lesson, of_corpus, usable
from classifier.linear.files import built_model, load_model
from classifier.linear.grams import hash_grams
from classifier.personal.extract import find_personal
from contracts.errors import Clash, Invalid
from contracts.events import Correction, Matter, Person
from contracts.stage import Write
from contracts.tables import columns
from contracts.vocabulary import Action
from feedback.tables import Corrected
from services.chassis.database import Database
from services.console.tables import AuditEntry
from services.models.lessons import lessons
from services.models.retrain import Candidate, retrain
from services.models.store import By, Slot, decide, decided
from services.models.tables import ClassifierModel
from tests.classifier.courts import the_judge
from tests.feedback.house import T0, House, force, matter
from tests.feedback.test_real_databases import decide as carry_out

NAME, PHONE = "陈春生", "19900001234"
HERE = "洋泾港码头那边"
TEXT = f"枫桥镇，我叫{NAME}，电话{PHONE}，{HERE}第%s号摊位把冻货堆在过道里，腥水流了一地。"


@pytest.fixture(autouse=True)
def a_small_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three subjects, so that a model takes no time."""
    some = [row for row in of_corpus() if row.category.partition("/")[0] in ("tax", "family", "medical")]
    monkeypatch.setattr(classifier.learning.lessons, "primer", list)
    for module in (classifier.learning.compared, services.models.retrain):
        monkeypatch.setattr(module, "of_corpus", lambda: some)


def told(n: int, **more: Any) -> Matter:
    text = TEXT % n
    found = find_personal(text, text, "zh")
    return matter(f"L{n}", text=text, found=found, reporter=Person(name=NAME, phone=PHONE), **more)


async def corrected(database: Database, *numbers: int, category: str = "market/trade", house: House) -> None:
    for n in numbers:
        house.wait(seconds=1)
        said = house.command(told(n).case_id, Action.SUPPLEMENT, correction=Correction(category=category))
        await carry_out(database, house, house.routed(told(n), force()), said)


async def learn(database: Database, tmp_path: Path) -> Candidate:
    return await retrain(database, tmp_path / "models", None, 2, lambda _: None)


async def test_a_candidate_learns_what_people_said_and_nobodys_name(
    database: Database, tmp_path: Path
) -> None:
    category = "market/measure"
    await corrected(database, *range(6), category=category, house=House())
    made = await learn(database, tmp_path)
    [row] = await database.rows(select(*columns(ClassifierModel)))
    file = made.folder / "categories.npz"
    assert row.version == made.version and made.folder == tmp_path / "models" / made.version
    assert hashlib.sha256(row.arrays).hexdigest() == row.sha256 and file.read_bytes() == row.arrays
    assert (row.lessons, row.figures["corrected"]["new"]["rows"]) == (6, 6)
    assert made.gist and "What people corrected: 6 rows" in (made.folder / "report.md").read_text("utf-8")
    assert row.report == (made.folder / "report.md").read_text("utf-8")
    model = load_model(file)
    known = set(model.slots.tolist())
    assert known.issuperset(hash_grams([HERE]).slots.tolist())
    shipped = built_model("categories")
    assert shipped
    for secret in (NAME, PHONE):  # what the corpus has of them, it has of other people
        trigrams = hash_grams([secret]).slots[-(len(secret) - 2) :]
        assert known.isdisjoint({*trigrams.tolist()} - {*shipped.slots.tolist()})
        assert not {*trigrams.tolist()} <= known
    [(label, _)] = model.name([f"{HERE}又堆了冻货，过道里都是腥水。"])
    assert label == category
    assert (await decided(database)).live is None
    [entry] = await database.rows(select(*columns(AuditEntry)))
    assert (entry.deed, entry.about) == ("model_train", made.version)


async def kept(database: Database, version: str, learnt_until: datetime) -> None:
    """A model that somebody trained."""
    row = {"version": version, "arrays": b"PK", "sha256": "0", "taxonomy": "1", "lessons": 1, "report": "",
           "learnt_until": learnt_until, "made_at": T0, "figures": {}}  # fmt: skip
    async with database.transaction() as connection:
        await database.write(connection, [Write(ClassifierModel, row)])


async def test_only_what_is_new_is_learnt_and_the_newest_word_of_a_case_counts(
    database: Database, tmp_path: Path
) -> None:
    house = House()
    with pytest.raises(Invalid, match="nobody corrected anything"):
        await learn(database, tmp_path)
    await corrected(database, 0, 1, 2, category="consumer/goods", house=house)
    again = house.command(told(0).case_id, Action.SUPPLEMENT, correction=Correction(category="tax"))
    await carry_out(database, house, again)
    assert len(await database.rows(select(col(Corrected.id)))) == 4
    taught = await lessons(database)
    assert sorted(one.lesson.category for one in taught) == ["consumer/goods", "consumer/goods", "tax"]
    texts = [one.lesson.text for one in taught]
    assert not any(word in text for text in texts for word in (NAME, PHONE, "枫桥"))
    assert all(HERE in text for text in texts)
    await kept(database, "1", house.now)
    await decide(database, Slot.LIVE, "1", By("county", "county_centre"))
    with pytest.raises(Invalid, match="nobody corrected anything"):
        await learn(database, tmp_path)


async def test_decisions_are_added_never_changed(database: Database) -> None:
    with pytest.raises(Invalid, match="no model"):
        await decide(database, Slot.SHADOW, "1", By("x"))
    await kept(database, "1", T0)
    await decide(database, Slot.SHADOW, "1", By("x"))
    now = await decided(database)
    assert (now.live, now.shadow, now.previous) == (None, "1", None)
    await decide(database, Slot.LIVE, "1", By("y", "county_centre"))
    now = await decided(database)
    assert (now.live, now.shadow, now.previous, now.seq) == ("1", None, None, 3)
    await decide(database, Slot.LIVE, now.previous, By("z"))
    back = await decided(database)
    assert (back.live, back.previous) == (None, "1")
    assert [row.by for row in back.decisions] == ["z", "y", "y", "x"]


async def test_of_two_who_decide_at_once_one_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = await decided(database)
    await decide(database, Slot.LIVE, None, By("first"))

    async def late(_: Database) -> Any:
        return stale

    monkeypatch.setattr("services.models.store.decided", late)
    with pytest.raises(Clash):
        await decide(database, Slot.LIVE, None, By("second"))


def test_lessons_of_no_use_are_left_out() -> None:
    rulebook = the_judge().rulebook
    rows = [
        Lesson("卡号6222 0000 1234 5678，押金不退", "consumer/goods"),
        Lesson("x", "no/such"),
        *[Lesson("a", "tax")] * 2,
    ]
    assert [one.category for one in usable(rows, rulebook)] == ["consumer/goods", "tax"]
    assert "6222" not in usable(rows, rulebook)[0].text and "押金不退" in usable(rows, rulebook)[0].text
    assert "押金" not in repr(rows[0])
