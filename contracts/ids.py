"""Deterministic ids: the same thing sent twice is the same thing."""

import hashlib
from uuid import UUID, uuid5

from stdnum import verhoeff

_HUB = UUID("6f0b1c1e-6d1c-5c0a-9b5e-3a1f6f1f0001")
_NUMBER_SPACE = 10**15  # ten million cases share a number with a chance of about 5 %: show, never join by it


def complaint_id(platform: str, external_id: str) -> UUID:
    """The one id of what a platform calls `external_id`."""
    return uuid5(_HUB, f"{platform}\x1f{external_id}")


def case_id(complaint: UUID, ordinal: int) -> UUID:
    """The id of the complaint's matter number `ordinal` (from 0)."""
    return uuid5(complaint, f"case\x1f{ordinal}")


def event_id(cause: UUID, stage: str, ordinal: int = 0) -> UUID:
    """The id of the `ordinal`-th event that `stage` emits because of `cause`."""
    return uuid5(cause, f"{stage}\x1f{ordinal}")


def digest(*parts: str) -> str:
    """A short fingerprint of content, to tell a repetition from a revision. 32 hex digits."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def case_number(case: UUID) -> str:
    """The public number: 16 digits in fours, the last a Verhoeff check digit.

    Digits only, because a number read over the phone in Chinese is heard more surely than letters.
    """
    body = f"{case.int % _NUMBER_SPACE:015d}"
    digits = body + verhoeff.calc_check_digit(body)
    return " ".join(digits[i : i + 4] for i in range(0, 16, 4))


def is_case_number(text: str) -> bool:
    """Whether `text` is a case number without a slip of the ear or the finger."""
    digits = text.replace(" ", "").replace("-", "")
    return len(digits) == 16 and bool(verhoeff.is_valid(digits))
