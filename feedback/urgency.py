"""Which open case somebody should turn to first: danger, what may be danger, what is or was due first."""

from datetime import datetime, timedelta

from contracts.events import CaseProgressed
from contracts.vocabulary import Colour, State
from feedback.life import ENDED, waits_for_look

LOOK_WITHIN = timedelta(minutes=1)  # how soon a person sees what asks for a look


def urgency(case: CaseProgressed) -> int | None:
    """0: somebody is in danger. 1: may be, and nobody has looked. 2: a promise runs or was missed. 3: none
    does. None: it needs nobody."""
    if case.state in ENDED or (case.state is State.LINKED and not waits_for_look(case)):
        return None
    if case.colour is Colour.RED:
        return 0
    if waits_for_look(case):
        return 1
    return 2 if case.clocks or case.overdue else 3


def urgent_at(case: CaseProgressed) -> datetime:
    """When the first of what is owed was or will be due; where nothing is, since when the case waits."""
    moments = [clock.due_at for clock in (*case.missed, *case.clocks)]
    if waits_for_look(case):
        moments.append(case.matter.received_at + LOOK_WITHIN)
    return min(moments, default=case.matter.received_at)
