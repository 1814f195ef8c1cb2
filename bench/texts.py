"""Invented complaints for a bench: as long, as varied and as often repeated as real ones.

How much two texts share is what the router's search for twins costs. Of 4,326 messages to a city's board, one
shares its `copy_key` with 1.05 others on average (here 1.5), and 61 repeat an earlier one word for word.
"""

import random
import re
import tomllib
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from contracts.places import place_name, towns

TWO_MATTERS = 0.125  # the share nobody publishes; real texts of 12345 lie around 10 to 15 %
REPEATED = 0.014  # the share that somebody has told before in the same words
_REMEMBERED = 500
_SLOT = re.compile(r"\{(\w+)\}")
_SURNAMES = "陈王俞何周赵孙钱徐马骆楼边寿斯郦宣蒋沈章金裘竺吕石张潘梁"
_GIVEN = ("建国", "秀英", "海燕", "伟良", "桂芳", "立新", "志强", "玉珍", "明华", "春生", "彩凤", "水娟")
_SYLLABLES = (
    "东西南北金银锦秀福寿康宁安泰永长春秋兰竹松柏梅桂龙凤鹤云霞星月江湖溪泉石岩峰岭青碧丹红新兴华盛景和"
)
_LUCKY = "鼎麟麒鹏鸿黎齐"
_SORTS = {
    "spot": ("花园", "小区", "村", "公寓", "苑", "社区", "市场"),
    "road": ("路", "街", "大道", "弄"),
    "firm": ("商行", "经营部", "贸易行", "工作室", "事务所", "服务部"),
}


class Texts:
    """Endless postings of the grid's shape, the same ones for the same seed."""

    def __init__(self, seed: int, run: str) -> None:
        """`run` begins every external id, so that two runs on one database are two sets of complaints."""
        self._dice = random.Random(seed)
        self._words = tomllib.loads((files("bench") / "words.toml").read_text("utf-8"))
        self._matters = list(self._words["matter"].values())
        self._towns = sorted(towns())
        self._run, self._count = run, 0
        self._told: deque[tuple[str, str]] = deque(maxlen=_REMEMBERED)

    def next(self) -> dict[str, Any]:
        """One posting for `POST /v1/complaints`."""
        self._count += 1
        town, text = self._dice.choice(self._told) if self._repeats() else self._new()
        return {
            "external_id": f"{self._run}-{self._count}",
            "text": text,
            "occurred_at": datetime.now(UTC).isoformat(),
            "town_code": town,
            "reporter": {"name": self._name(), "phone": self._phone()},
        }

    def batches(self, count: int, size: int) -> Iterator[list[dict[str, Any]]]:
        """`count` postings in arrays of `size`."""
        for start in range(0, count, size):
            yield [self.next() for _ in range(min(size, count - start))]

    def _repeats(self) -> bool:
        return bool(self._told) and self._dice.random() < REPEATED

    def _new(self) -> tuple[str, str]:
        town = self._dice.choice(self._towns)
        self._told.append((town, self._text(place_name(town))))
        return self._told[-1]

    def _text(self, town: str) -> str:
        two = self._dice.random() < TWO_MATTERS
        first, second = self._dice.sample(self._matters, 2)
        details = self._dice.sample(self._words["detail"], self._dice.randint(8, 13))
        parts = [self._pick("opening"), self._dice.choice(first), *details, self._pick("party")]
        if two:
            parts[5:5] = [self._pick("another"), self._dice.choice(second)]
        return _SLOT.sub(lambda slot: self._fill(slot[1], town), "".join([*parts, self._pick("wish")]))

    def _fill(self, slot: str, town: str) -> str:
        dice = self._dice
        match slot:
            case "town":
                return town
            case "spot" | "road" | "firm":
                lucky = dice.choice(_LUCKY) if slot == "firm" else ""
                return lucky + "".join(dice.sample(_SYLLABLES, 2)) + dice.choice(_SORTS[slot])
            case "name":
                return self._name()
            case "surname":
                return dice.choice(_SURNAMES)
            case "phone":
                return self._phone()
        return str(dice.randint(2, 12) if slot == "n" else dice.randint(13, 98))

    def _pick(self, kind: str) -> str:
        return str(self._dice.choice(self._words[kind]))

    def _name(self) -> str:
        return self._dice.choice(_SURNAMES) + self._dice.choice(_GIVEN)

    def _phone(self) -> str:
        return f"1990000{self._dice.randrange(10_000):04d}"
