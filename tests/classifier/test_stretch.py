import numpy as np

from classifier.alarm import CALM, DANGER, lettered
from classifier.learning.corpora import wholes
from classifier.linear.features import Floats
from classifier.linear.grams import Letters
from classifier.linear.model import Model
from classifier.linear.stretch import Sides, leaning
from tests.classifier.courts import the_judge

CALM_PART = "小区路灯坏了三个月没人修，物业说下周来，停车位也不够，请有关部门答复，谢谢。" * 3
DANGEROUS = "他拿着菜刀追着我砍，我满手是血，躲在厕所里，他在外面踹门，快来救命！"


def leanings(*texts: str) -> tuple[Floats, Floats]:
    """By the whole texts alone, and by their worst stretches too."""
    parts = wholes(texts, the_judge().rulebook)
    letters, sizes = Letters(list(map(lettered, parts))), np.array([part.size for part in parts])
    model = the_judge().dangers
    assert isinstance(model, Model)
    known, sides = model.known(letters), Sides(*map(model.tops.index, (DANGER, CALM)))
    margins = model.margins(model.weigh(known))
    alone: Floats = margins[:, sides.of] - margins[:, sides.against]
    return alone, leaning(model, known, margins, letters, sizes, sides)


def test_one_dangerous_sentence_is_not_outvoted_by_a_long_letters_calm_rest() -> None:
    alone, stretched = leanings(CALM_PART + DANGEROUS + CALM_PART)
    assert stretched > alone


def test_where_it_stands_makes_no_difference_and_other_texts_neither() -> None:
    _, (first, last, calm) = leanings(
        DANGEROUS + CALM_PART + CALM_PART, CALM_PART + CALM_PART + DANGEROUS, CALM_PART + CALM_PART
    )
    assert min(first, last) > calm
    _, (again,) = leanings(DANGEROUS + CALM_PART + CALM_PART)
    assert np.isclose(again, first, atol=1e-5)


def test_a_short_text_has_no_stretches() -> None:
    alone, stretched = leanings(DANGEROUS, "路灯不亮", "")
    assert (alone == stretched).all()


def test_a_long_text_of_nothing_known_stands_nowhere() -> None:
    assert np.isfinite(leanings("☆" * 300)[1]).all()
