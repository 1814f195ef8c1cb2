"""Reads the rulebook's files, once, for whoever builds the judge."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from classifier.rulebook.cues import Cue, Scanner
from classifier.rulebook.places import Gazetteer, town_names
from classifier.rulebook.rules import DangerRule, DangerRules, Rulebook, SplittingRules
from classifier.rulebook.shapes import Guests, Intents, RuleFiles, Taxonomy, listed
from contracts.errors import Unusable
from contracts.places import towns
from contracts.rule_files import checked, read_rules, read_toml
from contracts.vocabulary import Flag

_DATA = Path(__file__).parents[1] / "data"
_NAMES = tuple(RuleFiles.model_fields)
_VILLAGES = "villages.csv"
_OWN = (*(f"{name}.toml" for name in _NAMES), _VILLAGES)  # what a county's folder may have
_GUESTS_WISH = 2.0
_TELLS = {"sure": 0.8, "look": 0.4}  # weights of a guest's words for a flag
_WEIGHTS = {"strong": 4.0, "foreign": 3.0, "words": 2.0, "weak": 1.0}


def load_rulebook(folder: Path | None = None) -> Rulebook:
    """The hub's own rulebook, with the county's files of `folder` in place of those it holds.

    Unusable with a line for every fault: the file, the place in it, what is expected there.
    """
    _check_names(folder)
    paths = {name: _path(folder, f"{name}.toml") for name in _NAMES}
    read = checked({name: read_toml(path) for name, path in paths.items()}, RuleFiles, paths)
    intents, places = read.intents, read.places
    cues = [
        *_taxonomy_cues(read.taxonomy),
        *_intent_cues(intents),
        *_danger_cues(read.dangers),
        *_splitting_cues(read.splitting),
        *_town_cues(),
    ]
    scanner = Scanner(cues)
    return Rulebook(
        version=read.taxonomy.version,
        categories={category.code: category for category, _ in read.taxonomy.entries()},
        intent_order=intents.order,
        intent_default=intents.default,
        intent_names=intents.names,
        question=intents.question,
        dangers=read.dangers,
        guest_dangers=_guest_dangers(read.dangers, read.foreign),
        splitting=read.splitting,
        gazetteer=Gazetteer(places.model_dump(), _villages(_path(folder, _VILLAGES))),
        scanner=scanner,
        guests=Scanner(_guest_cues(read.foreign, read.taxonomy), beside=scanner),
    )


def category_names(folder: Path | None = None) -> dict[str, dict[str, str]]:
    """`{code: {"zh": "公共设施/路灯", "en": "Public facilities/Street lights"}}` of the whole taxonomy."""
    taxonomy = read_rules(_path(folder, "taxonomy.toml"), Taxonomy)
    names = {own.code: {"zh": own.zh, "en": own.en} for own, _ in taxonomy.entries()}
    for code, own in names.items():
        top = names[code.partition("/")[0]]
        if own is not top:
            own.update({language: f"{top[language]}/{own[language]}" for language in own})
    return names


def category_words() -> dict[str, list[str]]:
    """The Chinese name and all words of every category of the hub's own taxonomy, by code."""
    entries = read_rules(_DATA / "taxonomy.toml", Taxonomy).entries()
    return {
        own.code: [own.zh, *(word for name in _WEIGHTS for word in getattr(body, name))]
        for own, body in entries
    }


def _check_names(folder: Path | None) -> None:
    """A misspelt name would leave the hub's own file in use."""
    own = folder.iterdir() if folder else ()
    if odd := sorted(str(path) for path in own if path.suffix == ".toml" and path.name not in _OWN):
        raise Unusable(f"{', '.join(odd)}: the classifier reads no such file, but {', '.join(_OWN)}")


def _path(folder: Path | None, name: str) -> Path:
    local = folder / name if folder else None
    return local if local and local.is_file() else _DATA / name


def _villages(path: Path) -> Iterable[tuple[str, str]]:
    """Name and town code of every village and community."""
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    for number, row in enumerate(rows, 2):
        if not row.get("name") or row.get("town_code") not in towns():
            raise Unusable(f"{path}: line {number}: name and town_code are expected, a code of towns.csv")
    return [(row["name"], row["town_code"]) for row in rows]


def _taxonomy_cues(taxonomy: Taxonomy) -> Iterable[tuple[str, Cue]]:
    for own, body in taxonomy.entries():
        for name, weight in _WEIGHTS.items():
            yield from ((word, Cue("category", own.code, weight)) for word in getattr(body, name))


def _intent_cues(intents: Intents) -> Iterable[tuple[str, Cue]]:
    for intent, groups in intents.words.items():
        for weight, words in groups.items():
            yield from ((word, Cue("intent", intent.value, weight)) for word in words)


def _danger_cues(dangers: DangerRules) -> Iterable[tuple[str, Cue]]:
    yield from ((word, Cue("blind", "blind", 0)) for word in dangers.blind)
    for concept, words in dangers.concepts.items():
        yield from ((word, Cue("danger", concept, 1)) for word in words)


def _guest_cues(guests: Guests, taxonomy: Taxonomy) -> Iterable[tuple[str, Cue]]:
    """What `foreign.toml` adds, of the categories the taxonomy has."""
    known = {own.code for own, _ in taxonomy.entries()}
    for words_of, weight in ((guests.category, "foreign"), (guests.weak, "weak")):
        for code in (code for code in words_of if code in known):
            yield from _listed(words_of[code], Cue("category", code, _WEIGHTS[weight]))
    for concept, words in (*guests.danger.items(), *((name, own) for name, _, _, own in _said(guests))):
        yield from _listed(words, Cue("danger", concept, 1))
    for intent, words in guests.intent.items():
        yield from _listed(words, Cue("intent", intent.value, _GUESTS_WISH))


def _said(guests: Guests) -> Iterable[tuple[str, Flag, float, str]]:
    """Words that tell a flag by themselves, as concepts of rules of their own: `sure.threat` …"""
    tiers = (("sure", guests.sure), ("look", guests.look))
    return [
        (f"{tier}.{flag.value}", flag, _TELLS[tier], own)
        for tier, told in tiers
        for flag, own in told.items()
    ]


def _guest_dangers(dangers: DangerRules, guests: Guests) -> DangerRules:
    """Those for other languages, with their own words and their own watch."""
    said = list(_said(guests))
    rules = [DangerRule(f"guest.{name}", flag, (name,), weight) for name, flag, weight, _ in said]
    concepts = {**dangers.concepts, **{name: () for name, *_ in said}}
    watch = dangers.watch_guests
    return replace(dangers, rule=(*dangers.rule, *rules), concepts=concepts, watch=watch, watch_long=watch)


def _listed(words: str, cue: Cue) -> Iterator[tuple[str, Cue]]:
    yield from ((word, cue) for word in listed(words))


def _splitting_cues(splitting: SplittingRules) -> Iterable[tuple[str, Cue]]:
    for key in ("switch", "turn", "evidence", "announced", "same", "heading"):
        yield from ((word, Cue("split", key, 1)) for word in getattr(splitting, key))


def _town_cues() -> Iterable[tuple[str, Cue]]:
    """The towns' names, so that 枫桥 is no bridge and 东湖 no lake; and 来电 is no electricity."""
    return [(name, Cue("town", "town", 0)) for name in (*town_names(), "来电人", "次来电")]
