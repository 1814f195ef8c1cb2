"""One spelling for the rules to look at, character for character as long as the original."""

import re
from functools import cache
from importlib.resources import files

_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()} | {0x3000: 0x20}
# Katakana of half the width; a voiced one is two characters and stays so, in cues as in texts.
_HALF_KANA = (
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテト"
    "ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
)
_KANA = dict(enumerate(map(ord, _HALF_KANA), start=0xFF66))
_HALVES = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)  # of a surrogate pair: alone they are no text


@cache
def _spelling() -> tuple[re.Pattern[str], dict[int, int]]:
    """What is spelt differently, and how; most texts have none of it."""
    pairs = (files("classifier") / "data" / "traditional.txt").read_text("utf-8").split()
    respelt = _WIDE | _KANA | {ord(pair[0]): ord(pair[1]) for pair in pairs}
    return re.compile(f"[{''.join(map(chr, respelt))}\ud800-\udfff]"), respelt | _HALVES


def normalise(text: str) -> str:
    """Lower case, half width, simplified. Offsets stay valid in the original."""
    odd, respelt = _spelling()
    plain = text.translate(respelt) if odd.search(text) else text
    lower = plain.lower()
    return (
        lower if len(lower) == len(plain) else "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)
    )
