"""The router: twins first, then a force. Returned, escalated and transferred cases come by again."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from contracts.errors import Unusable
from contracts.events import CaseOpened, CaseProgressed, CaseRouted, Matter, Reroute
from contracts.ids import event_id
from contracts.stage import Event, How, Outcome, Query, View, Write
from contracts.tables import one_of
from contracts.topics import CASE_OPENED, CASE_PROGRESSED, CASE_ROUTED
from contracts.vocabulary import Action, Ground, State
from router.data_files import DATA
from router.force_files import load_registry
from router.holding import Now
from router.match import Asked, Match, Matcher
from router.places import Grounds, known_place, load_grounds
from router.prints import NEVER_MERGED, Print, Printer, followers, lookup, lookup_here
from router.reasons import reason
from router.rules import load_needs, load_rules
from router.tables import ForceLoad, Held, TwinCandidate
from router.twins import Pool, Twins, load_twin_rules

_OVER = frozenset({State.SETTLED, State.CLOSED})
_GOES_ON = frozenset(State) - _OVER
_CHANGES_NOTHING = frozenset(Action) - {Action.REOPEN, Action.SUPPLEMENT}


def load_router(
    folder: Path | None = None, secret: bytes = b"shuzhi-fengqiao", categories: Collection[str] = ()
) -> "RouteStage":
    """The stage with the rules and forces of `folder` (the shipped data by default).

    `secret` keys the hashes of phones; changing it only makes older cases' twins unfindable.
    Raises `Invalid` where a rule names a kind or speciality no force has, `Unusable` where a file is not as
    it must be or a rule names none of the `categories`, where these are given.
    """
    data = folder or DATA
    matcher = Matcher(load_registry(data), load_rules(data), load_needs(data))
    matcher.check()
    if categories and (unknown := matcher.rules.unknown(categories)):
        raise Unusable(f"{data / 'rules.toml'}: the taxonomy has no such category: {', '.join(unknown)}")
    twins = Twins(load_twin_rules(data))
    return RouteStage(matcher, twins, Printer(secret, twins.rules.copy_from), load_grounds(data))


class RouteStage:
    """`contracts.stage.Stage` of the router."""

    name = "route"
    reads = (CASE_OPENED, CASE_PROGRESSED)

    def __init__(self, matcher: Matcher, twins: Twins, printer: Printer, grounds: Grounds) -> None:
        self._matcher, self._twins, self._printer, self._grounds = matcher, twins, printer, grounds
        self._prints: dict[UUID, Print | None] = {}  # of the batch in hand, so that each is made once

    def passes_over(self, topic: str, attributes: Mapping[str, str]) -> bool:
        """Most changes of cases. A supplement is read: only its data tells whether danger came with it."""
        return (
            topic == CASE_PROGRESSED.name
            and attributes.get("reroute") == "false"
            and attributes.get("state") in _GOES_ON
            and attributes.get("action") in _CHANGES_NOTHING
        )

    def queries(self, batch: Sequence[Event]) -> Mapping[str, Query]:
        """At most five statements: twins by key and by place, loads of forces, holders and followers."""
        opened = {e.id: e.data.matter for e in batch if isinstance(e.data, CaseOpened)}
        self._prints = {key: self._printer.of(matter) for key, matter in opened.items()}
        moved = [e.data for e in batch if isinstance(e.data, CaseProgressed) and _concerns_us(e.data)]
        placed = [*opened.values(), *(data.matter for data in moved if data.reroute)]
        prints, rules = [*filter(None, self._prints.values())], self._twins.rules
        wanted = {
            "twins": lookup(prints, rules.reach, rules.max_rows),
            "nearby": lookup_here(prints, rules.window, rules.max_rows_here),
            "loads": self._loads({known_place(m.town_code) for m in placed}),
            "held": _held([data.matter.case_id for data in moved]),
            "linked": followers([data.matter.case_id for data in moved if data.state in _OVER]),
        }
        return {name: query for name, query in wanted.items() if query is not None}

    def decide(self, view: View, batch: Sequence[Event]) -> list[Outcome]:
        """One outcome an input. Later inputs see twins, loads and holders as earlier ones left them."""
        now = Now(
            Pool((*view.get("twins", ()), *view.get("nearby", ()))),
            {row.force_id: row.open_cases for row in view.get("loads", ())},
            {row.case_id: row.force_id for row in view.get("held", ())},
            [tuple(row) for row in view.get("linked", ())],
        )
        return [self._decide(now, event) for event in batch]

    def _decide(self, now: Now, event: Event) -> Outcome:
        now.writes = []
        routed = None
        if isinstance(event.data, CaseOpened):
            routed = self._open(now, event, event.data.matter)
        elif isinstance(event.data, CaseProgressed):
            if not _concerns_us(event.data):
                return Outcome(event, ignored=True)
            routed = self._follow(now, event, event.data)
        return Outcome(event, now.writes, [_emitted(event, routed)] if routed else ())

    def _open(self, now: Now, event: Event, matter: Matter) -> CaseRouted:
        own = self._prints[event.id] if event.id in self._prints else self._printer.of(matter)
        if own and (twin := self._twins.find(own, now.pool)):
            _repeatable(now, twin.own)
            return CaseRouted(
                matter=matter, linked_to=twin.case_id, ground=self._ground(matter), why=twin.why
            )
        _repeatable(now, own)
        match = self._matcher.match(Asked(matter, event.time, now.loads))
        return self._routed(now, matter, match, 0)

    def _follow(self, now: Now, event: Event, data: CaseProgressed) -> CaseRouted | None:
        matter = data.matter.model_copy(update={"flags": data.flags, "colour": data.colour})
        if data.reroute:
            if data.change.action is Action.SUPPLEMENT:
                self._print_again(now, matter)
            return self._again(now, event, data, matter, data.reroute)
        if data.state in _OVER:
            now.free(matter.case_id)
        if data.change.action is Action.REOPEN and data.lead:
            now.hold(matter.case_id, data.lead.force_id)
            _repeatable(now, self._printer.of(matter))
        else:
            now.forget(matter.case_id)
        return None

    def _print_again(self, now: Now, matter: Matter) -> None:
        """What is known of it is not what it was: its twins must find it as it is now."""
        now.pool.drop(matter.case_id)
        if own := self._printer.of(matter):
            now.pool.add(own)
            now.writes.append(Write(TwinCandidate, own.values(), How.PUT))
        else:
            now.writes.append(Write(TwinCandidate, {"case_id": matter.case_id}, How.DELETE))

    def _again(
        self, now: Now, event: Event, data: CaseProgressed, matter: Matter, reroute: Reroute
    ) -> CaseRouted:
        attempt = data.attempt + 1
        if reroute.unlink:
            _repeatable(now, self._printer.of(matter))
        asked = Asked(matter, event.time, now.loads, frozenset(reroute.avoid), reroute.at_least)
        return self._routed(now, matter, self._rematch(asked, reroute, attempt), attempt)

    def _rematch(self, asked: Asked, reroute: Reroute, attempt: int) -> Match:
        """A person's word first; then the cap on returns; then the rules, without who had it."""
        if reroute.force_id and (match := self._matcher.named(asked, reroute.force_id)):
            return match
        said = ("lead.named_unfit",) if reroute.force_id else ()
        if asked.avoid and attempt > self._matcher.rules.limits.attempts:
            return self._matcher.arbitrate(asked, *said, reason("lead.too_often", attempt=attempt))
        match = self._matcher.match(asked)
        return match._replace(why=(*said, "lead.unlinked" if reroute.unlink else "lead.again", *match.why))

    def _routed(self, now: Now, matter: Matter, match: Match, attempt: int) -> CaseRouted:
        if match.lead:
            now.hold(matter.case_id, match.lead.force_id)
        else:
            now.free(matter.case_id)
        return CaseRouted(
            matter=matter,
            attempt=attempt,
            lead=match.lead,
            others=match.others,
            ground=self._ground(matter),
            why=match.why,
        )

    def _ground(self, matter: Matter) -> Ground:
        return self._grounds.of(known_place(matter.town_code), matter.text, matter.address)

    def _loads(self, places: set[str]) -> Query | None:
        counted = self._matcher.registry.counted(places)
        if not places or not counted:
            return None
        return select(col(ForceLoad.force_id), col(ForceLoad.open_cases)).where(
            one_of(col(ForceLoad.force_id), counted)
        )


def _repeatable(now: Now, own: Print | None) -> None:
    """From now on the case may be repeated, unless it is one that never is."""
    if own:
        now.pool.add(own)
        now.writes.append(Write(TwinCandidate, own.values(), How.PUT))


def _held(cases: Sequence[UUID]) -> Query | None:
    if not cases:
        return None
    return select(col(Held.case_id), col(Held.force_id)).where(one_of(col(Held.case_id), cases))


def _concerns_us(data: CaseProgressed) -> bool:
    """This topic is busy, and most of it changes nothing here."""
    return (
        data.reroute is not None
        or data.state in _OVER
        or data.change.action is Action.REOPEN
        or (data.change.action is Action.SUPPLEMENT and not NEVER_MERGED.isdisjoint(data.flags))
    )


def _emitted(cause: Event, routed: CaseRouted) -> Event:
    case_id = routed.matter.case_id
    return Event(
        id=event_id(cause.id, RouteStage.name, 0),
        topic=CASE_ROUTED,
        key=str(routed.linked_to or case_id),
        subject=str(case_id),
        time=cause.time,
        data=routed,
        cause=cause.id,
        traceparent=cause.traceparent,
    )
