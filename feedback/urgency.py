"""Which open case somebody should turn to first: danger, then the promise that lapses soonest."""

from datetime import datetime, timedelta

from contracts.events import CaseProgressed
from contracts.vocabulary import Colour, State
from feedback.life import ENDED, waits_for_look

LOOK_WITHIN = timedelta(minutes=1)  # how soon a person sees what asks for a look


def urgency(case: CaseProgressed) -> int | None:
    """0: somebody is in danger, or may be and nobody has looked. 1: a promise runs or was missed. 2: none
    does. None: it needs nobody."""
    if waits_for_look(case):
        return 0
    if case.state in ENDED | {State.LINKED}:
        return None
    if case.colour is Colour.RED:
        return 0
    return 1 if case.clocks or case.overdue else 2


def urgent_at(case: CaseProgressed) -> datetime:
    """The next moment that can still be missed; where there is none, since when the case waits."""
    moments = [clock.due_at for clock in case.clocks]
    if waits_for_look(case):
        moments.append(case.matter.received_at + LOOK_WITHIN)
    return min(moments, default=case.matter.received_at)
