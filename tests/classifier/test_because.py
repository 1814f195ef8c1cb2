"""Why a matter was taken for what it is: words that stand in it, and nobody's name or number."""

from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.because import LETTERS, WORDS
from classifier.judgement import Hints
from tests.classifier.courts import one, the_judge

_HINTS = Hints()
SHOP = "枫桥镇农贸市场旁边的储值卡店关门了，充了五百块钱要不回来。"


def said(text: str) -> dict[str, list[str]]:
    reasons = (why.partition(": ") for why in one(text).why)
    return {code: words.split(" · ") for code, _, words in reasons}


def test_words_of_rules_and_letters_of_the_model_stand_in_the_text() -> None:
    why = said(SHOP)
    assert "储值卡" in why[WORDS] and any("储值卡" in stretch for stretch in why[LETTERS])
    assert all(stretch in SHOP for stretch in why[LETTERS])


def test_people_are_no_reason() -> None:
    text = "我叫陈春生，身份证330699198001010018，电话19900001234，陈春生的储值卡店关门了。"
    shown = "".join(part for parts in said(text).values() for part in parts)
    assert not any(piece in shown for piece in ("陈春", "春生", "1990", "3306"))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_reasons_or_none(text: str) -> None:
    for matter in the_judge().judge_all([(text, _HINTS), (SHOP, _HINTS)])[0].matters:
        assert all(isinstance(why, str) for why in matter.why)
