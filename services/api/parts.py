"""What the API's routes are made of, and who a caller is to a case."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from feedback.views import Role, Viewer
from services.actions import Actions
from services.chassis.house import House
from services.http.auth import Caller, KeyRing

# PostgreSQL keeps no NUL, and a line with a line break in it is no line.
Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class Parts:
    """Handed to every router."""

    house: House
    keys: KeyRing
    actions: Actions
    categories: Collection[str]  # the taxonomy's codes
    forces: Collection[str]  # the registry's ids


def is_centre(caller: Caller) -> bool:
    """Whether it is a governance centre's own program: neither a platform's nor an agency's."""
    return caller.platform is None and caller.agency is None


def viewer_of(caller: Caller) -> Viewer:
    """A platform sees its own, an agency what an auditor sees, a centre's program what the centre does."""
    if caller.platform:
        return Viewer(Role.PLATFORM, platform=caller.platform)
    if caller.agency:
        return Viewer(Role.AUDITOR, caller.place)
    town = caller.place is not None and len(caller.place) == 9
    return Viewer(Role.TOWN_CENTRE if town else Role.COUNTY_CENTRE, caller.place)
