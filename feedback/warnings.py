"""Patterns somebody must look at: violence at home told again, one matter told by many."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from contracts.events import CaseRouted, Matter, WarningRaised
from contracts.ids import digest
from contracts.stage import How, Write
from contracts.vocabulary import Flag
from feedback.held import Desk, Held
from feedback.reasons import Reason
from feedback.rules import Repeats, Twins
from feedback.tables import Sighting

REPEATED_VIOLENCE = "repeat_domestic_violence"  # the rule's name in the warning


def caller(matter: Matter) -> str | None:
    """A fingerprint of the phone it came from, so that no second table holds the number itself."""
    return digest("caller", matter.reporter.phone) if matter.reporter.phone else None


def callers(routed: Iterable[CaseRouted]) -> list[str]:
    """Whose sightings a batch needs. A flag may have come by a supplement, so later rounds count too."""
    told = (r.matter for r in routed if r.attempt or Flag.DOMESTIC_VIOLENCE in r.matter.flags)
    return sorted({who for who in map(caller, told) if who})


def repeats(rule: Repeats, desk: Desk, held: Held, at: datetime) -> tuple[list[Write], list[WarningRaised]]:
    """Remember who told of violence at home; a warning where it is not the first time."""
    matter = held.now.matter
    who = caller(matter)
    if who is None or Flag.DOMESTIC_VIOLENCE not in held.now.flags or desk.seen(who, held.id):
        return [], []
    earliest = matter.received_at - timedelta(days=rule.within_days)
    seen = desk.see(who, held.id, matter.received_at)
    cases = sorted(case for case, seen_at in seen.items() if seen_at >= earliest)
    write = Write(Sighting, {"who": who, "case_id": held.id, "at": matter.received_at}, How.KEEP)
    if len(cases) < rule.at_least:
        return [write], []
    why = Reason("repeats", days=str(rule.within_days), count=str(len(cases)))
    return [write], [
        WarningRaised(
            rule=REPEATED_VIOLENCE,
            town_code=matter.town_code,
            category=matter.category,
            colour=rule.colour,
            case_ids=tuple(cases),
            why=(why,),
            at=at,
        )
    ]


def many_sources(rule: Twins, lead: Held, at: datetime) -> list[WarningRaised]:
    """A warning where as many sources reported one matter as the rule names."""
    if len(lead.twins) not in rule.counts:
        return []
    return [
        WarningRaised(
            rule="many_sources",
            town_code=lead.now.matter.town_code,
            category=lead.now.matter.category,
            colour=rule.colour,
            case_ids=tuple(source.case_id for source in lead.sources()),
            why=(Reason("many_sources", count=str(len(lead.twins))),),
            at=at,
        )
    ]


def warning_key(warning: WarningRaised) -> str:
    """Where it belongs: its place, or nowhere in particular."""
    return warning.town_code or "unknown"
