"""Is it a case we have already? Pure: candidates come from the view and from the batch itself."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from contracts.places import county_of
from contracts.stage import AnyRow
from contracts.vocabulary import Colour
from router.data_files import DATA, read_rules
from router.prints import Print, of_row, own_keys
from router.score import TwinRules, judge

_BADNESS = {colour.value: n for n, colour in enumerate(reversed(Colour))}
_RISKS = frozenset({Colour.RED.value, Colour.ORANGE.value})


class Twin(NamedTuple):
    """The case it repeats, its own print from now on, and why we think so."""

    case_id: UUID
    own: Print
    why: tuple[str, ...]


class Twins:
    """Compares prints."""

    def __init__(self, rules: TwinRules) -> None:
        self.rules, self._reach = rules, rules.reach

    def find(self, new: Print, known: "Pool") -> Twin | None:
        """The likest candidate over the threshold, the older of equals."""
        found = [(judge(new, old, self.rules), old) for old in known.sharing(new) if self.may_join(new, old)]
        over = [(score, old) for score, old in found if score.total >= self.rules.threshold]
        if not over:
            return None
        best, old = max(over, key=lambda pair: (pair[0].total, -pair[1].received_at.timestamp()))
        return Twin(old.lead or old.case_id, new.behind(old), best.why())

    def may_join(self, new: Print, old: Print) -> bool:
        """Never two matters of one complaint, never something worse into something better. One person's
        reports are not strung together: each is compared with the lead alone."""
        apart = abs(new.received_at - old.received_at)
        return (
            new.complaint_id not in (old.complaint_id, old.lead_complaint)
            and apart <= self._reach
            and (old.lead is None or new.caller is None or new.caller != old.caller)
            and set(new.flags) <= set(old.flags)
            and not (new.colour in _RISKS and _BADNESS[new.colour] > _BADNESS[old.colour])
        )


class Pool:
    """The candidates in reach, found by any key they share, in places that may be the same. By place, because
    a form that a whole city fills in gives thousands of texts one key, and hardly two of them one place."""

    def __init__(self, found: Iterable[Print | AnyRow]) -> None:
        self._by_key: dict[tuple[str, int], dict[str, list[UUID]]] = {}
        self._known: dict[UUID, Print | AnyRow] = {}
        self._gone: set[UUID] = set()
        for one in found:
            self.add(one)

    def add(self, one: Print | AnyRow) -> None:
        """It may be repeated from now on."""
        self._gone.discard(one.case_id)
        self._known[one.case_id] = one
        for key in own_keys(one):
            self._by_key.setdefault(key, {}).setdefault(one.place, []).append(one.case_id)

    def drop(self, case_id: UUID) -> None:
        """It can no longer be repeated, nor can what is linked to it."""
        self._gone.add(case_id)

    def sharing(self, one: Print) -> Iterable[Print]:
        """Every other candidate with a key in common, in a place that may be the same, once."""
        found = dict.fromkeys(i for key in own_keys(one) for near in self._near(key, one) for i in near)
        others = (self._print(i) for i in found if i != one.case_id)
        return (p for p in others if self._gone.isdisjoint({p.case_id, p.lead or p.case_id}))

    def _print(self, case_id: UUID) -> Print:
        """A row becomes a print when it is first asked for; most never are."""
        known = self._known[case_id]
        if not isinstance(known, Print):
            self._known[case_id] = known = of_row(known)
        return known

    def _near(self, key: tuple[str, int], one: Print) -> list[list[UUID]]:
        by_place = self._by_key.get(key, {})
        places = (one.place, county_of(one.place), "") if one.in_town else by_place.keys()
        return [by_place[place] for place in places if place in by_place and _nested(one.place, place)]


def load_twin_rules(folder: Path = DATA) -> TwinRules:
    """From `twins.toml`."""
    return read_rules(folder / "twins.toml", TwinRules)


def _nested(one: str, other: str) -> bool:
    """Same place, or one of them said less: only the county, or nothing."""
    if one == other or not one or not other:
        return True
    return county_of(one) == county_of(other) and 6 in (len(one), len(other))
