"""Reads the rulebook's files, once, for whoever builds the judge."""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from classifier.rulebook.cues import Cue, Scanner
from classifier.rulebook.places import Gazetteer, town_names
from classifier.rulebook.rules import Category, DangerRule, DangerRules, Rulebook, SplittingRules
from contracts.vocabulary import Colour, Flag, Intent, Kind

_SEAMS = ("seam", "seam_letters", "ruled", "terse", "long")
_SPLITTING = ("switch_evidence", "item", "sentence", "story", "most", *_SEAMS)
_GUESTS_WISH = 2.0
_TELLS = {"sure": 0.8, "look": 0.4}  # weights of a guest's words for a flag
_WEIGHTS = {"strong": 4.0, "foreign": 3.0, "words": 2.0, "weak": 1.0}


def load_rulebook(folder: Path | None = None) -> Rulebook:
    """The hub's own rulebook, with the county's files of `folder` in place of those it holds.

    KeyError or ValueError where a file lacks something or cannot be read.
    """
    taxonomy, intents = _read(folder, "taxonomy"), _read(folder, "intents")
    dangers, splitting, places = (_read(folder, name) for name in ("dangers", "splitting", "places"))
    cues = [
        *_taxonomy_cues(taxonomy),
        *_intent_cues(intents),
        *_danger_cues(dangers),
        *_splitting_cues(splitting),
        *_town_cues(),
    ]
    scanner, guests = Scanner(cues), _read(folder, "foreign")
    rules = _dangers(dangers)
    return Rulebook(
        version=taxonomy["version"],
        categories={c.code: c for c in _categories(taxonomy)},
        intent_order=tuple(map(Intent, intents["order"])),
        intent_default=Intent(intents["default"]),
        intent_names={Intent(key): zh for key, zh in intents["names"].items()},
        question=intents["question"],
        dangers=rules,
        guest_dangers=replace(rules, rules=(*rules.rules, *_guest_rules(guests))),
        splitting=_splitting(splitting),
        gazetteer=Gazetteer(places, _villages(folder)),
        scanner=scanner,
        guests=Scanner(_guest_cues(guests, taxonomy), beside=scanner),
    )


def category_names(folder: Path | None = None) -> dict[str, dict[str, str]]:
    """`{code: {"zh": "公共设施/路灯", "en": "Public facilities/Street lights"}}` of the whole taxonomy."""
    names = {c.code: {"zh": c.zh, "en": c.en} for c in _categories(_read(folder, "taxonomy"))}
    for code, own in names.items():
        top = names[code.partition("/")[0]]
        if own is not top:
            own.update({language: f"{top[language]}/{own[language]}" for language in own})
    return names


def category_words() -> dict[str, list[str]]:
    """The Chinese name and all words of every category of the hub's own taxonomy, by code."""
    entries = _entries(_read(None, "taxonomy"))
    return {
        code: [body["zh"], *(word for name in _WEIGHTS for word in body.get(name, ()))]
        for code, body, _ in entries
    }


def _read(folder: Path | None, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(folder, f"{name}.toml"))
    except ValueError as fault:  # no TOML, or no UTF-8
        raise ValueError(f"{name}.toml: {fault}") from fault


def _text(folder: Path | None, name: str) -> str:
    own: Traversable = files("classifier") / "data" / name
    local = folder / name if folder else None
    return (local if local and local.is_file() else own).read_text("utf-8")


def _villages(folder: Path | None) -> Iterable[tuple[str, str]]:
    """Name and town code of every village and community."""
    return [
        (row["name"], row["town_code"]) for row in csv.DictReader(_text(folder, "villages.csv").splitlines())
    ]


def _entries(taxonomy: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any], str]]:
    for top, body in taxonomy.items():
        if isinstance(body, dict):
            yield top, body, str(body["kind"])
            for code, child in body.items():
                if isinstance(child, dict):
                    yield f"{top}/{code}", child, str(child.get("kind", body["kind"]))


def _categories(taxonomy: Mapping[str, Any]) -> Iterable[Category]:
    return [Category(code, body["zh"], body["en"], Kind(kind)) for code, body, kind in _entries(taxonomy)]


