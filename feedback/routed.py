"""What a routed event does: a case comes to life, gets another force, or lives on with the one it repeats."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.events import CaseProgressed, CaseRouted, Reroute
from contracts.stage import Event, Write
from contracts.vocabulary import POLICE_FIRST, Action, Flag, State
from feedback.book import Book
from feedback.held import Desk, Held, Source
from feedback.life import ENDED
from feedback.moves import HUB, Done, Step, opening, take
from feedback.reasons import Reason
from feedback.receipts import MEANING, receipt
from feedback.rules import worst
from feedback.warnings import many_sources, repeats


def routed(book: Book, desk: Desk, event: Event, data: CaseRouted) -> Sequence[Done]:
    """Every step that follows from a routed event; none from one that is out of date."""
    known = desk.case(data.matter.case_id)
    if known and _stale(known.now, data):
        return []
    held, first = (known, None) if known else opening(data, event.id)
    held = replace(held, ground=data.ground)
    steps = _link(book, desk, held, event, data) if data.linked_to else [_place(book, held, event, data)]
    for step in steps:
        desk.put(step.held)
    return [_remembered(book, desk, event, _after(first, steps[0])), *steps[1:]]


def together(*flags: Sequence[Flag]) -> tuple[Flag, ...]:
    """All the flags, each once, in the vocabulary's order."""
    known = {flag for some in flags for flag in some}
    return tuple(flag for flag in Flag if flag in known)


def _stale(now: CaseProgressed, data: CaseRouted) -> bool:
    if now.state in ENDED or data.attempt < now.attempt:
        return True
    # Two requests of one round (returned, then a danger became known) get two answers: the later one holds.
    repeated = data.lead == now.lead and data.linked_to == now.linked_to
    return data.attempt == now.attempt and (data.attempt == 0 or repeated)


def _place(book: Book, held: Held, event: Event, data: CaseRouted) -> Done:
    after = State.HANDED_OFF if data.lead else State.TRIAGE
    why = (*data.why, *(data.lead.why if data.lead else ()))
    step = replace(_step(book, held, event, data), after=after, why=why)
    had = (*held.had, data.lead.force_id) if data.lead else held.had
    return take(book.promises, replace(held, had=had), step)


def _link(book: Book, desk: Desk, held: Held, event: Event, data: CaseRouted) -> list[Done]:
    lead = desk.case(data.linked_to)
    alone = _step(book, held, event, _forceless(data))
    if lead is None or lead.now.state in ENDED | {State.LINKED}:
        return [_refused(book, held, alone, "lead_gone")]
    if held.twins or POLICE_FIRST.intersection(alone.fields["flags"]):
        return [_refused(book, held, alone, "stands_alone")]
    told = MEANING[lead.now.state]
    step = replace(alone, after=State.LINKED, why=data.why, fields={**alone.fields, "linked_to": lead.id})
    twin = take(book.promises, replace(held, told=told), step)
    news = receipt(Source.of(data.matter), lead, told, event.time)
    return [replace(twin, events=(*twin.events, news)), _joined(book, lead, twin.held, event)]


def _forceless(data: CaseRouted) -> CaseRouted:
    """The routed event without a force: a linked case has none of its own."""
    return data.model_copy(update={"lead": None, "others": ()})


def _refused(book: Book, held: Held, alone: Step, code: str) -> Done:
    return take(book.promises, held, replace(alone, why=(Reason(code),), reroute=Reroute(unlink=True)))


def _joined(book: Book, lead: Held, twin: Held, event: Event) -> Done:
    """The lead hears that another source reported the same, and takes over what is worse in it."""
    source = Source.of(twin.now.matter)
    flags = together(lead.now.flags, twin.now.flags)
    colour = book.rules.colour(worst(lead.now.colour, twin.now.colour), flags)
    step = Step(
        action=Action.SUPPLEMENT,
        actor=HUB,
        at=event.time,
        cause=event.id,
        after=lead.now.state,
        why=(Reason("twin", platform=source.platform, number=source.number),),
        fields={"flags": flags, "colour": colour},
    )
    done = take(book.promises, replace(lead, twins=(*lead.twins, source)), step)
    return replace(done, events=(*done.events, *many_sources(book.rules.twins, done.held, event.time)))


def _step(book: Book, held: Held, event: Event, data: CaseRouted) -> Step:
    flags = together(held.now.flags, data.matter.flags)
    return Step(
        action=Action.ROUTE,
        actor=HUB,
        at=event.time,
        cause=event.id,
        after=State.TRIAGE,
        fields={
            "lead": data.lead,
            "others": data.others,
            "attempt": data.attempt,
            "linked_to": None,
            "flags": flags,
            "colour": book.rules.colour(worst(held.now.colour, data.matter.colour), flags),
        },
    )


def _after(first: Write | None, done: Done) -> Done:
    return replace(done, writes=(first, *done.writes)) if first else done


def _remembered(book: Book, desk: Desk, event: Event, done: Done) -> Done:
    writes, warnings = repeats(book.rules.repeats, desk, done.held, event.time)
    if not writes:
        return done
    return replace(done, writes=(*done.writes, *writes), events=(*done.events, *warnings))
