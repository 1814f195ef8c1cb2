import random
from pathlib import Path

import numpy as np
import pytest

from classifier.learning.several import with_several
from classifier.learning.training import train
from classifier.linear import files
from classifier.linear.features import Floats
from classifier.linear.files import built_dangers, save_model
from classifier.linear.model import Model
from classifier.linear.together import chances_of_labels, chances_of_sets, leaning_with, sets_of

BITES, BURNS, SINKS = "咬", "烧", "沉"
WORDS = {
    BITES: ["咬住", "牙印", "恶犬", "松口"],
    BURNS: ["着火", "浓烟", "火苗", "烧焦"],
    SINKS: ["进水", "沉了", "漏底", "舀水"],
}
TOLD = [(BITES,), (BURNS,), (SINKS,), (BURNS, SINKS)]  # what burns often sinks; nothing bites beside


def stories(count: int) -> tuple[list[str], list[tuple[str, ...]]]:
    dice = random.Random(5)
    labels = [dice.choice([(), *TOLD]) for _ in range(count)]
    return [
        "，".join(
            [*(word for name in own for word in dice.choices(WORDS[name], k=2)), *dice.choices("早中晚", k=2)]
        )
        for own in labels
    ], labels


@pytest.fixture(scope="module")
def model() -> Model:
    texts, labels = stories(400)
    return with_several(train(texts, ["bad" if own else "good" for own in labels]), "bad", texts, labels, 1.0)


def chances(model: Model, text: str) -> dict[str, float]:
    below = model.leaves["bad"]
    (row,) = model.features([text]).each()
    (each,) = chances_of_labels(below.margins(row)[None], model.ties).tolist()
    return dict(zip((label.partition("/")[2] for label in below.labels), each, strict=True))


def test_a_text_has_all_its_labels_and_no_other(model: Model) -> None:
    for text, own in [
        ("恶犬咬住，松口", {BITES}),
        ("着火，浓烟，进水，沉了", {BURNS, SINKS}),
        ("浓烟", {BURNS}),
    ]:
        assert {label for label, chance in chances(model, text).items() if chance > 0.5} == own


def test_what_often_goes_together_is_likelier_together(model: Model) -> None:
    assert model.ties is not None
    names = [label.partition("/")[2] for label in model.leaves["bad"].labels]
    tie = {frozenset((names[a], names[b])): model.ties[a, b] for a in range(3) for b in range(a + 1, 3)}
    assert tie[frozenset((BURNS, SINKS))] > max(tie[frozenset((BITES, other))] for other in (BURNS, SINKS))


def test_it_is_saved_whole(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BUILT", tmp_path)
    save_model(model, tmp_path / "dangers.npz")
    again, before = (chances(one, "着火，进水") for one in (built_dangers(), model))
    assert again == pytest.approx(before, abs=0.01)


def test_without_ties_every_set_counts_by_its_margins() -> None:
    margins: Floats = np.array([[2.0, 2.0, -9.0]], np.float32)
    best = sets_of(3)[chances_of_sets(margins, None).argmax()]
    assert best.tolist() == [1, 1, 0]
    apart: Floats = np.triu(np.full((3, 3), -5, np.float32), 1)
    assert chances_of_labels(margins, apart).sum() == pytest.approx(1, abs=0.05)


def test_its_likeliest_label_speaks_for_a_text_beside_itself() -> None:
    leanings: Floats = np.zeros(2, np.float32)
    margins: Floats = np.array([[-3, -3, 2], [-3, -3, -3]], np.float32)
    one, none = leaning_with(leanings, margins)
    assert one > 0 > none


def test_how_likely_a_text_has_any_label_is_calibrated(model: Model) -> None:
    texts, labels = stories(400)
    features = model.features(texts)
    below = model.leaves["bad"]
    margins = np.array([below.margins(row) for row in features.each()])
    sides = model.margins(features) @ np.where(np.array(model.tops) == "bad", 1, -1).astype(np.float32)
    chances = 1 / (1 + np.exp(-leaning_with(sides, margins) * model.sharpness))
    assert ((chances > 0.5) == np.array(list(map(bool, labels)))).all()
