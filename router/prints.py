"""A case as its twins would see it: what is hashed, and which keys find it again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import ColumnElement, String, and_, cast, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from contracts.events import Matter
from contracts.stage import AnyRow, Query
from contracts.tables import one_of
from contracts.vocabulary import POLICE_FIRST, SENSITIVE
from router import fingerprint as fp
from router import marks
from router.places import known_place
from router.tables import TwinCandidate

NEVER_MERGED = POLICE_FIRST | SENSITIVE
SURE = ("caller", "caller_here", "spot", "copy_of")  # what few cases share
KEYS = (*SURE, "here")
KINDS = 16  # a number's hash ends in its kind


class Print(NamedTuple):
    """The columns of `TwinCandidate`, and where else its phone is looked up."""

    case_id: UUID
    complaint_id: UUID
    platform: str
    place: str
    category: str
    colour: str
    flags: Sequence[str]
    received_at: datetime
    caller: int | None
    caller_here: int | None
    spot: int | None
    copy_of: int | None
    here: int | None
    respondent: int | None
    spots: Sequence[int]
    numbers: Sequence[int]
    sketch: Sequence[int]
    lead: UUID | None = None
    lead_complaint: UUID | None = None
    elsewhere: Sequence[int] = ()  # its phone where only the county, or nothing, was said

    @property
    def in_town(self) -> bool:
        return len(self.place) > 6

    def behind(self, old: "Print") -> "Print":
        """The same, linked to where `old` leads: whoever is like it is like the lead."""
        return self._replace(
            lead=old.lead or old.case_id, lead_complaint=old.lead_complaint or old.complaint_id
        )

    def values(self) -> dict[str, Any]:
        """Its row."""
        return dict(zip(COLUMNS, self, strict=False))

    def wanted(self) -> Iterator[tuple[str, int]]:
        """The sure keys to look under. A phone is sought in its town, unless the town is unknown: a busy
        phone has few cases in one town, so that the read stays small however many there are."""
        for name, key in own_keys(self):
            if name in SURE and (name != "caller" or not self.in_town):
                yield name, key
        yield from (("caller_here", key) for key in self.elsewhere)


COLUMNS = Print._fields[: Print._fields.index("elsewhere")]
_KEYS_AT = slice(COLUMNS.index(KEYS[0]), COLUMNS.index(KEYS[-1]) + 1)
_LISTS = ("flags", "spots", "numbers", "sketch")
_ANYWHERE = ("spot", "copy_of")  # keys in which no place is


def own_keys(one: "Print | AnyRow") -> Iterator[tuple[str, int]]:
    """The keys of a print, or of its row, by column."""
    return ((name, key) for name, key in zip(KEYS, tuple(one)[_KEYS_AT], strict=True) if key is not None)


def _read(name: str) -> Any:
    """A column to read; a list as text, for of most rows nobody asks what is in it."""
    column = getattr(TwinCandidate, name)
    return cast(column, String).label(name) if name in _LISTS else column


class Printer:
    """Makes prints. `secret` keys the hashes, so that a phone cannot be looked up in the table."""

    def __init__(self, secret: bytes, copy_from: int) -> None:
        self._secret, self._copy_from = secret, copy_from

    def of(self, matter: Matter) -> Print | None:
        """The print; None for a case that may never be merged."""
        if not NEVER_MERGED.isdisjoint(matter.flags):
            return None
        text, place = fp.plain_text(matter), known_place(matter.town_code)
        core = fp.core(text)
        where = f"{text} {matter.address or ''}"
        phone, spots = fp.phone_digits(matter.reporter.phone), self._words(marks.spots(where))
        return Print(
            case_id=matter.case_id,
            complaint_id=matter.complaint_id,
            platform=matter.platform,
            place=place,
            category=matter.category,
            colour=matter.colour,
            flags=[*matter.flags],
            received_at=matter.received_at,
            caller=self._hash("phone", phone) if phone else None,
            caller_here=self._hash("here", phone, place) if phone else None,
            spot=self._spot(spots, matter.category),
            copy_of=self._copy(core),
            here=self._hash("place", place, matter.category) if len(place) > 6 else None,
            respondent=self._hash("respondent", matter.respondent) if matter.respondent else None,
            spots=spots,
            numbers=self._numbers(where, core),
            sketch=fp.sketch(text),
            elsewhere=[self._hash("here", phone, p) for p in _wider(place)] if phone else (),
        )

    def _spot(self, spots: Sequence[int], category: str) -> int | None:
        """The first of its spots, within its subject: one market has many cases, but few of a kind."""
        return self._hash("spot", str(spots[0]), category.partition("/")[0]) if spots else None

    def _copy(self, text: str) -> int | None:
        return self._hash("copy", str(fp.copy_key(text))) if len(text) >= self._copy_from else None

    def _numbers(self, text: str, whole: str) -> list[int]:
        found = marks.numbers(text) | ({(marks.WHOLE, whole)} if len(whole) >= self._copy_from else set())
        return sorted(self._hash("number", number) // KINDS * KINDS + kind for kind, number in found)

    def _words(self, words: Iterable[str]) -> list[int]:
        return sorted(self._hash("word", word) for word in words)

    def _hash(self, *parts: str) -> int:
        return fp.keyed(self._secret, *parts)


def lookup(prints: Sequence[Print], window: timedelta, limit: int) -> Query | None:
    """The rows that share a sure key with any of the prints; None without keys."""
    wanted: dict[tuple[str, bool], set[int]] = {}
    for one in prints:
        for name, key in one.wanted():
            wanted.setdefault((name, one.in_town and name in _ANYWHERE), set()).add(key)
    there = {at for one in prints if one.in_town for at in _with_places(one)}
    arms = [_shares(name, keys, there if placed else None) for (name, placed), keys in wanted.items()]
    return _newest(prints, arms, window, limit)


def lookup_here(prints: Sequence[Print], window: timedelta, limit: int) -> Query | None:
    """The rows of the prints' places and categories: many, so only the newest are worth the read."""
    keys = {one.here for one in prints if one.here is not None}
    return _newest(prints, [_shares("here", keys)] if keys else [], window, limit)


