"""The bench's complaints: as long, varied and mixed as it says, so that its numbers mean something."""

from collections import Counter
from datetime import UTC, datetime
from itertools import combinations
from statistics import mean, median

from bench.texts import Texts
from contracts.vocabulary import Platform
from intake.admit import Sender, admit
from router import fingerprint

ANOTHER = ("另外还有一件事", "还有一个问题", "除此之外", "顺便再说")


def texts(count: int) -> list[str]:
    return [str(posting["text"]) for posting in next(Texts(1, "t").batches(count, count))]


def test_texts_are_as_long_as_real_ones_and_one_in_eight_has_two_matters() -> None:
    assert 200 <= median(map(len, texts(2000))) <= 400
    assert 0.10 < mean(any(word in text for word in ANOTHER) for text in texts(2000)) < 0.15


def test_few_are_alike() -> None:
    """Two strangers' texts must be at least 0.7 alike to be linked, in one town and of one category too."""
    sketches = [fingerprint.sketch(text) for text in dict.fromkeys(texts(150))]
    alike = [fingerprint.likeness(one, other) for one, other in combinations(sketches, 2)]
    assert mean(alike) < 0.4 and mean(one > 0.7 for one in alike) < 0.001


def test_as_many_as_in_real_life_share_a_run_or_say_all_of_it_again() -> None:
    told = texts(2000)
    sharing = Counter(fingerprint.copy_key(fingerprint.core(text)) for text in told)
    assert 1 < sum(count * count for count in sharing.values()) / len(told) < 3
    assert 0.007 < 1 - len(set(told)) / len(told) < 0.028


def test_the_door_takes_them_and_a_seed_tells_the_same_again() -> None:
    postings, again = (Texts(7, "t") for _ in range(2))
    for _ in range(50):
        one = postings.next()
        admit(one, Sender(Platform.GRID), datetime.now(UTC))
        assert one["text"] == again.next()["text"]
