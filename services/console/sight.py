"""Who may see what: the one place that turns a post into conditions and masks."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, false, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from contracts.events import CaseProgressed
from contracts.places import county_of
from feedback.life import force_capacity
from feedback.tables import Case, CaseHelper
from feedback.views import SEE_SENSITIVE
from services.console.i18n import Language
from services.console.words import Role

Clarity = Literal["clear", "least"]

_CASE_ROLES = frozenset(Role) - {Role.ENGINEER}
_ACTING_ROLES = frozenset({Role.POLICE, Role.COUNTY_CENTRE, Role.TOWN_CENTRE, Role.FORCE})
_CENTRE_ROLES = frozenset({Role.COUNTY_CENTRE, Role.TOWN_CENTRE})
_LETTER_ROLES = frozenset({Role.COUNTY_CENTRE, Role.ENGINEER})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, by post."""

    login: str
    post: str
    role: Role
    place: str | None
    force_id: str | None
    language: Language
    post_en: str = ""
    stamp: str = ""  # of the password this session began with
    session: str = field(default="", compare=False)  # which of those that are open at this post

    @property
    def called(self) -> str:
        """The post in the viewer's language; in Chinese where it has no other name."""
        return (self.post_en if self.language == "en" else "") or self.post

    @property
    def sees_cases(self) -> bool:
        return self.role in _CASE_ROLES

    @property
    def warned(self) -> bool:
        """Watches over a place, and so over its patterns."""
        return self.sees_cases and self.role is not Role.FORCE

    @property
    def sees_topics(self) -> bool:
        """May see whether the hub keeps up, in counts; a force has its cases and no business there."""
        return self.role is not Role.FORCE

    @property
    def acts(self) -> bool:
        return self.role in _ACTING_ROLES

    @property
    def mends(self) -> bool:
        """May send dead letters again."""
        return self.role in _LETTER_ROLES

    @property
    def looks(self) -> bool:
        """Sits in a centre: what asks for a look is theirs to look at."""
        return self.role in _CENTRE_ROLES

    @property
    def sees_letters(self) -> bool:
        return self.mends or self.audits

    @property
    def sees_models(self) -> bool:
        """May see how well the hub judges, in counts."""
        return self.tries_models or self.audits

    @property
    def tries_models(self) -> bool:
        """May have a model judge along in shadow."""
        return self.role in _LETTER_ROLES

    @property
    def puts_live(self) -> bool:
        """May put a model into office, or back: who answers for where cases go, not who runs the machines."""
        return self.role is Role.COUNTY_CENTRE

    @property
    def audits(self) -> bool:
        return self.role is Role.AUDITOR

    @property
    def peeks(self) -> bool:
        """May look at messages, covered: those who look after the hub, not those who work cases."""
        return self.sees_letters

    @property
    def uncovers(self) -> bool:
        """May see the personal data of a case that is theirs, for a stated purpose."""
        return self.acts

    def clarity(self, sensitive: bool) -> Clarity:
        """Outside the police and the county centre only the least of a sensitive case is shown."""
        return "least" if sensitive and self.role.value not in SEE_SENSITIVE else "clear"


def scope(viewer: Viewer) -> list[ColumnElement[bool]]:
    """The conditions that every query for this viewer carries."""
    if not viewer.sees_cases:
        return [false()]
    if viewer.role is Role.FORCE and viewer.force_id is None:
        return [false()]
    if viewer.role is Role.FORCE:
        return [_of_force(viewer.force_id)]
    if viewer.place is None:
        return []
    column: Any = col(Case.town_code) if len(viewer.place) == 9 else col(Case.county_code)
    return [column == viewer.place]


def _of_force(force_id: str | None) -> ColumnElement[bool]:
    """One it leads or joins. As one list of ids: by an `OR` no index finds them among 200,000."""
    led = aliased(Case)
    leads = select(col(led.id)).where(col(led.force_id) == force_id)
    joins = select(col(CaseHelper.case_id)).where(col(CaseHelper.force_id) == force_id)
    return col(Case.id).in_(union_all(leads, joins))


def knowable(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Further conditions for a question that the least does not answer; an answer would tell."""
    return [col(Case.sensitive).is_(False)] if viewer.clarity(sensitive=True) == "least" else []


def in_scope(viewer: Viewer, case: CaseProgressed) -> bool:
    """The same as `scope`, for a case that just came by."""
    if not viewer.sees_cases:
        return False
    if viewer.role is Role.FORCE:
        return bool(viewer.force_id and force_capacity(case, viewer.force_id))
    if viewer.place is None:
        return True
    town = case.matter.town_code
    return viewer.place == (town if len(viewer.place) == 9 else county_of(town))
