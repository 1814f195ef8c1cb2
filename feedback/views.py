"""What one person may see of a case, by role, place and force: the least that their work needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.events import CaseProgressed, Change
from contracts.places import county_of
from contracts.vocabulary import Platform
from feedback.life import Who, force_capacity, is_sensitive, is_tip_off, post_capacity
from feedback.reveal import Eyes, least, reveal, reveal_part


class Role(StrEnum):
    """What somebody is in the house."""

    POLICE = "police"
    COUNTY_CENTRE = "county_centre"
    TOWN_CENTRE = "town_centre"
    FORCE = "force"
    PLATFORM = "platform"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. `place` is a town's or county's code; None is the whole city."""

    role: Role
    place: str | None = None
    force_id: str | None = None
    platform: Platform | None = None  # of the role `platform`


ALL = Eyes({"name": "full", "phone": "full", "id_number": "full", "address": "full"}, "full")
AT_WORK = Eyes({"name": "full", "phone": "full", "id_number": "masked", "address": "full"}, "full")
MASKED = Eyes({"name": "masked", "phone": "masked", "id_number": "masked"}, "masked")
SECRETIVE = Eyes({}, "masked")
NOBODY = Eyes()
EYES = {
    Role.POLICE: ALL,
    Role.COUNTY_CENTRE: ALL,
    Role.TOWN_CENTRE: AT_WORK,
    Role.FORCE: AT_WORK,
    Role.PLATFORM: NOBODY,  # it has the citizen's words itself, and the rest is not its business
    Role.AUDITOR: MASKED,
}
SEE_SENSITIVE = frozenset({Role.POLICE, Role.COUNTY_CENTRE})
SEE_WHO_TOLD = SEE_SENSITIVE | {Role.TOWN_CENTRE}


def case_for(snapshot: dict[str, Any], viewer: Viewer) -> dict[str, Any] | None:
    """A case as the viewer may see it, from its row's `snapshot`; None where they may not know of it."""
    case = CaseProgressed.model_validate(snapshot)
    if not concerns(case, viewer):
        return None
    return least(case) if _least(case, viewer) else reveal(case, eyes_on(case, viewer.role))


def eyes_on(case: CaseProgressed, role: Role) -> Eyes:
    """What the role may uncover of this case."""
    secret = is_tip_off(case) and role not in SEE_WHO_TOLD and EYES[role] != NOBODY
    return SECRETIVE if secret else EYES[role]


def timeline_for(
    snapshot: dict[str, Any], changes: Iterable[dict[str, Any]], viewer: Viewer
) -> list[dict[str, Any]]:
    """The case's changes (rows' `change`) as the viewer may see them; none where they see the least."""
    case = CaseProgressed.model_validate(snapshot)
    if not concerns(case, viewer) or _least(case, viewer):
        return []
    eyes = eyes_on(case, viewer.role)
    return [reveal_part(Change.model_validate(change), eyes) for change in changes]


def concerns(case: CaseProgressed, viewer: Viewer) -> bool:
    """Whether a case is the viewer's business at all: its place, its force, its platform."""
    match viewer.role:
        case Role.FORCE:
            return bool(viewer.force_id and force_capacity(case, viewer.force_id))
        case Role.PLATFORM:
            return viewer.platform is case.matter.platform
    return _within(viewer.place, case.matter.town_code)


def who(case: CaseProgressed, viewer: Viewer) -> frozenset[Who]:
    """In what capacity the viewer may act on the case, for `life.allowed` and `life.refuse`."""
    if not concerns(case, viewer):
        return frozenset()
    return post_capacity(case, viewer.role, viewer.force_id)


def _least(case: CaseProgressed, viewer: Viewer) -> bool:
    return is_sensitive(case) and viewer.role not in SEE_SENSITIVE


def _within(place: str | None, town_code: str | None) -> bool:
    return place is None or place in (town_code, county_of(town_code))