def _taxonomy_cues(taxonomy: Mapping[str, Any]) -> Iterable[tuple[str, Cue]]:
    for code, body, _ in _entries(taxonomy):
        for name, weight in _WEIGHTS.items():
            yield from ((word, Cue("category", code, weight)) for word in body.get(name, ()))


def _intent_cues(intents: Mapping[str, Any]) -> Iterable[tuple[str, Cue]]:
    for intent, groups in intents["words"].items():
        for weight, words in groups.items():
            yield from ((word, Cue("intent", intent, float(weight))) for word in words)


def _danger_cues(dangers: Mapping[str, Any]) -> Iterable[tuple[str, Cue]]:
    yield from ((word, Cue("blind", "blind", 0)) for word in dangers["blind"])
    for concept, words in dangers["concepts"].items():
        yield from ((word, Cue("danger", concept, 1)) for word in words)


def _guest_cues(guests: Mapping[str, Any], taxonomy: Mapping[str, Any]) -> Iterable[tuple[str, Cue]]:
    """What `foreign.toml` adds, of the categories the taxonomy has."""
    known = {code for code, _, _ in _entries(taxonomy)}
    for table, weight in (("category", "foreign"), ("weak", "weak")):
        for code in guests.get(table, {}).keys() & known:
            cue = Cue("category", code, _WEIGHTS[weight])
            yield from ((word, cue) for word in _listed(guests[table][code]))
    for concept, words in (*guests["danger"].items(), *_said(guests)):
        yield from ((word, Cue("danger", concept, 1)) for word in _listed(words))
    for intent, words in guests["intent"].items():
        yield from ((word, Cue("intent", intent, _GUESTS_WISH)) for word in _listed(words))


def _said(guests: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Words that tell a flag by themselves, as concepts of rules of their own: `sure.threat` …"""
    return [(f"{tier}.{flag}", words) for tier in _TELLS for flag, words in guests.get(tier, {}).items()]


def _guest_rules(guests: Mapping[str, Any]) -> Iterable[DangerRule]:
    told = [(name, *name.split(".")) for name, _ in _said(guests)]
    return [DangerRule(f"guest.{name}", Flag(flag), (name,), _TELLS[tier]) for name, tier, flag in told]


def _listed(words: str) -> Iterable[str]:
    """Of lines with commas; a space behind a word belongs to it."""
    split = (word.lstrip() for line in words.splitlines() for word in line.split(","))
    return [word for word in split if word]


def _splitting_cues(splitting: Mapping[str, Any]) -> Iterable[tuple[str, Cue]]:
    for key in ("switch", "turn", "evidence", "announced", "same", "heading"):
        yield from ((word, Cue("split", key, 1)) for word in splitting[key])


def _town_cues() -> Iterable[tuple[str, Cue]]:
    """The towns' names, so that 枫桥 is no bridge and 东湖 no lake; and 来电 is no electricity."""
    return [(name, Cue("town", "town", 0)) for name in (*town_names(), "来电人", "次来电")]


def _splitting(data: Mapping[str, Any]) -> SplittingRules:
    begin = re.compile("|".join(map(re.escape, data["begin"])))
    return SplittingRules(**{key: data[key] for key in _SPLITTING}, begin=begin)


def _dangers(data: Mapping[str, Any]) -> DangerRules:
    names = ("calm", "calm_reach", "negation_reach", "certain", "look")
    models = ("watch", "watch_long", "long", "alone", "confirmed", "sure", "brief", "crowd", "several")
    return DangerRules(
        rules=tuple(map(_rule, data["rule"])),
        colours={Flag(flag): Colour(colour) for flag, colour in data["colours"].items()},
        negation=tuple(data["negation"]),
        negatable=frozenset(data["negatable"]),
        **{name: data[name] for name in (*names, *models)},
    )


def _rule(data: Mapping[str, Any]) -> DangerRule:
    lists = {"all": tuple(data["all"]), "unless": tuple(data.get("unless", ()))}
    return DangerRule(**{**data, **lists, "flag": Flag(data["flag"])})
