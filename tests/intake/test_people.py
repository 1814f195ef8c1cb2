"""Phones and ID numbers: one form each."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from contracts.faults import Code, Wrong
from intake import people

TODAY = datetime(2024, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("19900000001", "19900000001"),
        ("199-0000-0001", "19900000001"),
        ("+86 199 0000 0001", "19900000001"),
        ("008619900000001", "19900000001"),
        ("8619900000001", "19900000001"),
        ("１９９００００００１１", "19900000011"),
        ("0575-87210000", "057587210000"),
        ("(0575) 8721 0000", "057587210000"),
        ("（０５７５）87210000", "057587210000"),
        ("+86 575 8721 0000", "057587210000"),
        ("+86-0575-87210000", "057587210000"),
        ("010 8721 0000", "01087210000"),
        ("0575-80005566转201", "057580005566-201"),
        ("0575-80005566-201", "057580005566-201"),
        ("0575 8000 5566 ext. 201", "057580005566-201"),
        ("400-800-1234", "4008001234"),
        ("+44 7911 123456", "+447911123456"),
        ("0044 7911 123456", "+447911123456"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_a_phone_has_one_form(given: str, kept: str) -> None:
    assert people.phone(given) == kept
    assert people.phone(kept) == kept


@pytest.mark.parametrize(
    "given",
    [
        *("12345", "1990000000", "199000000011", "12900000001", "87210000", "+86 12", "+8619900000"),
        *("+1", "+" + "1" * 16, "陈春生", "199OOOO0001", "١٩٩٠٠٠٠٠٠٠١"),
    ],
)
def test_what_is_no_phone_is_refused(given: str) -> None:
    with pytest.raises(Wrong) as wrong:
        people.phone(given)
    assert wrong.value.code is Code.BAD_PHONE


@pytest.mark.parametrize(
    "given", ["11010519491231002X", "110105 19491231 002x", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_an_id_number_has_one_form(given: str) -> None:
    assert people.id_number(given, TODAY) == "11010519491231002X"


def numbered(body: str) -> str:
    return body + mod_11_2.calc_check_digit(body)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("110105194912310021", Code.BAD_CHECK_DIGIT),
        ("11010519491231002", Code.BAD_ID_NUMBER),
        ("130503670401001", Code.BAD_ID_NUMBER),  # the 15 digits of before 2013
        ("X1010519491231002X", Code.BAD_ID_NUMBER),
        (numbered("33069920240230123"), Code.BAD_BIRTH_DATE),
        (numbered("33069920240313123"), Code.BAD_BIRTH_DATE),  # tomorrow
        (numbered("33069918931231123"), Code.BAD_BIRTH_DATE),  # 131 years ago
    ],
)
def test_a_bad_id_number_is_refused_for_its_reason(given: str, code: Code) -> None:
    with pytest.raises(Wrong) as wrong:
        people.id_number(given, TODAY)
    assert wrong.value.code is code


def test_born_today_is_possible() -> None:
    number = numbered("33069920240312123")
    assert people.id_number(number, TODAY) == number


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(place: int, shift: int) -> None:
    right = "11010519491231002X"
    digit = str((int(right[place]) + shift) % 10)
    with pytest.raises(Wrong):
        people.id_number(right[:place] + digit + right[place + 1 :], TODAY)


@given(st.text())
def test_any_text_is_a_phone_or_wrong(text: str) -> None:
    try:
        kept = people.phone(text)
    except Wrong:
        return
    assert kept.isascii() and people.phone(kept) == kept
