"""A lively demo: invented complaints for every platform, varied, the same ones for the same seed."""

import json
import random
import re
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files

from adapters.telling import Telling
from contracts.places import place_name

_SLOT = re.compile(r"\{([^{}]+)\}")
_RANGE = re.compile(r"(\d+)-(\d+)")
_SURNAMES = tuple("陈王俞何周赵孙钱徐马骆楼边寿斯郦宣蒋沈章金裘竺吕石张潘梁")
_GIVEN = ("建国", "秀英", "海燕", "伟良", "桂芳", "立新", "志强", "玉珍", "明华", "春生", "彩凤", "水娟")
_STREETS = ("人民路", "新兴街", "和畅路", "东风路", "学院路", "老街")
_TWIN_LAG = 4  # turns of its platform until the second telling of one happening comes


@dataclass(frozen=True, slots=True)
class Scene:
    """One happening and how each platform hears of it. Texts have slots: `{3-9}`, `{a|b}`, `{town}`,
    `{name}`, `{phone}`; a scene with several towns happens in one of them. One of nothing but
    an unseen character is what a clerk saved by mistake."""

    tellings: dict[str, str]
    intent: str
    towns: tuple[str, ...]
    name: str = ""
    organisation: str = ""
    non_police: bool = True
    later: str = ""  # what the same person tells the first platform soon after
    others: int = 0  # how many other people tell it the same
    once: bool = False  # in each run: a mishap, which cannot come in


def scenes() -> list[Scene]:
    """The scenes of scenes.jsonl."""
    text = (files("adapters") / "scenes.jsonl").read_text("utf-8")
    rows = map(json.loads, text.splitlines())
    return [Scene(**row | {"towns": tuple(row["towns"])}) for row in rows]


class Feed:
    """Endless tellings for each platform. Two of one happening share person, phone, place and numbers."""

    def __init__(self, seed: int, told: list[Scene] | None = None) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - variety, no secret
        self._scenes: dict[str, list[Scene]] = defaultdict(list)
        for scene in scenes() if told is None else told:
            self._scenes[next(iter(scene.tellings))].append(scene)
        self._decks: dict[str, Iterator[Scene]] = {name: self._deck(name) for name in self._scenes}
        self._more: dict[str, deque[tuple[int, Scene, int]]] = defaultdict(deque)
        self._turn: dict[str, int] = defaultdict(int)

    def next(self, platform: str, at: datetime) -> Telling:
        """What the platform hears next, dated `at`."""
        self._turn[platform] += 1
        waiting = self._more[platform]
        if waiting and waiting[0][0] <= self._turn[platform]:
            _, scene, variation = waiting.popleft()
        else:
            scene, variation = next(self._decks[platform]), self._dice.getrandbits(32)
            self._follow(scene, platform, variation)
        return vary(scene, platform, variation, at)

    def _follow(self, scene: Scene, platform: str, variation: int) -> None:
        """What else will be heard of it, and where."""
        for other in list(scene.tellings)[1:]:
            self._more[other].append((self._turn[other] + _TWIN_LAG, scene, variation))
        soon = self._turn[platform] + _TWIN_LAG
        if scene.later:
            self._more[platform].append((soon, _again(scene, platform), variation))
        for _ in range(scene.others):
            self._more[platform].append((soon, scene, self._dice.getrandbits(32)))

    def _deck(self, platform: str) -> Iterator[Scene]:
        told = self._scenes[platform]
        while True:
            yield from self._dice.sample(told, len(told))
            told = [scene for scene in told if not scene.once]


def _again(scene: Scene, platform: str) -> Scene:
    return replace(scene, tellings={platform: scene.later})


def vary(scene: Scene, platform: str, variation: int, at: datetime) -> Telling:
    """The scene as this platform hears it, in one of its variations."""
    dice = random.Random(variation)  # noqa: S311 - variety, no secret
    town = dice.choice(scene.towns)
    words = {
        "town": place_name(town),
        "name": scene.name or dice.choice(_SURNAMES) + dice.choice(_GIVEN),
        "phone": f"1990000{dice.randrange(10_000):04d}",
    }
    choices = dice.getrandbits(32)
    return Telling(
        text=_fill(scene.tellings[platform], words, random.Random(choices)),  # noqa: S311 - variety, no secret
        at=at,
        name=words["name"],
        phone=words["phone"],
        town_code=town,
        address=f"{words['town']}{dice.choice(_STREETS)}{dice.randint(1, 180)}号",
        organisation=scene.organisation,
        intent=scene.intent,
        non_police=platform == "police_110" and scene.non_police,
    )


def _fill(text: str, words: dict[str, str], dice: random.Random) -> str:
    def slot(match: re.Match[str]) -> str:
        inside: str = match[1]
        if inside in words:
            return words[inside]
        if numbers := _RANGE.fullmatch(inside):
            return str(dice.randint(int(numbers[1]), int(numbers[2])))
        return dice.choice(inside.split("|"))

    return _SLOT.sub(slot, text)
