"""In what capacity a post acts on a case, and with whose eyes it sees it."""

from contracts.events import Actor, CaseProgressed
from contracts.vocabulary import ActorKind
from feedback import views
from feedback.life import Who
from feedback.reveal import Eyes
from services.console.sight import Viewer


def capacity_of(viewer: Viewer, case: CaseProgressed) -> frozenset[Who]:
    """Everything the viewer is to this case; nothing for those who only watch."""
    if not viewer.acts:
        return frozenset()
    role = views.Role(viewer.role.value)
    return views.who(case, views.Viewer(role, viewer.place, viewer.force_id))


def eyes_of(viewer: Viewer) -> Eyes:
    """What the viewer may uncover."""
    return views.EYES[views.Role(viewer.role.value)] if viewer.uncovers else views.MASKED


def actor_of(viewer: Viewer) -> Actor:
    """Who the timeline names: the login, its role, and the force it acts for."""
    role = viewer.role.value
    return Actor(kind=ActorKind.PERSON, name=viewer.login, force_id=viewer.force_id, role=role)
