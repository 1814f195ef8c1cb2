"""The reasons a page shows: the words that decided, and nobody's name or number among them."""

from contracts.events import Found, Person
from services.console.because import because
from tests.feedback.house import matter

TEXT = "陈春生欠我货款，他电话19900001234"


def test_pieces_of_people_are_covered_and_the_rest_is_shown() -> None:
    one = matter(
        text=TEXT,
        found=(Found(kind="name", start=0, end=3), Found(kind="phone", start=11, end=22)),
        reporter=Person(name="俞国良", phone="19900000004"),
        why=(
            "category.words: 货款 · 欠我",
            "category.model: 春生 · 国良 · 春生欠 · 货款",
            "threat.said: 陈春生欠…19900001234",
            "model: threat 0.95",
        ),
    )
    shown = [(reason.rule, reason.words) for reason in because(one)]
    assert shown == [
        ("category.words", "货款 · 欠我"),
        ("category.model", "*** · *** · *** · 货款"),
        ("threat.said", "***欠…***"),
        ("model", "threat 0.95"),
    ]


def test_a_common_word_that_the_text_shows_is_shown_though_a_firm_is_called_so() -> None:
    one = matter(text="云栖苑的物业锁了门", respondent="云栖苑物业", why=("category.words: 物业 · 苑物",))
    assert [reason.words for reason in because(one)] == ["物业 · ***"]
