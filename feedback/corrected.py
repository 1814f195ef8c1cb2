"""What a person's correction makes of a case, and the labelled row that is kept of it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts.events import CaseCommand, CaseProgressed, Correction, Matter
from contracts.stage import Event, How, Write
from feedback.book import Book
from feedback.life import waits_for_look
from feedback.moves import Step
from feedback.reasons import Reason
from feedback.tables import Corrected

_FIELDS = ("category", "kind", "town_code")


def correct(book: Book, now: CaseProgressed, step: Step, said: Correction) -> Step:
    """The step with the matter as the person sees it, and with why: what it was, and what it is now."""
    matter = _matter(now, said)
    anew = matter.kind is not now.matter.kind
    changed = anew or matter.flags != now.flags
    colour = book.rules.colour(book.rules.kinds[matter.kind], matter.flags) if changed else now.colour
    fields: dict[str, Any] = {
        "matter": matter.model_copy(update={"colour": colour}),
        "flags": matter.flags,
        "colour": colour,
        "suggestion": None if said.category else now.suggestion,
        "seen_at": step.at if waits_for_look(now) else now.seen_at,
    }
    return replace(step, why=tuple(_why(now, matter, said)), anew=anew, fields=fields)


def corrected_row(event: Event, before: CaseProgressed, command: CaseCommand) -> Write | None:
    """The labelled row of a correcting command, if it is one. It points at the text, never holds it."""
    if command.correction is None:
        return None
    was, after = before.matter, _matter(before, command.correction)
    values = {
        "id": event.id,
        "case_id": was.case_id,
        "complaint_id": was.complaint_id,
        "ordinal": was.ordinal,
        "taxonomy": was.taxonomy,
        "model": was.model,
        "confidence": was.confidence,
        "category": was.category,
        "now_category": after.category if command.correction.category else None,
        "kind": was.kind.value,
        "now_kind": after.kind.value,
        "flags": [flag.value for flag in before.flags],
        "now_flags": [flag.value for flag in after.flags],
        "by": command.actor.name,
        "role": command.actor.role,
        "at": command.at,
    }
    return Write(Corrected, values, How.KEEP)


def _matter(now: CaseProgressed, said: Correction) -> Matter:
    values = {name: value for name in _FIELDS if (value := getattr(said, name)) is not None}
    flags = now.flags if said.flags is None else said.flags
    # Whoever says where it is has not said what it is: the guess stays one.
    sure = {"corrected": True, "confidence": 1.0} if said.category else {}
    return now.matter.model_copy(update={**values, **sure, "flags": flags})


def _why(now: CaseProgressed, after: Matter, said: Correction) -> Iterator[Reason]:
    if said.category == now.matter.category:
        yield Reason("confirmed", category=after.category)
    elif said.category:
        yield Reason("recategorised", was=now.matter.category, category=after.category)
    if after.kind is not now.matter.kind:
        yield Reason("rekinded", was=now.matter.kind, kind=after.kind)
    if after.town_code != now.matter.town_code:
        yield Reason("replaced", place=after.town_code or "")
    yield from _flagged(now, after)


def _flagged(now: CaseProgressed, after: Matter) -> Iterator[Reason]:
    for flag in now.flags:
        if flag not in after.flags:
            yield Reason("false_alarm", flag=flag)
    for flag in after.flags:
        if flag not in now.flags:
            yield Reason("danger_seen", flag=flag)
