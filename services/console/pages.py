"""Renders templates, each in a reader's language."""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from contracts.places import place_name
from dashboard import assets
from router.forces import Registry
from services.console.cover import excerpt
from services.console.i18n import LANGUAGES, Language, Tongue, load_tongues
from services.console.told import told
from services.console.words import NAMES


class Pages:
    """The templates in both languages. `categories` has the taxonomy's names by language."""

    def __init__(self, categories: Mapping[str, Mapping[str, str]], forces: Registry) -> None:
        self.tongues = load_tongues()
        self.categories, self.forces = categories, forces
        self._environments = {lang: self._environment(tongue) for lang, tongue in self.tongues.items()}

    def render(self, template: str, language: Language, **context: Any) -> str:
        """The template as HTML."""
        return self._environments[language].get_template(template).render(**context)

    def category(self, code: str, language: Language) -> str:
        """The category's name; its code where the taxonomy has none."""
        return self.categories.get(code, {}).get(language, code)

    def grouped(self, language: Language) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """Every subject's code and name, with its categories' own."""
        tops = [code for code in self.categories if "/" not in code]
        return [(top, self.category(top, language), self._below(top, language)) for top in tops]

    def _below(self, top: str, language: Language) -> list[tuple[str, str]]:
        codes = [code for code in self.categories if code.startswith(f"{top}/")]
        return [(code, self.category(code, language).partition("/")[2]) for code in codes]

    def force(self, force_id: str | None, name: str, language: Language) -> str:
        """The force's name for this reader; `name`, which it had when it got the case, where that will do."""
        force = self.forces.by_id.get(force_id or "")
        return name if force is None or (language == "zh" and name) else force.named(language)

    def _environment(self, tongue: Tongue) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(str(files("dashboard") / "templates")),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.install_gettext_translations(tongue.translations, newstyle=True)  # type: ignore[attr-defined]
        environment.filters |= {
            "word": tongue.name,
            "moment": tongue.moment,
            "exact": tongue.exact,
            "left": tongue.left,
            "span": tongue.span,
            "number": tongue.number,
            "percent": tongue.percent,
            "place": lambda code: place_name(code, tongue.language),
            "force": lambda one: self.force(one.force_id, one.force_name, tongue.language),
            "force_id": lambda force_id: self.force(force_id, "", tongue.language) or force_id,
            "category": lambda code: self.category(code, tongue.language),
            "epoch": _epoch,
            "excerpt": excerpt,
            "told": lambda matter: told(matter, tongue),
            "spoken": lambda text: spoken(text, tongue.language),
        }
        environment.globals |= {
            "tongue": tongue,
            "languages": LANGUAGES,
            "names": {kind.__name__.lower(): list(kind) for kind in NAMES},
            "release": assets.release(),
        }
        return environment


def spoken(text: str, language: Language) -> Markup:
    """Text that has no translation, marked as Chinese on an English page: for voices, fonts and hyphens."""
    foreign = language == "en" and any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return Markup('<span lang="zh-CN">{}</span>').format(text) if foreign else escape(text)


def _epoch(at: datetime) -> int:
    """Milliseconds, as scripts count."""
    return int(at.timestamp() * 1000)
