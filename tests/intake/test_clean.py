"""Tidying gives what Unicode says, in time that grows with the text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import clean

ACCENTS = "\u0301\u0316\u0334\u0345\u0344\u0f73\u0f75\u0f81\u3099"
signs = st.sampled_from(f"aé한ᄒ\u1161\u11ab豈か{ACCENTS}") | st.characters(
    exclude_categories=["Cs", "Cc", "Cf"]
)


@given(st.text(signs))
def test_the_signs_of_a_letter_come_out_as_unicode_orders_them(text: str) -> None:
    assert clean.prose(f"x{text}x") == unicodedata.normalize("NFC", f"x{text}x")


@pytest.mark.parametrize("accents", [ACCENTS, "\u0301\u0316", "\u0f73"])
def test_no_long_run_of_accents_is_put_in_order_by_insertion(
    accents: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `normalize` does, which takes the square of what stands in disorder."""
    longest_in_disorder = 0

    def normalize(form: str, value: str) -> str:
        nonlocal longest_in_disorder
        apart = "".join(normalized("NFD", sign) for sign in value)
        if unicodedata.is_normalized("NFD", apart):
            return normalized(form, value)
        longest_in_disorder = max(longest_in_disorder, len(value))
        return normalized(form, value)

    normalized = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", normalize)
    text = "a" + accents * 500
    assert clean.prose(text) == normalized("NFC", text)
    assert longest_in_disorder <= 1
