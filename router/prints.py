"""A case as its twins would see it: what is hashed, and which keys find it again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
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


@dataclass(frozen=True, slots=True)
class Print:
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
    elsewhere: Sequence[int] = field(default=())  # its phone where only the county, or nothing, was said

    @property
    def in_town(self) -> bool:
        return len(self.place) > 6

    def behind(self, old: "Print") -> "Print":
        """The same, linked to where `old` leads: whoever is like it is like the lead."""
        return replace(
            self, lead=old.lead or old.case_id, lead_complaint=old.lead_complaint or old.complaint_id
        )

    def own_keys(self) -> Iterator[tuple[str, int]]:
        """The keys it has, by column."""
        return ((name, key) for name in KEYS if (key := getattr(self, name)) is not None)

    def values(self) -> dict[str, Any]:
        """Its row."""
        return {name: getattr(self, name) for name in COLUMNS}

    def wanted(self) -> Iterator[tuple[str, int]]:
        """The sure keys to look under. A phone is sought in its town, unless the town is unknown: a busy
        phone has few cases in one town, so that the read stays small however many there are."""
        for name, key in self.own_keys():
            if name in SURE and (name != "caller" or not self.in_town):
                yield name, key
        yield from (("caller_here", key) for key in self.elsewhere)


COLUMNS = tuple(f.name for f in fields(Print) if f.name != "elsewhere")


class Printer:
    """Makes prints. `secret` keys the hashes, so that a phone cannot be looked up in the table."""

    def __init__(self, secret: bytes, copy_from: int) -> None:
        self._secret, self._copy_from = secret, copy_from

    def of(self, matter: Matter) -> Print | None:
        """The print; None for a case that may never be merged."""
        if not NEVER_MERGED.isdisjoint(matter.flags):
            return None
        text, place = fp.plain_text(matter), known_place(matter.town_code)
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
            copy_of=self._copy(fp.core(text)),
            here=self._hash("place", place, matter.category) if len(place) > 6 else None,
            respondent=self._hash("respondent", matter.respondent) if matter.respondent else None,
            spots=spots,
            numbers=self._numbers(where, fp.core(text)),
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
    """The candidates that share a sure key with any of the prints; None without keys."""
    return _newest(prints, (pair for one in prints for pair in one.wanted()), window, limit)


def lookup_here(prints: Sequence[Print], window: timedelta, limit: int) -> Query | None:
    """The candidates of the prints' places and categories: many, so only the newest are worth the read."""
    return _newest(prints, (("here", one.here) for one in prints if one.here is not None), window, limit)


def _newest(
    prints: Sequence[Print], pairs: Iterable[tuple[str, int]], window: timedelta, limit: int
) -> Query | None:
    wanted: dict[str, set[int]] = {}
    for name, key in pairs:
        wanted.setdefault(name, set()).add(key)
    if not wanted:
        return None
    since, lead = min(one.received_at for one in prints) - window, aliased(TwinCandidate)
    return (
        select(*(getattr(TwinCandidate, name) for name in COLUMNS))
        .outerjoin(lead, col(lead.case_id) == col(TwinCandidate.lead))
        .where(or_(*(one_of(getattr(TwinCandidate, name), keys) for name, keys in wanted.items())))
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
    """The print of a row that `lookup` found."""
    return Print(*row)


def _wider(place: str) -> tuple[str, ...]:
    return (place[:6], "") if len(place) > 6 else ("",) if place else ()
