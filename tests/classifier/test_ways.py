import numpy as np
import pytest

from classifier.reading import read_all
from classifier.splitting.clauses import clauses_of
from classifier.splitting.dividing import SeamModel
from classifier.splitting.seams import Seams
from classifier.splitting.ways import SIGNS, Ways, ways_of
from classifier.splitting.wording import QUESTIONS, Wording
from tests.classifier.courts import the_judge

ONE, NEXT, SEVERAL, MORE, AS_SAID, WHOLE = range(6)
UNEVEN, SENTENCES, SINGLE_SENTENCES, SHARE, LEFT = range(SIGNS - 5, SIGNS)


def ways(text: str, scores: list[float], worded: tuple[float, float] = (0.0, 0.0)) -> Ways:
    """Of a text whose clauses but the first have these scores, as if each of them told of something."""
    rulebook = the_judge().rulebook
    clauses = clauses_of(read_all([text], rulebook), rulebook.splitting)
    right = np.flatnonzero(clauses.start > 0)
    assert len(right) == len(scores)
    none = np.zeros(0, np.int32)
    found = Seams(
        right,
        np.zeros((0, 0), np.float32),
        right,
        np.arange(len(clauses.start) + 1),
        Wording(none, none, right),
    )
    leaning = np.array([worded], np.float32)
    (found_ways,) = ways_of(np.array(scores, np.float32), leaning, found, clauses, rulebook.splitting)
    return found_ways


def model(**worth: float) -> SeamModel:
    weights = np.zeros(SIGNS, np.float32)
    for sign, weight in worth.items():
        weights[globals()[sign]] = weight
    none = np.zeros(0, np.float32)
    return SeamModel(none, none, 0.0, np.zeros((0, QUESTIONS), np.float32), weights)


def test_the_surest_seams_come_first_and_hopeless_ones_not_at_all() -> None:
    assert ways("路灯坏了。工资没发。鸡太吵了。河水黑了。", [0.5, 2.0, -9.0]).seams == [2, 1]


def test_what_tells_a_way() -> None:
    none, one, two = ways("路灯坏了。工资没发。鸡太吵了，河水黑了。", [2.0, 1.0, -9.0]).signs
    assert (none[ONE], one[ONE], two[ONE]) == (1, 0, 0)
    assert (none[NEXT], one[NEXT], two[NEXT]) == (2, 1, -3)
    assert (none[WHOLE], one[WHOLE], two[WHOLE]) == (0, 2, 3)
    assert (one[SINGLE_SENTENCES], two[SINGLE_SENTENCES]) == (0, 1)
    assert (one[SENTENCES], two[SENTENCES]) == pytest.approx((np.log(2), 0))
    assert (one[SHARE], two[SHARE]) == pytest.approx((1 / 3, 2 / 3))
    assert one[UNEVEN] > two[UNEVEN] > 0


def test_the_wording_speaks_of_one_matter_and_of_more_than_two() -> None:
    signs = ways("路灯坏了。工资没发。鸡太吵了。", [2.0, 1.0], (0.5, -0.7)).signs
    assert [way[SEVERAL] for way in signs] == pytest.approx([0.5, 0, 0])
    assert [way[MORE] for way in signs] == pytest.approx([0, 0, -0.7])


def test_a_number_the_text_says_and_items_left_whole() -> None:
    said = ways("讲两件事，一是路灯坏了；二是工资没发。", [-9.0, 1.0]).signs
    assert [signs[AS_SAID] for signs in said] == [0, 1]
    listed = ways("路灯坏了，第二件，工资没发，第三件，鸡太吵了。", [1.0, -9.0, 0.5, -9.0]).signs
    assert [signs[LEFT] for signs in listed] == [0, 1, 0]


def test_the_likeliest_way_is_taken_and_one_matter_may_be_worth_more() -> None:
    divided = ways("路灯坏了。工资没发。鸡太吵了。", [2.0, 1.0])
    assert list(model(WHOLE=1.0).begins([divided], 0.0)) == [[1, 2]]
    assert list(model(WHOLE=1.0, SINGLE_SENTENCES=-2.0).begins([divided], 0.0)) == [[1]]
    assert list(model(WHOLE=1.0).begins([divided, divided], 9.0)) == [[], []]
