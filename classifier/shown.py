"""A judgement in the words people use: names instead of codes."""

from typing import Any

from classifier.judge import Judge
from classifier.judgement import Hints, JudgedMatter
from contracts.events import Found
from contracts.places import towns


def judgement_json(hub_judge: Judge, text: str) -> dict[str, Any]:
    """The judgement of one text, ready to be written as JSON."""
    judgement = hub_judge.judge(text, Hints())
    return {
        "matters": [_matter_json(hub_judge, matter) for matter in judgement.matters],
        "found": [_found_json(found, text) for found in judgement.found],
        "language": judgement.language,
    }


def _matter_json(hub_judge: Judge, matter: JudgedMatter) -> dict[str, Any]:
    rulebook = hub_judge.rulebook
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


def _found_json(found: Found, text: str) -> dict[str, Any]:
    value = text[found.start : found.end]
    return {"kind": found.kind, "start": found.start, "end": found.end, "value": value}
