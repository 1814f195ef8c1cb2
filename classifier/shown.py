"""Judgements in the words people use: names instead of codes."""

from collections.abc import Iterator, Sequence
from typing import Any

from classifier.judge import Judge
from classifier.judgement import Hints, JudgedMatter, Judgement
from classifier.linear.model import Model
from classifier.rows import Row
from classifier.rulebook.rules import Rulebook
from contracts.events import Fact, Found
from contracts.places import towns


def shown(hub_judge: Judge, own: Model | None, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The judgement of each row, ready to be written as JSON, or what is wrong with it; with the labels of a
    county's `own` model where there is one."""
    texts = ["\n".join(row.cells) for row in rows if not row.fault]
    judgements = hub_judge.judge_all([(text, Hints()) for text in texts])
    judged = [_judgement_json(*each, hub_judge.rulebook) for each in zip(judgements, texts, strict=True)]
    if own:
        _name(own, judged, texts)
    good = iter(judged)
    yield from ({"error": row.fault} if row.fault else next(good) for row in rows)


def _name(own: Model, judged: Sequence[dict[str, Any]], texts: Sequence[str]) -> None:
    matters = [(matter, text) for one, text in zip(judged, texts, strict=True) for matter in one["matters"]]
    named = own.name([text[matter["start"] : matter["end"]] for matter, text in matters])
    for (matter, _), (label, confidence) in zip(matters, named, strict=True):
        matter.update(category=label, confidence=confidence)


def _judgement_json(judgement: Judgement, text: str, rulebook: Rulebook) -> dict[str, Any]:
    return {
        "matters": [_matter_json(matter, rulebook) for matter in judgement.matters],
        "found": [_found_json(found, text) for found in judgement.found],
        "facts": [_fact_json(fact, text) for fact in judgement.facts],
        "language": judgement.language,
    }


def _matter_json(matter: JudgedMatter, rulebook: Rulebook) -> dict[str, Any]:
    return {
        "start": matter.start,
        "end": matter.end,
        "intent": rulebook.intent_names[matter.intent],
        "kind": matter.kind.value,
        "category": rulebook.name(matter.category),
        "confidence": matter.confidence,
        "colour": matter.colour.value,
        "town": matter.town_code if matter.town_code in towns() else None,
        "sensitive": [flag.value for flag in matter.flags],
        "look": matter.look,
        "why": list(matter.why),
    }


def _fact_json(fact: Fact, text: str) -> dict[str, Any]:
    said = text[fact.start : fact.end]
    return {"kind": fact.kind, "start": fact.start, "end": fact.end, "said": said, "value": fact.value}


def _found_json(found: Found, text: str) -> dict[str, Any]:
    value = text[found.start : found.end]
    return {"kind": found.kind, "start": found.start, "end": found.end, "value": value}
