"""Two languages: which one a reader wants, its words, its dates and numbers."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from importlib.resources import files
from typing import Literal, cast

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from babel.units import format_unit
from fastapi import Request

from contracts.places import LOCAL
from services.console.words import CONTEXTS, NAMES

Language = Literal["zh", "en"]
LANGUAGES: Mapping[Language, str] = {"zh": "中文", "en": "English"}
COOKIE = "hub_language"
_HOUR, _DAY = 3600, 86400
_PART = re.compile(r"([\d.]+)([A-Z])")
_DATE_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_TIME_UNITS = {"H": "hour", "M": "minute"}
_LOCALES = {"zh": Locale.parse("zh_Hans_CN"), "en": Locale.parse("en_GB")}


def language_of(request: Request) -> Language:
    """The cookie's, else the browser's first choice that we speak, else Chinese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return cast(Language, chosen)
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip().split("-")[0].lower()
        if tag in LANGUAGES:
            return cast(Language, tag)
    return "zh"


@dataclass(frozen=True)
class Tongue:
    """One language: words and formats. Templates see its methods."""

    language: Language
    translations: NullTranslations

    @property
    def html(self) -> str:
        return "zh-CN" if self.language == "zh" else "en"

    def say(self, text: str) -> str:
        return self.translations.gettext(text)

    def name(self, value: StrEnum | str | None, of: str | None = None) -> str:
        """What people call a member of a closed set; `of` names the set where only its value is at hand."""
        if value is None:
            return ""
        if of is not None:
            value = CONTEXTS[of](value)
        kind = cast(type[StrEnum], type(value))
        return str(self.translations.pgettext(kind.__name__.lower(), NAMES[kind][cast(StrEnum, value)]))

    def name_of_any(self, value: str, *sets: type[StrEnum]) -> str:
        """The name of a value of one of the sets; the value itself where it is of none."""
        found = next((kind(value) for kind in sets if value in list(kind)), None)
        return self.name(found) if found else value

    def moment(self, at: datetime, now: datetime | None = None) -> str:
        """`11月23日 13:05`, with the year where it is another one than now's."""
        same = now is not None and at.astimezone(LOCAL).year == now.astimezone(LOCAL).year
        if self.language == "zh":
            form = "M月d日 HH:mm" if same else "y年M月d日 HH:mm"
        else:
            form = "d MMM HH:mm" if same else "d MMM y HH:mm"
        return str(format_datetime(at, form, tzinfo=LOCAL, locale=_LOCALES[self.language]))

    def exact(self, at: datetime) -> str:
        """To the second, for timelines and tooltips."""
        return str(format_datetime(at, "yyyy-MM-dd HH:mm:ss", tzinfo=LOCAL, locale=_LOCALES[self.language]))

    def left(self, due: datetime, now: datetime) -> str:
        """`12:05`, `3小时12分`, `2 d 4 h`; what the page's script ticks on."""
        seconds = int((due - now).total_seconds())
        text = self._countdown(abs(seconds))
        return text if seconds >= 0 else self.say("late by %(time)s") % {"time": text}

    def _countdown(self, seconds: int) -> str:
        if seconds < _HOUR:
            return f"{seconds // 60:02}:{seconds % 60:02}"
        units = ((_DAY, "%(n)s d", _HOUR, "%(n)s h"), (_HOUR, "%(n)s h", 60, "%(n)s min"))
        big, big_word, small, small_word = units[seconds < _DAY]
        parts = (
            self.say(big_word) % {"n": seconds // big},
            self.say(small_word) % {"n": seconds % big // small},
        )
        return ("" if self.language == "zh" else " ").join(parts)

    def span(self, seconds: float) -> str:
        """`3 分钟`, `2 hours`: about how long."""
        about = timedelta(seconds=max(0, round(seconds)))
        return str(format_timedelta(about, threshold=1.2, locale=_LOCALES[self.language]))

    def lasting(self, duration: str) -> str:
        """An ISO 8601 duration (`P1Y6M`) in words."""
        date, _, time = duration.removeprefix("P").partition("T")
        parts = [(n, _DATE_UNITS[u]) for n, u in _PART.findall(date)]
        parts += [(n, _TIME_UNITS[u]) for n, u in _PART.findall(time)]
        length: Literal["short", "long"] = (
            "short" if self.language == "zh" else "long"
        )  # babel's Chinese has no long
        form = partial(format_unit, length=length, locale=_LOCALES[self.language])
        words = (str(form(float(n), f"duration-{unit}")) for n, unit in parts)
        return ("" if self.language == "zh" else " ").join(words)

    def number(self, value: float) -> str:
        return str(format_decimal(value, "#,##0.#", locale=_LOCALES[self.language]))

    def percent(self, value: float) -> str:
        return str(format_percent(value, "0.0%", locale=_LOCALES[self.language]))


def load_tongues() -> Mapping[Language, Tongue]:
    """Both languages, read from `dashboard/locale`."""
    return {"zh": Tongue("zh", _read("zh")), "en": Tongue("en", NullTranslations())}


def _read(language: str) -> Translations:
    text = (files("dashboard") / "locale" / f"{language}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)
