"""Both languages are whole, and the style keeps its promises."""

import io
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from classifier.rulebook.loading import category_names
from contracts.topics import TOPICS
from contracts.vocabulary import Level
from dashboard import assets
from feedback.reasons import Reason
from router.force_files import load_registry
from router.forces import Force, Hours, Registry
from services.console.explained import explained
from services.console.i18n import load_tongues
from services.console.pages import Pages, spoken
from services.console.words import NAMES

_KEYWORDS: dict[str, None] = {"_": None, "gettext": None}
_OPTIONS = {"trimmed": "true"}
UNCLE = Force("uncle", "枫桥镇老娘舅一室", "uncle", Level.TOWN, "330681109", Hours(days=frozenset()))
PAGES = Pages({"labour/wages": {"en": "Labour/Wages"}}, Registry([UNCLE], {}))
DASHBOARD = Path(str(files("dashboard")))


def said() -> Iterator[tuple[str | None, str]]:
    """Everything a page may say, with its context."""
    for template in sorted((DASHBOARD / "templates").rglob("*.html")):
        found = extract(
            "jinja2.ext:babel_extract", io.BytesIO(template.read_bytes()), _KEYWORDS, (), _OPTIONS
        )
        yield from ((None, str(message)) for _, message, _, _ in found)
    for kind, names in NAMES.items():
        yield from ((kind.__name__.lower(), name) for name in names.values())
    for topic in TOPICS:
        yield from ((None, topic.about), (None, topic.key))


def test_the_catalogue_has_what_is_said_and_nothing_else() -> None:
    catalogue = read_po(io.BytesIO((DASHBOARD / "locale" / "zh.po").read_bytes()), locale="zh")
    has = {(message.context, str(message.id)): message.string for message in catalogue if message.id}
    assert set(has) == set(said())
    for (_, english), chinese in has.items():
        assert chinese
        assert set(re.findall(r"%\(\w+\)s", english)) == set(re.findall(r"%\(\w+\)s", str(chinese)))


_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”][,:;?!()]|[,:;?!()][\u4e00-\u9fff“]")


def chinese() -> Iterator[str]:
    """All that an operator reads in Chinese: pages, names of forces and categories, reasons of both books."""
    catalogue = read_po(io.BytesIO((DASHBOARD / "locale" / "zh.po").read_bytes()), locale="zh")
    yield from (str(message.string) for message in catalogue if message.id)
    yield from (names["zh"] for names in category_names().values())
    registry = load_registry()
    yield from (kind.zh for kind in registry.kinds.values())
    yield from (force.name for force in registry.by_id.values())
    for path in ("feedback/data/reasons.toml", "router/data/reasons.toml", "router/data/rules.toml"):
        read = tomllib.loads((DASHBOARD.parent / path).read_text("utf-8"))
        yield from leaves(read, "zh")


def leaves(data: Any, name: str) -> Iterator[str]:
    """Every text under this name, however deep."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list):
            yield from leaves(value, name)
        elif key == name:
            yield value


def test_chinese_has_its_own_punctuation() -> None:
    said = list(chinese())
    assert len(said) > 1000 and [text for text in said if _HALF_WIDTH.search(text)] == []


def test_templates_put_no_punctuation_between_two_translated_pieces() -> None:
    """A colon of English stands in Chinese too, unless it is part of what is translated."""
    for template in DASHBOARD.rglob("templates/**/*.html"):
        assert not re.search(r"\}\}([:,;]| \()", template.read_text("utf-8")), template


def test_what_has_no_english_name_is_marked_as_chinese() -> None:
    assert spoken("枫桥<b>", "en") == '<span lang="zh-CN">枫桥&lt;b&gt;</span>'
    assert (spoken("Zhuji", "en"), spoken("枫桥", "zh")) == ("Zhuji", "枫桥")


def test_every_member_of_every_closed_set_has_a_name() -> None:
    for tongue in load_tongues().values():
        for kind in NAMES:
            assert all(tongue.name(member) for member in kind)


def test_reasons_of_both_books_become_sentences() -> None:
    refused = explained(Reason("wrong_state", action="sign", state="closed"), "zh", PAGES)
    assert "已办结" in refused
    assert "签收" in refused
    assert explained("force.skill", "en", PAGES) == "knows this kind of matter"
    assert explained("no_such_reason", "en", PAGES) == "no_such_reason"
    moved = explained(Reason("replaced", place="330681109"), "en", PAGES)
    assert moved == "a person corrected the place: Fengqiao Town, Zhuji"
    assert explained(Reason("confirmed", category="labour/wages"), "en", PAGES).endswith("Labour/Wages")
    assert explained(Reason("held_by", force="uncle"), "zh", PAGES) == "超时时由枫桥镇老娘舅一室承办"
    assert explained(Reason("held_by", force="gone"), "en", PAGES) == "gone had it then"


def test_style_and_script_stay_small_and_fetch_nothing_from_elsewhere() -> None:
    style = (DASHBOARD / "static" / "console.css").read_text("utf-8")
    assert len(style) < 20_000
    own = [*DASHBOARD.glob("static/*.*"), *DASHBOARD.rglob("templates/**/*.html")]
    for path in own:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z]", re.sub(r"^\s*//.*", "", text, flags=re.M)), path
    assert "resolved" not in assets.LOCK.read_text("utf-8")


def colours() -> dict[str, str]:
    style = (DASHBOARD / "static" / "console.css").read_text("utf-8")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", style))
    return {name: value * 2 if len(value) == 3 else value for name, value in found.items()}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:4])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PAIRS = [
    *((text, ground) for text in ("ink", "muted", "accent") for ground in ("page", "card")),
    *((text, "card") for text in ("red", "orange", "blue", "green")),
    *((tone, f"{tone}-soft") for tone in ("accent", "red", "orange", "yellow", "blue", "green")),
    ("muted", "soft"),
    ("card", "accent"),
]


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1."""
    bright, dark = sorted((luminance(colours()[text]), luminance(colours()[ground])), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5
