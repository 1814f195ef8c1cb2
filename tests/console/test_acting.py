"""What a form of the console asks for, as the case stands when it arrives."""

from contracts.events import CaseProgressed
from contracts.vocabulary import Action, Flag
from services.console.acting import Filled
from services.console.sight import Viewer
from services.console.words import Role
from tests.feedback.house import House, force, matter

CENTRE = Viewer("county", "c", Role.COUNTY_CENTRE, "330681", None, "zh")


def case(*flags: Flag) -> CaseProgressed:
    house, of = House(), matter(flags=flags)
    house.give(house.routed(of, force()))
    return house.progressed(of.case_id)


def corrected(form: Filled, *now: Flag) -> tuple[Flag, ...] | None:
    said = form.command(case(*now), Action.SUPPLEMENT, CENTRE).correction
    return said.flags if said else None


def test_a_danger_that_came_while_the_form_was_open_stays() -> None:
    form = Filled(flags_shown=("true", "threat"), category="family")
    assert corrected(form, Flag.THREAT) == ()
    assert corrected(form, Flag.THREAT, Flag.MINOR_HARMED) == (Flag.MINOR_HARMED,)
    ticked = Filled(flags=(Flag.SELF_HARM,), flags_shown=("true",))
    assert corrected(ticked, Flag.SELF_HARM) is None, "somebody else has said so meanwhile"


def test_a_form_that_was_not_filled_in_corrects_nothing() -> None:
    same = Filled(flags=(Flag.THREAT,), flags_shown=("true", "threat"))
    assert same.command(case(Flag.THREAT), Action.SUPPLEMENT, CENTRE).correction is None


def test_a_form_without_boxes_says_nothing_of_dangers() -> None:
    assert corrected(Filled(category="family"), Flag.THREAT) is None
