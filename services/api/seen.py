"""Cases and changes as callers see them: the contracts' own fields, of which any may be hidden."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, RootModel, WithJsonSchema

from contracts.events import CaseProgressed, Change

Schema: TypeAlias = dict[str, Any]


def _seen(model: type[BaseModel], title: str, **more: Schema) -> Schema:
    """The model's schema without references, with nothing required: what may not be seen is absent."""
    whole = model.model_json_schema()
    plain: Schema = _open(whole, whole.get("$defs", {}))
    return {**plain, "title": title, "properties": {**more, **plain["properties"]}}


def _open(node: Any, definitions: Mapping[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_open(one, definitions) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]] | {k: v for k, v in node.items() if k != "$ref"}
    kept = {name: one for name, one in node.items() if name not in ("$defs", "required", "default")}
    return {name: _open(one, definitions) for name, one in kept.items()}


_ADDED: dict[str, Schema] = {
    "sensitive": {"type": "boolean", "description": "Violence at home, a harmed child or self-harm."},
    "county_code": {"type": ["string", "null"], "description": "Six digits."},
}
CASE: Schema = _seen(CaseProgressed, "Case as it may be seen", **_ADDED) | {
    "description": "A case with all that this caller may see of it; the rest is absent, not null. Of a "
    "sensitive case most see only number, state, county and times.",
    "example": {
        "sensitive": False,
        "county_code": "330681",
        "state": "handed_off",
        "version": 1,
        "colour": "blue",
        "matter": {
            "case_id": "0d4df1f7-4d3c-5f0f-9c6b-7b4e5b3c1f10",
            "number": "4821 0937 5520 1846",
            "category": "public_facilities/street_light",
            "town_code": "330681109",
            "reporter": {"name": "陈**", "phone": "199****0001"},
        },
    },
}
CHANGE: Schema = _seen(Change, "Change as it may be seen")


class CaseSeen(RootModel[Annotated[dict[str, Any], WithJsonSchema(CASE)]]):
    """A case as the caller may see it."""


class ChangeSeen(RootModel[Annotated[dict[str, Any], WithJsonSchema(CHANGE)]]):
    """One step of a case's life as the caller may see it."""
