"""What must never be missed: rules over concepts, damped by what makes a text calm."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from classifier.rulebook.cues import Cue, Hit, between
from classifier.rulebook.quantities import People
from classifier.rulebook.rules import DangerRule, DangerRules
from contracts.vocabulary import Flag

Concepts = Mapping[str, Sequence[Hit]]
_CROWD, _SEVERAL = Cue("danger", "crowd", 1), Cue("danger", "several", 1)  # told by numbers
_VAGUE = "vague_crowd"  # told without one
_BY_START = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Danger:
    """Evidence for one flag, and the place that tells most of it."""

    flag: Flag
    score: float
    at: int
    why: tuple[str, ...] = field(repr=False)


def find_dangers(text: str, concepts: Concepts, dangers: DangerRules) -> list[Danger]:
    """The dangers worth a look or more, by flag."""
    evidence: dict[Flag, list[tuple[float, int, str]]] = defaultdict(list)
    for rule in dangers.rule:
        if concepts.keys() >= rule.needs:
            weighed = [(_weight(rule, met, concepts, dangers), met) for met in _meetings(rule, concepts)]
            weight, met = max(weighed, key=itemgetter(0), default=(0.0, []))
            if weight:
                words = "…".join(text[hit.start : hit.end] for hit in met)
                evidence[rule.flag].append((weight, met[0].start, f"{rule.id}: {words}"))
    found = [_sum_up(flag, parts) for flag, parts in evidence.items()]
    return [danger for danger in found if danger.score >= dangers.look]


def _sum_up(flag: Flag, parts: Sequence[tuple[float, int, str]]) -> Danger:
    doubt = 1.0
    for weight, _, _ in parts:
        doubt *= 1 - weight
    return Danger(flag, 1 - doubt, max(parts)[1], tuple(why for _, _, why in parts))


def find_concepts(
    text: str, hits: Iterable[Hit], counted: Iterable[People], dangers: DangerRules
) -> Concepts:
    """Where each concept of the rules stands, negated ones left out, by where it starts."""
    concepts: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        if not _negated(text, hit, dangers):
            concepts[hit.cue.key].append(hit)
    crowds = [some for some in counted if some.size >= dangers.crowd]
    workers = [some for some in counted if some.size >= dangers.several and not some.homes]
    for cue, groups in ((_CROWD, crowds), (_SEVERAL, workers)):
        told = [Hit(some.start, some.end, cue) for some in groups]
        if more := [*told, *concepts.get(_VAGUE, ())]:
            concepts[cue.key] = sorted([*concepts[cue.key], *more], key=_BY_START)
    return concepts


def _negated(text: str, hit: Hit, dangers: DangerRules) -> bool:
    if hit.cue.key not in dangers.negatable:
        return False
    before = text[max(0, hit.start - dangers.negation_reach) : hit.start]
    return any(word in before for word in dangers.negation)


def _meetings(rule: DangerRule, concepts: Concepts) -> Iterator[list[Hit]]:
    for hit in concepts[rule.all[0]]:
        if met := _around(rule, hit, concepts):
            yield met


def _around(rule: DangerRule, first: Hit, concepts: Concepts) -> list[Hit] | None:
    met = [first]
    for name in rule.all[1:]:
        near = between(concepts[name], first.start - rule.within, first.end + rule.within)
        fit = next((hit for hit in near if not rule.distinct or _apart(hit, met)), None)
        if fit is None:
            return None
        met.append(fit)
    return met


def _apart(hit: Hit, others: Sequence[Hit]) -> bool:
    return all(
        hit.cue is not other.cue and (hit.start >= other.end or hit.end <= other.start) for other in others
    )


def _weight(rule: DangerRule, met: list[Hit], concepts: Concepts, dangers: DangerRules) -> float:
    at, reach = met[0].start, max(rule.within, dangers.calm_reach)
    if any(_near(name, concepts, at, reach) for name in rule.unless):
        return 0.0
    weight = rule.weight
    for name, share in dangers.calm.items():
        if _near(name, concepts, at, dangers.calm_reach):
            weight *= 1 - share
    return weight


def _near(name: str, concepts: Concepts, at: int, reach: int) -> bool:
    return name in concepts and bool(between(concepts[name], at - reach, at + reach + 1))
