"""Text as it may be kept.

Free text keeps the citizen's own characters (NFC): NFKC would turn ① into 1 and ， into a comma, and
offsets and quotes would no longer be what was written. NFKC is for codes, times and numbers only.
"""

import re
import unicodedata
from itertools import groupby

# Control characters, what reorders or hides text on a screen, lone surrogates and non-characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")


def prose(value: str) -> str:
    """Several lines: line ends are `\\n`, the ends are trimmed, nothing unseen is left."""
    if not value.isprintable():  # all that is unseen is unprintable, and most lines hold none of it
        value = _UNSEEN.sub("", _LINE_ENDS.sub("\n", value))
    return _composed(value).strip()


def line(value: str) -> str:
    """One line: as `prose`, and any run of white space is one space."""
    return " ".join(prose(value).split())


def code(value: str) -> str:
    """A code or a time: as `line`, and full-width letters and digits are plain ones."""
    return unicodedata.normalize("NFKC", line(value))


def _composed(value: str) -> str:
    """NFC. Of a long run of accents in no order, `normalize` alone takes the square."""
    if unicodedata.is_normalized("NFC", value):
        return value
    apart = (sign for letter in value for sign in unicodedata.normalize("NFD", letter))
    runs = groupby(apart, lambda sign: unicodedata.combining(sign) > 0)
    ordered = (sign for _, run in runs for sign in sorted(run, key=unicodedata.combining))
    return unicodedata.normalize("NFC", "".join(ordered))
