"""Times and places of a text beside it: in the reader's words, and nothing of what is covered."""

import pytest

from contracts.events import Fact, Found
from services.console.i18n import Language, load_tongues
from services.console.told import Told, told
from tests.feedback.house import matter

_TEXT = "三个多月前在桃源村，住云栖苑3幢，腊月说给"
_FACTS = (
    Fact(kind="duration", start=0, end=4, value="P3M"),
    Fact(kind="place", start=6, end=9, value="330603005 330603010"),
    Fact(kind="place", start=11, end=14),
    Fact(kind="date", start=17, end=19),
    Fact(kind="date", start=0, end=5, value="2026-08"),
)


@pytest.mark.parametrize(
    ("language", "lasting", "where"),
    [
        ("zh", "3个月", "桃源村（柯桥区齐贤街道 / 柯桥区杨汛桥街道）"),
        (
            "en",
            "3 months",
            "桃源村 (Qixian Subdistrict, Keqiao District / Yangxunqiao Subdistrict, Keqiao District)",
        ),
    ],
)
def test_in_the_readers_words(language: Language, lasting: str, where: str) -> None:
    one = matter(text=_TEXT, facts=_FACTS, found=(Found(kind="address_detail", start=11, end=16),))
    assert told(one, load_tongues()[language]) == Told(["腊月", "2026-08"], [lasting], [where])


def test_what_the_platform_said_of_people_is_no_place() -> None:
    one = matter(text=_TEXT, facts=_FACTS[2:3], address="云栖苑3幢")
    assert told(one, load_tongues()["zh"]).places == []
