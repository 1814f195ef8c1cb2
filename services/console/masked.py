"""Messages as people may see them: the contract's marks decide, and what carries no mark is covered."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from contracts.personal import HIDDEN, PersonalKind, field_marks, mask
from contracts.places import county_of
from contracts.vocabulary import SENSITIVE
from feedback.warnings import REPEATED_VIOLENCE

UNREADABLE = (
    ValueError,
    RecursionError,
)  # raised by text that is no JSON, or is nested deeper than anybody means
Cover = Callable[[PersonalKind, Any], Any]  # what is shown instead of a value
_TELLING = frozenset({REPEATED_VIOLENCE})  # rules of warnings about sensitive cases
_PLACEHOLDER = re.compile(r"^⟦.*#(\d+)⟧$", re.DOTALL)


def masked(model: type[BaseModel], data: Any) -> Any:
    """JSON data of the model with personal values covered; anything that does not fit it is covered whole."""
    return _walk(model, data, _plain_cover)


def covered_for_mending(model: type[BaseModel], text: str) -> tuple[str, list[Any]]:
    """The JSON text with numbered placeholders for what is covered, and the values they stand for."""
    kept: list[Any] = []

    def cover(kind: PersonalKind, value: Any) -> str:
        kept.append(value)
        return f"⟦{_plain_cover(kind, value)}#{len(kept)}⟧"

    try:
        shown = _walk(model, json.loads(text), cover)
    except UNREADABLE:
        shown = cover("text", text)  # it cannot be told apart, so all of it is covered
    return json.dumps(shown, ensure_ascii=False, indent=2), kept


def uncovered(text: str, kept: list[Any]) -> str:
    """The edited JSON text with every placeholder that is still there put back. Raises `ValueError`."""

    def back(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: back(one) for name, one in value.items()}
        if isinstance(value, list):
            return [back(one) for one in value]
        if isinstance(value, str) and (found := _PLACEHOLDER.match(value)):
            return kept[int(found[1]) - 1] if 0 < int(found[1]) <= len(kept) else value
        return value

    said = json.dumps(back(json.loads(text)), ensure_ascii=False)
    return said.encode("utf-8", "replace").decode()  # half of a cut emoji fits in no log and no database


def tells_sensitive(data: Any) -> bool:
    """Whether JSON data speaks of a case that only the police and the county centre may know about."""
    flags = (flag for flags in _said(data, "flags") if isinstance(flags, list) for flag in flags)
    return any(flag in SENSITIVE for flag in flags) or any(rule in _TELLING for rule in _said(data, "rule"))


def is_of(place: str | None, data: Any) -> bool:
    """Whether JSON data is a place's business; of the city's, None, all is. What names none is not."""
    codes = [code for code in _said(data, "town_code") if isinstance(code, str)]
    return place is None or (bool(codes) and all(place in (code, county_of(code)) for code in codes))


def _said(data: Any, name: str) -> Iterator[Any]:
    """Every value of this name, wherever it stands."""
    inside = data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    if isinstance(data, Mapping) and name in data:
        yield data[name]
    for one in inside:
        yield from _said(one, name)


def _plain_cover(kind: PersonalKind, value: Any) -> str:
    return mask(kind, value) if isinstance(value, str) else HIDDEN


def _walk(model: type[BaseModel], data: Any, cover: Cover) -> Any:
    if not isinstance(data, Mapping):
        return cover("text", data)
    marks = field_marks(model)
    return {
        name: _field(model.model_fields[name], marks[name], value, cover)
        if name in marks
        else cover("text", value)
        for name, value in data.items()
    }


def _field(field: FieldInfo, kind: PersonalKind | None, value: Any, cover: Cover) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return value  # nothing is there to cover
    nested = _model_in(field.annotation)
    if nested and isinstance(value, list):
        return [_walk(nested, one, cover) for one in value]
    if nested:
        return _walk(nested, value, cover)
    if kind is not None:
        return [cover(kind, one) for one in value] if isinstance(value, list) else cover(kind, value)
    return value if _fits(field, value) else cover("text", value)


def _fits(field: FieldInfo, value: Any) -> bool:
    """Whether a value is what its place is for: a citizen's words in a code's place are covered too."""
    try:
        TypeAdapter[Any](field.annotation or Any).validate_json(json.dumps(value))
    except ValidationError:
        return False
    return not isinstance(value, str) or len(value) <= 80 or _is_uuid(value)


def _is_uuid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)
