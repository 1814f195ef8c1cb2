import numpy as np

from classifier.reading import read_all
from classifier.splitting.chains import words_again
from classifier.splitting.clauses import clauses_of, words_of
from classifier.splitting.cohesion import Around
from tests.classifier.courts import the_judge

NEAR, FAR = 2, 5
OWN_NEW, OWN_OLD, GONE, NEW, BOTH = 7, 8, 9, 10, 11


def again(text: str) -> list[list[float]]:
    """Of each seam, what the words before and after it have to do with each other."""
    rulebook = the_judge().rulebook
    readings = read_all(["河水黑了。", text], rulebook)
    clauses = clauses_of(readings, rulebook.splitting)
    place = Around(clauses, np.flatnonzero(clauses.start > 0))
    return np.stack(words_again(place, words_of(readings, clauses)), axis=1).tolist()


def test_what_comes_again_ties_all_that_is_between() -> None:
    first, second, third = again("路灯坏了。今天天气好。路灯坏了。工资没发。")
    assert first[NEAR] == first[FAR] == second[NEAR] == second[FAR] > 0
    assert third[NEAR] == third[FAR] == 0
    assert second[OWN_OLD] > 0 == second[OWN_NEW]
    assert third[OWN_NEW] > 0
    assert third[BOTH] == min(third[GONE], third[NEW]) > 0


def test_what_comes_again_far_away_does_not_tie_what_is_near() -> None:
    first, *_ = again("路灯坏了。" + "今天天气好，" * 20 + "路灯坏了。")
    assert first[FAR] > 0 == first[NEAR]
