"""The registry's files: templates expanded over every place, then a county's own edits."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contracts.errors import Invalid
from contracts.places import COUNTIES, COUNTIES_EN, towns
from contracts.vocabulary import Level
from router.data_files import DATA, read_csv, read_toml
from router.forces import Force, ForceKind, Hours, Registry
from router.places import CITY

_CITY_NAME, _CITY_EN = "绍兴市", "Shaoxing"


class _Template(BaseModel):
    """One row of `forces.toml`: a force in every place of a sort, one for each speciality of its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    kind: str
    per: tuple[Literal["town", "county", "city"], ...]
    name: str  # with {place} and, where the kind has specialities, {speciality}
    hours: str
    en: str = ""  # the name in English, likewise
    languages: frozenset[str] = frozenset()
    capacity: int | None = None
    level: Level | None = None  # where it stands on another rung than its kind


def load_registry(folder: Path = DATA) -> Registry:
    """From `kinds.toml`, `forces.toml`, `specialities.csv` and the county's own `overrides.csv`."""
    kinds = _kinds(folder)
    data = read_toml(folder / "forces.toml")
    hours = {name: Hours.model_validate(row) for name, row in data["hours"].items()}
    templates = [_Template.model_validate(row) for row in data["template"]]
    special = read_csv(folder / "specialities.csv")
    forces = {f.id: f for t in templates for f in _expand(t, kinds, hours, special)}
    for row in read_csv(folder / "overrides.csv"):
        _override(forces, row, kinds, hours)
    return Registry(forces.values(), kinds)


@cache
def kind_name(kind: str, language: str = "zh") -> str:
    """A kind's name in `zh` or `en`; the code itself where the shipped data does not know it."""
    known = _kinds(DATA).get(kind)
    return kind if known is None else known.zh if language == "zh" else known.en


def _kinds(folder: Path) -> dict[str, ForceKind]:
    return {kind: ForceKind.model_validate(row) for kind, row in read_toml(folder / "kinds.toml").items()}


def _expand(
    template: _Template,
    kinds: Mapping[str, ForceKind],
    hours: Mapping[str, Hours],
    special: Iterable[Mapping[str, str]],
) -> Iterator[Force]:
    mine = [row for row in special if row["kind"] == template.kind]
    for code, place, place_en in _places(template.per):
        for row in mine or [{"slug": "", "zh": "", "en": "", "categories": ""}]:
            yield Force(
                id="-".join(filter(None, (code, template.slug, row["slug"]))),
                name=template.name.format(place=place, speciality=row["zh"]),
                kind=template.kind,
                level=template.level or kinds[template.kind].level,
                place=code,
                hours=hours[template.hours],
                speciality=row["slug"],
                categories=frozenset(row["categories"].split()),
                languages=template.languages,
                capacity=template.capacity,
                en=template.en.format(place=place_en, speciality=row["en"]),
            )


def _places(per: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for sort in per:
        match sort:
            case "town":
                yield from ((town.code, town.name, town.en) for town in towns().values())
            case "county":
                yield from ((code, name, COUNTIES_EN[code]) for code, name in COUNTIES.items())
            case _:
                yield CITY, _CITY_NAME, _CITY_EN


def _override(
    forces: dict[str, Force],
    row: Mapping[str, str],
    kinds: Mapping[str, ForceKind],
    hours: Mapping[str, Hours],
) -> None:
    if row["closed"] == "yes":
        forces.pop(row["id"], None)
        return
    said = {name: value for name, value in _parsed(row, hours).items() if value}
    if "name" in said:
        said.setdefault("en", "")  # the old one would be another office's
    known = forces.get(row["id"])
    if known is None and not {"name", "kind", "place", "hours"} <= said.keys():
        raise Invalid(
            "bad_override", f"overrides.csv: {row['id']} is new and lacks name, kind, place or hours"
        )
    if known is None:
        known = Force(level=kinds[row["kind"]].level, **{**said, "id": row["id"]})
    forces[row["id"]] = replace(known, **said)


def _parsed(row: Mapping[str, str], hours: Mapping[str, Hours]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "en": row.get("en"),
        "kind": row["kind"],
        "place": row["place"],
        "hours": hours.get(row["hours"]),
        "categories": frozenset(row["categories"].split()),
        "languages": frozenset(row["languages"].split()),
        "capacity": int(row["capacity"]) if row["capacity"] else None,
    }
