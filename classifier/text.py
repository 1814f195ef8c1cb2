"""One spelling for the rules to look at, character for character as long as the original."""

from functools import cache
from importlib.resources import files

_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()} | {0x3000: 0x20}


@cache
def _spelling() -> dict[int, int]:
    pairs = (files("classifier") / "data" / "traditional.txt").read_text("utf-8").split()
    return _WIDE | {ord(pair[0]): ord(pair[1]) for pair in pairs}


def normalise(text: str) -> str:
    """Lower case, half width, simplified. Offsets stay valid in the original."""
    plain = text.translate(_spelling())
    lower = plain.lower()
    return (
        lower if len(lower) == len(plain) else "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)
    )
