"""Which fields hold a person's data, and what may be shown of them.

Every string field of a contract says what it is: `Plain` for codes and names of offices, or one of
the marked types below. Masks, `repr` and streams are derived from the marks, and what carries no
mark counts as personal: a forgotten mark hides too much, never too little.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

PersonalKind = Literal["name", "phone", "id_number", "address", "text"]
HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field as a person's data of one kind."""

    kind: PersonalKind


@dataclass(frozen=True, slots=True)
class NotPersonal:
    """Marks a string that is safe to show anywhere: a code, an office's name, a rule's id."""


Plain = Annotated[str, NotPersonal()]
PersonName = Annotated[str, Personal("name")]
Phone = Annotated[str, Personal("phone")]
IdNumber = Annotated[str, Personal("id_number")]
Address = Annotated[str, Personal("address")]
FreeText = Annotated[str, Personal("text")]


class Contract(BaseModel):
    """Base of everything that travels: immutable, forward compatible, silent about people."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def attributes(self) -> dict[str, str]:
        """What a reader may learn of it from the event's attributes, without its data: nobody's data."""
        return {}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        marks = field_marks(type(self))
        for name in type(self).model_fields:
            value = getattr(self, name)
            yield name, value if value is None or marks[name] is None else HIDDEN

    def __str__(self) -> str:
        return repr(self)


@cache
def field_marks(model: type[BaseModel]) -> dict[str, PersonalKind | None]:
    """Each field's personal kind; None where it may be shown. Unmarked strings count as text."""
    return {name: _kind_of(field) for name, field in model.model_fields.items()}


def people_in(model: BaseModel) -> Iterator[str]:
    """What the model's fields hold of people, by their marks, and those of models in it. Free text is not
    taken apart."""
    for name, mark in field_marks(type(model)).items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from people_in(value)
        elif isinstance(value, str) and value and mark not in (None, "text"):
            yield value


def _kind_of(field: FieldInfo) -> PersonalKind | None:
    marks = [*field.metadata, *_annotations_within(field.annotation)]
    for mark in marks:
        if isinstance(mark, Personal):
            return mark.kind
    if any(isinstance(mark, NotPersonal) for mark in marks):
        return None
    return "text" if _mentions_bare_string(field.annotation) else None


def _annotations_within(annotation: Any) -> Iterable[Any]:
    for argument in getattr(annotation, "__args__", ()):
        yield from getattr(argument, "__metadata__", ())
        yield from _annotations_within(argument)


def _mentions_bare_string(annotation: Any) -> bool:
    if annotation in (str, Any, bytes, dict, list, object):
        return True
    return any(_mentions_bare_string(a) for a in getattr(annotation, "__args__", ()))


def mask(kind: PersonalKind, value: str) -> str:
    """What common practice leaves of a value: `138****5678`, a surname, the ends of an ID number."""
    match kind:
        case "phone":
            digits = re.sub(r"\D", "", value)
            return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else HIDDEN
        case "name":
            return f"{value[:1]}**" if value and "\u4e00" <= value[0] <= "\u9fff" else HIDDEN
        case "id_number":
            return f"{value[:6]}********{value[-4:]}" if len(value) == 18 else HIDDEN
        case "address" | "text":
            return HIDDEN
