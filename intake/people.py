"""Phone numbers and resident ID numbers: one canonical form each, or refused."""

import re
import unicodedata
from datetime import date, datetime

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2

from contracts.faults import Code, Wrong

_EXTENSION = re.compile(
    r"(?:转|分机|ext\.?|#|(?<=^0\d{9})-|(?<=^0\d{10})-|(?<=^0\d{11})-)(\d{1,6})$", re.I | re.A
)
_SEPARATORS = re.compile(r"[\s().\-‐‑–—]")
_AREA = re.compile(r"^\((0\d{2,3})\)|^(0\d{2,3})-", re.A)
_DIALLED = re.compile(r"^00(?=[1-9])")  # abroad, as a telephone is told
_HOME = re.compile(r"^(?:\+86|86(?=1[3-9]\d{9}$))0?", re.A)
_CHINESE = re.compile(
    r"1[3-9]\d{9}"  # mobile
    r"|0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}"  # landline with its area code
    r"|[48]00\d{7}",  # service numbers
    re.A,
)
_FOREIGN = re.compile(r"\+(?!86)[1-9]\d{6,14}", re.A)  # E.164: at most 15 digits
_ID_NUMBER = re.compile(r"[1-9]\d{16}[\dX]", re.A)
_OLDEST_PERSON = 130  # years


def phone(value: str) -> str:
    """`19900000001`, `057587210000`, with `-801` for an extension, or `+447911123456` for abroad."""
    compact = _without_spaces(value)
    if _CHINESE.fullmatch(compact):
        return compact
    number, extension = _split_extension(compact)
    number = _DIALLED.sub("+", _SEPARATORS.sub("", number))
    home = _HOME.sub("", number)
    for candidate in (home, "0" + home) if home != number else (number,):
        if _CHINESE.fullmatch(candidate):
            return candidate + extension
    if _FOREIGN.fullmatch(number):
        return number + extension
    raise Wrong(Code.BAD_PHONE)


def _split_extension(compact: str) -> tuple[str, str]:
    tidy = _AREA.sub(r"\1\2", compact)
    if found := _EXTENSION.search(tidy):
        return tidy[: found.start()], "-" + found[1]
    return tidy, ""


def id_number(value: str, today: datetime) -> str:
    """An 18-character resident ID number (GB 11643: ISO 7064 MOD 11-2 over a birth date that can be)."""
    number = _without_spaces(value).upper()
    if not _ID_NUMBER.fullmatch(number):
        raise Wrong(Code.BAD_ID_NUMBER)
    try:
        mod_11_2.validate(number)
    except ValidationError:
        raise Wrong(Code.BAD_CHECK_DIGIT) from None
    if not _can_be_born(number[6:14], today.date()):
        raise Wrong(Code.BAD_BIRTH_DATE)
    return number


def _can_be_born(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return today.year - _OLDEST_PERSON <= born.year and born <= today


def _without_spaces(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split())
