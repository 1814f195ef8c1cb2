from classifier.reading import read_all
from classifier.splitting.clauses import clauses_of
from classifier.splitting.seams import LETTERS, seams
from tests.classifier.courts import the_judge


def test_the_letters_around_a_seam_are_the_same_whatever_the_width_of_stops() -> None:
    judge = the_judge()
    assert judge.categories
    wide = "路灯坏了，晚上很黑；工资没发！找谁？请回复：谢谢"
    half = wide.translate(str.maketrans("，；！？：", ",;!?:"))
    readings = read_all([wide, half], judge.rulebook)
    found = seams(readings, clauses_of(readings, judge.rulebook.splitting), judge.categories)
    one, other = found.letters.reshape(2, -1, found.letters.shape[1])
    assert (one == other).all()
    assert 0 <= found.letters.min() < found.letters.max() < LETTERS
