"""Which force should have it: the rung first, then kind, skill, place, language, duty and load."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from contracts.errors import Invalid
from contracts.events import Assignment, Matter
from contracts.vocabulary import POLICE_FIRST, SENSITIVE, Level
from router.forces import Force, Registry
from router.places import known_place
from router.reasons import reason
from router.rules import BY_NEED, ForceRule, Needs, Ref, Rules
from router.when import codes

_RUNG = {Level.VILLAGE: 0, Level.TOWN: 1, Level.COUNTY: 2}
_ARBITER, _POLICE_ARBITER = Ref("county_centre"), Ref("police_command")
FOREIGN_MEDIATOR = "foreign_mediator"


@dataclass(frozen=True)
class Asked:
    """What is asked of the matcher. `loads` holds open cases by force id; absent means none."""

    matter: Matter
    at: datetime
    loads: Mapping[str, int]
    avoid: frozenset[str] = frozenset()  # forces that had it
    at_least: Level | None = None

    @cached_property
    def place(self) -> str:
        return known_place(self.matter.town_code)

    @cached_property
    def sensitive(self) -> bool:
        return not SENSITIVE.isdisjoint(self.matter.flags)


class Match(NamedTuple):
    """Who leads (nobody: a person decides), who joins, and why."""

    lead: Assignment | None
    others: tuple[Assignment, ...]
    why: tuple[str, ...]


class Matcher:
    """Registry, rules and the enterprise list together."""

    def __init__(self, registry: Registry, rules: Rules, needs: Needs) -> None:
        self.registry, self.rules, self._needs = registry, rules, needs

    def check(self) -> None:
        """Raises `Invalid` where a rule or the enterprise list names forces the registry does not have."""
        said = {ref for rule in (*self.rules.lead, *self.rules.join) for ref in rule.refs}
        needed = {Ref("department_liaison", department) for department in self._needs.departments}
        there = {Ref(f.kind, s) for f in self.registry.by_id.values() for s in ("", f.speciality)}
        if missing := (said | needed) - there - {Ref("department_liaison", BY_NEED)}:
            names = ", ".join(sorted(":".join(filter(None, ref)) for ref in missing))
            raise Invalid(
                "unknown_force", f"rules.toml or enterprise_needs.csv name what no force is: {names}"
            )

    def match(self, asked: Asked) -> Match:
        """Lead and others, or triage. With `avoid` or `at_least` it always finds a lead."""
        rule = self.rules.level_of(asked.matter, asked.place)
        level = _higher(rule.level, asked.at_least)
        why = (reason(rule.code, level=level),)
        if doubt := self._doubt(asked, level):
            return Match(None, (), (*why, doubt))
        lead_rule = self.rules.lead_of(asked.matter, asked.place)
        lead = self._choose(lead_rule, asked, level)
        if lead is None:
            return self.arbitrate(asked, *why, reason(lead_rule.code), "lead.none_left")
        return Match(lead, self._others(asked, lead), (*why, reason(lead_rule.code)))

    def arbitrate(self, asked: Asked, *why: str) -> Match:
        """The county centre decides, or the police's own command where police come first; never nowhere."""
        police = not POLICE_FIRST.isdisjoint(asked.matter.flags)
        kind = (_POLICE_ARBITER if police else _ARBITER).kind
        every = list(self.registry.covering(kind, asked.place))
        arbiter = next((force for force in every if force.id not in asked.avoid), every[-1])
        lead = _assign(arbiter, reason("force.arbiter", kind=kind))
        return Match(lead, self._others(asked, lead), why)

    def named(self, asked: Asked, force_id: str) -> Match | None:
        """The force a person named; None where there is none, or it may not know of the case."""
        force = self.registry.by_id.get(force_id)
        if force is None or not self._may_know(force, asked):
            return None
        lead = _assign(force, "force.named")
        return Match(lead, self._others(asked, lead), ("lead.named",))

    def _doubt(self, asked: Asked, level: Level) -> str | None:
        matter = asked.matter
        if matter.flags or asked.avoid or asked.at_least:
            return None  # what is dangerous, or was routed before, never waits for a triage
        if matter.confidence < self.rules.limits.confidence and not self._either_way(asked):
            return reason("triage.unsure", confidence=f"{matter.confidence:.2f}")
        if level is not Level.COUNTY and len(asked.place) <= 6:
            return reason("triage.place_unknown", level=level)
        return None

    def _either_way(self, asked: Asked) -> bool:
        """Whether both guesses lead to one force: then it matters little which of them is right."""
        second = asked.matter.second_category
        if second is None:
            return False
        other = replace(asked, matter=asked.matter.model_copy(update={"category": second}))
        return self._by_rules(asked) == self._by_rules(other)

    def _by_rules(self, asked: Asked) -> str | None:
        matter, place = asked.matter, asked.place
        level = self.rules.level_of(matter, place).level
        lead = self._choose(self.rules.lead_of(matter, place), asked, level)
        return lead.force_id if lead else None

    def _others(self, asked: Asked, lead: Assignment) -> tuple[Assignment, ...]:
        taken = {lead.force_id: lead}
        for rule in self.rules.joining(asked.matter, asked.place):
            for ref in rule.refs:
                found = min(self._ranked([ref], asked, Level.VILLAGE, Ref(lead.force_kind)), default=None)
                if found:
                    taken.setdefault(found.force.id, _assign(found.force, reason(rule.code)))
        return tuple(taken.values())[1:]

    def _choose(self, rule: ForceRule, asked: Asked, level: Level) -> Assignment | None:
        refs = [self._resolved(ref, asked.matter) for ref in rule.refs]
        best = min(self._ranked(refs, asked, level), default=None)
        return _assign(best.force, *self._why(best, asked)) if best else None

    def _resolved(self, ref: Ref, matter: Matter) -> Ref:
        return Ref(ref.kind, self._needs.best(matter.text).department) if ref.speciality == BY_NEED else ref

    def _ranked(
        self, refs: Iterable[Ref], asked: Asked, level: Level, without: Ref | None = None
    ) -> Iterator["_Candidate"]:
        for order, ref in enumerate(refs):
            if ref == without:
                continue
            able = self.registry.able(*ref, asked.matter.category, asked.place)
            for near, force in enumerate(able):
                if _RUNG[force.level] >= _RUNG[level] and self._fits(force, asked):
                    yield _Candidate.of(force, order, near, asked)

    def _fits(self, force: Force, asked: Asked) -> bool:
        return (
            force.id not in asked.avoid
            and self._may_know(force, asked)
            and (force.kind != FOREIGN_MEDIATOR or asked.matter.language in force.languages)
            and (not force.hours.only or force.hours.hold(asked.at))
        )

    def _may_know(self, force: Force, asked: Asked) -> bool:
        return not asked.sensitive or self.registry.kinds[force.kind].sensitive

    def _why(self, best: "_Candidate", asked: Asked) -> Iterator[str]:
        force = best.force
        yield reason("force.kind", kind=force.kind, place=force.place)
        if force.speciality:
            yield reason("force.skill", category=asked.matter.category)
        if force.kind == FOREIGN_MEDIATOR:
            yield reason("force.language", language=asked.matter.language)
        if best.off_duty:
            yield "force.off_duty"
        if force.capacity is not None:
            yield reason("force.load", open=asked.loads.get(force.id, 0), capacity=force.capacity)
        if asked.avoid:
            yield reason("force.avoids", count=len(asked.avoid))


class _Candidate(NamedTuple):
    """A force that could have it; the smallest is the best. `id` makes every choice the same on replay."""

    rung: int
    full: bool
    order: int  # of its kind in the rule
    broad: int  # 0 where it has the very category in its care, 1 its subject, 2 anything
    near: int
    off_duty: bool
    load: float
    id: str
    force: Force

    @classmethod
    def of(cls, force: Force, order: int, near: int, asked: Asked) -> "_Candidate":
        load = asked.loads.get(force.id, 0) / force.capacity if force.capacity else 0.0
        category = asked.matter.category
        broad = (
            0 if category in force.categories else 2 if force.categories.isdisjoint(codes(category)) else 1
        )
        off_duty = not force.hours.hold(asked.at)
        return cls(_RUNG[force.level], load >= 1, order, broad, near, off_duty, load, force.id, force)


def _higher(level: Level, at_least: Level | None) -> Level:
    return max(level, at_least or level, key=lambda rung: _RUNG[rung])


def _assign(force: Force, *why: str) -> Assignment:
    return Assignment(
        force_id=force.id, force_name=force.name, force_kind=force.kind, level=force.level, why=why
    )
