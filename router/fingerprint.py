"""What is kept of a case to know it again: hashes of its phone, spots and text, never the text."""

import re
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from operator import add

from contracts.events import Matter
from contracts.places import COUNTIES, towns
from router.places import known_place

_SKETCH = 96
# A name of two characters before a kind of place. Characters that join words cannot be of a name.
_GLUE = (
    "的了在这那条个某我你他她们边是有到从把被没不和与及很都也就又上下里"
    "外中前后走过去来修进出给对向称拆约往到我说请一二两三四五六七八九十"
)
_SPOT = re.compile(
    rf"[^\W\d{_GLUE}]{{2}}(?:村|社区|小区|花园|公寓|新村|苑|大道|路|街|巷|弄|桥|广场|市场|学校|小学|中学|医院|公司|厂)"
    r"(?![灯面由线费政民委里干长道房])"
)
_NO_NAMES = {"自然村", "快速路", "城中村", "农贸市场", "菜市场"}
_NUMBER = re.compile(r"([0-9]+|[一二三四五六七八九十百]+)(组|幢|栋|号楼|单元|号|队|期|弄)")
_WORD = re.compile(r"[\u4e00-\u9fff]+|[^\W\d_\u4e00-\u9fff]{3,}")
_BOILERPLATE = re.compile(
    r"报警人|来电人|反映人|上报人|投诉人|要求处理|请?尽快处理|希望有关部门|麻烦|地址|你好|您好"
)


def keyed(secret: bytes, *parts: str) -> int:
    """A 63-bit hash nobody can look up without the secret."""
    data = "\x1f".join(parts).encode()
    return int.from_bytes(blake2b(data, digest_size=8, key=secret).digest(), "big") >> 1


def phone_digits(phone: str | None) -> str:
    """The digits of a phone without China's prefix; empty where they are too few to tell people apart."""
    digits = re.sub(r"\D", "", phone or "").removeprefix("0086")
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return digits if len(digits) >= 7 else ""


def plain_text(matter: Matter) -> str:
    """The text without its place's own name, which all of a town's cases share, and without set phrases."""
    text = matter.text.lower()
    for name in _own_names(known_place(matter.town_code)):
        text = text.replace(name, " ")
    return _BOILERPLATE.sub(" ", text)


def spots(text: str) -> set[str]:
    """Named spots: `东和路`, `锦绣小区`."""
    return set(_SPOT.findall(text)) - _NO_NAMES


def numbers(text: str) -> set[str]:
    """Numbered units: `三组`, `5幢`."""
    return {"".join(found) for found in _NUMBER.findall(text)}


def sketch(text: str) -> list[int]:
    """The smallest hashes of the text's pairs of characters, and of words in other scripts.

    Pairs alone tell twins from strangers best: single characters make any two long texts alike.
    """
    return sorted({zlib.crc32(part.encode()) for part in _parts(text)})[:_SKETCH]


def likeness(one: list[int], other: list[int]) -> float:
    """Cosine of the two texts' parts, 0 to 1, over the range of hashes both sketches cover."""
    if not one or not other:
        return 0.0
    last = min(s[-1] if len(s) == _SKETCH else 1 << 32 for s in (one, other))
    a, b = ({h for h in s if h <= last} for s in (one, other))
    return float(len(a & b) / (len(a) * len(b)) ** 0.5) if a and b else 0.0


def _parts(text: str) -> set[str]:
    parts: set[str] = set()
    for run in _WORD.findall(text):
        if "\u4e00" <= run[0] <= "\u9fff":
            parts.update(map(add, run, run[1:]))
        else:
            parts.add(run)
    return parts


def _own_names(place: str) -> Iterator[str]:
    town = towns().get(place)
    for name in (town.name if town else "", COUNTIES.get(place[:6], "")):
        if name:
            yield name
            yield name.removesuffix("街道").rstrip("镇乡区县市")
