"""In what capacity a post acts on a case."""

from contracts.events import Actor, CaseProgressed
from contracts.vocabulary import ActorKind
from feedback.life import Who, force_capacity
from services.console.sight import Viewer
from services.console.words import Role

_BY_ROLE = {Role.POLICE: Who.POLICE, Role.COUNTY_CENTRE: Who.COUNTY, Role.TOWN_CENTRE: Who.TOWN}


def capacity_of(viewer: Viewer, case: CaseProgressed) -> frozenset[Who]:
    """Everything the viewer is to this case; nothing for those who only watch."""
    if not viewer.acts:
        return frozenset()
    own = frozenset({_BY_ROLE[viewer.role]}) if viewer.role in _BY_ROLE else frozenset()
    return own | (force_capacity(case, viewer.force_id) if viewer.force_id else frozenset())


def actor_of(viewer: Viewer) -> Actor:
    """Who the timeline names: the login, and the force it acts for."""
    return Actor(kind=ActorKind.PERSON, name=viewer.login, force_id=viewer.force_id)
