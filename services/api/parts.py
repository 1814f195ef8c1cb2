"""What the API's routes are made of, and who a caller is to a case."""

from dataclasses import dataclass

from feedback.views import Role, Viewer
from services.actions import Actions
from services.chassis.house import House
from services.http.auth import Caller, KeyRing


@dataclass(frozen=True, slots=True)
class Parts:
    """Handed to every router."""

    house: House
    keys: KeyRing
    actions: Actions


def viewer_of(caller: Caller) -> Viewer:
    """A platform sees its own, an agency what an auditor sees, a centre's program what the centre does."""
    if caller.platform:
        return Viewer(Role.PLATFORM, platform=caller.platform)
    if caller.agency:
        return Viewer(Role.AUDITOR, caller.place)
    town = caller.place is not None and len(caller.place) == 9
    return Viewer(Role.TOWN_CENTRE if town else Role.COUNTY_CENTRE, caller.place)