def _with_places(one: Print) -> Iterator[str]:
    """A town's case has no twin in another town, though the city fills in one form, or has many a spot of
    that name."""
    keys = (getattr(one, name) for name in _ANYWHERE)
    return (f"{key}@{place}" for key in keys if key is not None for place in (one.place, *_wider(one.place)))


def _shares(name: str, keys: Iterable[int], there: Iterable[str] | None = None) -> ColumnElement[bool]:
    key = getattr(TwinCandidate, name)
    if there is None:
        return one_of(key, keys)
    return and_(one_of(key, keys), one_of(cast(key, String).concat("@").concat(TwinCandidate.place), there))


def _newest(
    prints: Sequence[Print], arms: Sequence[ColumnElement[bool]], window: timedelta, limit: int
) -> Query | None:
    if not arms:
        return None
    since, lead = min(one.received_at for one in prints) - window, aliased(TwinCandidate)
    return (
        select(*map(_read, COLUMNS))
        .outerjoin(lead, col(lead.case_id) == col(TwinCandidate.lead))
        .where(or_(*arms))
        .where(col(TwinCandidate.received_at) >= since)
        .where(or_(col(TwinCandidate.lead).is_(None), col(lead.case_id).is_not(None)))  # its lead is open
        .order_by(col(TwinCandidate.received_at).desc())
        .limit(limit)
    )


def followers(leads: Sequence[UUID]) -> Query | None:
    """The rows of the cases linked to these; None without any."""
    if not leads:
        return None
    lead = col(TwinCandidate.lead)
    return select(col(TwinCandidate.case_id), lead).where(one_of(lead, leads))


def of_row(row: AnyRow) -> Print:
    """The print of a row that was looked up."""
    one = Print(*row)
    return one._replace(**{name: from_json(getattr(one, name)) for name in _LISTS})


def _wider(place: str) -> tuple[str, ...]:
    return (place[:6], "") if len(place) > 6 else ("",) if place else ()
