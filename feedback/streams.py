"""What one agency may see of a case that changed. Fails closed: what is not granted is not there.

Masked first, filtered after: a filter sees only what its owner may see, or asking would be a way of knowing.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, StrictBool, ValidationError

from contracts.errors import Invalid
from contracts.events import CaseProgressed, Person
from contracts.misfits import fault_of, path_of
from contracts.personal import PersonalKind
from contracts.vocabulary import Colour, Flag, Kind, Platform, State
from feedback.reveal import Clarity, Eyes, TextClarity, least, reveal
from feedback.tables import Subscription


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Filter(_Strict):
    """Which cases an agency follows. Every list that is empty means all that its grants allow."""

    counties: tuple[str, ...] = ()  # six digits
    towns: tuple[str, ...] = ()  # nine digits
    categories: tuple[str, ...] = ()  # `labour` holds `labour` and `labour/wages`
    kinds: tuple[Kind, ...] = ()
    colours: tuple[Colour, ...] = ()
    states: tuple[State, ...] = ()
    platforms: tuple[Platform, ...] = ()


class Grants(_Strict):
    """What an agency may see, by the assessment its subscription names. The default is nobody's data."""

    personal: dict[PersonalKind, Clarity] = {}
    text: TextClarity = (
        "none"  # notes and reasons in citizens' words come with `full` only: nothing covers them
    )
    sensitive: StrictBool = False  # else only number, state, county and times of such a case


class Scope(_Strict):
    """A subscription as far as it decides what is seen."""

    filter: Filter = Filter()
    grants: Grants = Grants()


def scope_of(subscription: Subscription) -> Scope:
    """The subscription's scope. Raises `Invalid`, naming fields, where its JSON is not one."""
    try:
        return Scope.model_validate({"filter": subscription.filter, "grants": subscription.grants})
    except ValidationError as error:
        faults = [fault_of(one, path_of(one["loc"])) for one in error.errors()]
        raise Invalid("bad_subscription", "filter or grants are not understood", faults) from None


def visible(case: CaseProgressed, scope: Scope) -> dict[str, Any] | None:
    """The case as the subscriber sees it; None where it is not for them."""
    shown = _shown(case, scope.grants)
    return shown if _wanted(shown, scope.filter) else None


def _shown(case: CaseProgressed, grants: Grants) -> dict[str, Any]:
    shown = reveal(case, Eyes(grants.personal, grants.text))
    if shown["sensitive"] and not grants.sensitive:
        return least(case)
    if Flag.MINOR_HARMED in case.flags:
        return _reporter_secret(case, grants)
    return shown


def _reporter_secret(case: CaseProgressed, grants: Grants) -> dict[str, Any]:
    """Who reports harm to a child is told to no agency, and the text covers it at least."""
    text: TextClarity = "masked" if grants.text == "full" else grants.text
    shown = reveal(case, Eyes(grants.personal, text))
    shown["matter"]["reporter"] = dict.fromkeys(Person.model_fields)
    return shown


def _wanted(shown: dict[str, Any], wanted: Filter) -> bool:
    matter = shown["matter"]
    found = (
        (wanted.counties, shown["county_code"]),
        (wanted.towns, matter.get("town_code")),
        (wanted.kinds, matter.get("kind")),
        (wanted.colours, shown.get("colour")),
        (wanted.states, shown.get("state")),
        (wanted.platforms, matter.get("platform")),
    )
    if any(values and value not in values for values, value in found):
        return False
    category = f"{matter.get('category', '')}/"
    return not wanted.categories or any(category.startswith(f"{one}/") for one in wanted.categories)
