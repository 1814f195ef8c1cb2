import numpy as np
import pytest

from classifier.linear.grams import Letters
from classifier.splitting.wording import TABLE, wording


def test_a_text_leans_by_the_mean_of_its_letters_and_by_its_own_pairs_only() -> None:
    weights = (np.arange(TABLE * 2) / TABLE - 2).reshape(TABLE, 2).astype(np.float32)
    alone, beside = wording(Letters(["路灯"])), wording(Letters(["坏了", "路灯", "", "没人管"]))
    assert alone.leaning(weights)[0] == pytest.approx(beside.leaning(weights)[1])
    assert alone.leaning(weights)[0] == pytest.approx(weights[alone.slots].sum(axis=0) * alone.share)
    assert (beside.leaning(weights)[2] == 0).all()


def test_words_of_several_matters_make_no_seam() -> None:
    several = wording(Letters(["还有，另外，" * 40, "路灯"]))
    assert (several.leaning(np.full((TABLE, 2), 9, np.float32)) == 0).all()
