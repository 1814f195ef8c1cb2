"""In what capacity a post acts on a case, and with whose eyes it sees it."""

from contracts.events import Actor, CaseProgressed
from contracts.vocabulary import ActorKind
from feedback import views
from feedback.life import Who, is_sensitive
from feedback.reveal import Eyes
from services.console.sight import Viewer


def capacity_of(viewer: Viewer, case: CaseProgressed) -> frozenset[Who]:
    """Everything the viewer is to this case; nothing for those who only watch."""
    if not viewer.acts:
        return frozenset()
    role = views.Role(viewer.role.value)
    return views.who(case, views.Viewer(role, viewer.place, viewer.force_id))


def may_uncover(viewer: Viewer, case: CaseProgressed) -> bool:
    """Whether the viewer may see, for a purpose, what is covered of this case."""
    clear = viewer.clarity(is_sensitive(case)) == "clear"
    return viewer.uncovers and clear and eyes_of(viewer, case) != views.SECRETIVE


def eyes_of(viewer: Viewer, case: CaseProgressed) -> Eyes:
    """With what eyes the viewer sees what is uncovered of this case."""
    return views.eyes_on(case, views.Role(viewer.role.value))


def eyes_before(viewer: Viewer, case: CaseProgressed) -> Eyes:
    """With what eyes the viewer sees it until then."""
    return views.SECRETIVE if eyes_of(viewer, case) == views.SECRETIVE else views.MASKED


def actor_of(viewer: Viewer) -> Actor:
    """Who the timeline names: the login, its role, and the force it acts for."""
    role = viewer.role.value
    return Actor(kind=ActorKind.PERSON, name=viewer.login, force_id=viewer.force_id, role=role)
