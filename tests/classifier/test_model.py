import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.learning.evaluation import Evaluation, evaluate
from classifier.learning.report import write_report
from classifier.learning.training import train
from classifier.linear.files import load_model, save_model
from classifier.linear.grams import Letters, hash_grams
from classifier.linear.model import Model

WORDS = {
    "路灯": ["路灯", "灯泡", "漆黑", "电杆", "不亮"],
    "工资": ["工资", "拖欠", "老板", "工地", "班组"],
    "噪音": ["半夜", "施工", "吵闹", "喇叭", "睡觉"],
}


def messages(rows: int, doubtful: float = 0.0) -> tuple[list[str], list[str]]:
    """Invented messages: some words of their label, some of everybody's, and a few that say nothing."""
    dice = random.Random(7)
    labels = [dice.choice(list(WORDS)) for _ in range(rows)]
    own = [[] if dice.random() < doubtful else dice.choices(WORDS[label], k=2) for label in labels]
    return [
        "，".join([*words, *dice.choices(["你好", "请问", "谢谢", "领导", "反映"], k=3)]) for words in own
    ], labels


@pytest.fixture(scope="module")
def model() -> Model:
    return train(*messages(200))


def test_it_learns_and_says_how_sure_it_is(model: Model) -> None:
    (lamp, sure), (_, unsure) = model.name(["路灯不亮了", "你好，请问，谢谢"])
    assert lamp == "路灯"
    assert sure > 0.9 > 0.7 > unsure


def test_a_saved_model_judges_alike_and_holds_no_pickle(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m.npz")
    texts, _ = messages(50)
    loaded = load_model(tmp_path / "m.npz")
    assert [label for label, _ in loaded.name(texts)] == [label for label, _ in model.name(texts)]
    assert np.load(tmp_path / "m.npz", allow_pickle=False).files


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 half"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"m\.npz"):
        load_model(tmp_path / "m.npz")


def test_the_same_rows_make_the_same_model(model: Model) -> None:
    again = train(*messages(200))
    assert np.array_equal(again.weights, model.weights)
    assert (again.sharpness, again.thresholds) == (model.sharpness, model.thresholds)


def test_two_levels(model: Model, tmp_path: Path) -> None:
    texts, labels = messages(200)
    deeper = [
        f"{label}/{'问' if '请问' in text else '报'}" for text, label in zip(texts, labels, strict=True)
    ]
    two = train(texts, deeper)
    assert two.tops == model.tops
    assert two.name(["路灯漆黑，请问"])[0][0] == "路灯/问"
    assert two.name(["路灯漆黑，反映，谢谢"])[0][0] == "路灯/报"
    save_model(two, tmp_path / "two.npz")
    again = load_model(tmp_path / "two.npz")
    assert again.labels == two.labels
    assert [label for label, _ in again.name(texts)] == [label for label, _ in two.name(texts)]


def test_the_rulebook_s_points_count_as_much_as_they_are_worth() -> None:
    texts, labels = messages(200, doubtful=0.5)
    helped = train(texts, labels, [{label: 4.0} for label in labels])
    misled = train(texts, labels, [{"路灯": 4.0} for _ in labels])
    assert helped.cue_weight > 0.1 > misled.cue_weight
    chances = helped.chances(helped.features(["你好，谢谢"]), [{"工资": 4.0}])
    assert helped.tops[int(chances.argmax())] == "工资"


def test_one_label_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="two different labels"):
        train(["a", "b"], ["x", "x"])


@given(st.lists(st.text(max_size=12), max_size=6))
def test_grams_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    together = hash_grams(texts)
    for at, text in enumerate(texts):
        alone = hash_grams([text])
        assert sorted(together.slots[together.texts == at]) == sorted(alone.slots)
        assert len(alone.slots) == sum(max(0, len(text) - size + 1) for size in (1, 2, 3))


@given(st.lists(st.text("路灯不亮吵", max_size=12), min_size=1, max_size=6), st.data())
def test_of_limited_texts_only_the_beginnings_are_read(
    model: Model, texts: list[str], data: st.DataObject
) -> None:
    limits = [data.draw(st.integers(0, len(text))) for text in texts]
    limited = model.weigh(model.known(Letters(texts), np.array(limits)))
    alone = model.features([text[:limit] for text, limit in zip(texts, limits, strict=True)])
    assert all(np.array_equal(one, other) for one, other in zip(limited, alone, strict=True))


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_a_batch_is_judged_as_each_alone(model: Model, texts: list[str]) -> None:
    together = model.name(texts)
    for text, (label, chance) in zip(texts, together, strict=True):
        assert model.name([text])[0][0] == label or chance < 0.5  # a tie may fall either way
        assert 0 < chance <= 1


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(*messages(300, doubtful=0.3), 3)


def test_an_evaluation_is_honest(evaluation: Evaluation) -> None:
    assert 0.7 < evaluation.accuracy < 0.95  # three in ten messages say nothing
    assert evaluation.confusion().sum() == 300
    assert evaluation.calibration_error < 0.15
    (_, share, reached), *_ = evaluation.coverage()
    assert 0.4 < share < 0.9
    assert reached > 0.9


def test_a_report_to_read(evaluation: Evaluation, tmp_path: Path) -> None:
    write_report(evaluation, tmp_path / "r.md", "rows.csv", 3)
    report = (tmp_path / "r.md").read_text("utf-8")
    for part in ("| 路灯 |", "| 97% |", "r-confusion.svg", "r-calibration.svg", "rows.csv"):
        assert part in report
    assert (tmp_path / "r-confusion.svg").read_text("utf-8").count("<rect") == 1 + 9


def test_a_correction_is_learnt_of_what_stands_together(tmp_path: Path) -> None:
    """Where two labels have the same margin and points, which one it is depends on a third's points."""
    texts = [f"第{number % 7}号来件" for number in range(360)]  # say nothing: the points decide
    labels = [name for _ in range(120) for name in ("road", "wall", "field")]
    swapped = [{"wall": 4.0, "field": 2.0} if name == "road" else {name: 4.0} for name in labels]
    model = train(texts, labels, swapped)
    assert model.mix is not None
    save_model(model, tmp_path / "mixed.npz")
    again = load_model(tmp_path / "mixed.npz")
    seen = [{"wall": 4.0, "field": 2.0}]
    plain = replace(again, mix=None)
    features = again.features(["第3号来件"])
    assert again.tops[int(again.chances(features, seen).argmax())] == "road"
    assert plain.tops[int(plain.chances(features, seen).argmax())] == "wall"


def test_another_question_is_answered_by_the_same_model() -> None:
    texts = [f"{start}{end}" for start in ("路灯", "下水") for end in ("坏了请修", "怎么办理")] * 10
    labels = [f"{text[:2]}/{text[:2]}" for text in texts]
    asked = ["wish/help" if "请修" in text else "wish/consult" for text in texts]
    model = train(texts, labels, aside=[*asked[:-1], None])
    (row,) = model.features(["路灯怎么办理"]).each()
    assert (model.tops, model.leaf(row, "wish")) == (("下水", "路灯"), "wish/consult")
