"""What may be shown of a case, derived from the contracts' marks. What carries no mark is hidden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from contracts.events import CaseProgressed, Matter
from contracts.personal import HIDDEN, PersonalKind, field_marks, mask, people_in
from contracts.places import county_of
from feedback.life import is_sensitive

Clarity = Literal["masked", "full"]
TextClarity = Literal["none", "masked", "full"]


@dataclass(frozen=True, slots=True)
class Eyes:
    """How much somebody may see: each kind of personal data masked or in full (absent: not at all), and
    free text not at all, with what was found in it covered, or in full."""

    personal: Mapping[PersonalKind, Clarity] = field(default_factory=dict)
    text: TextClarity = "none"


def reveal(case: CaseProgressed, eyes: Eyes) -> dict[str, Any]:
    """The case as JSON-able data in the contract's own shape; what may not be seen is absent."""
    place = county_of(case.matter.town_code)
    return {"sensitive": is_sensitive(case), "county_code": place, **_model(case, eyes)}


def least(case: CaseProgressed) -> dict[str, Any]:
    """All that is shown of a sensitive case without a grant: number, state, county, times."""
    return {
        "sensitive": True,
        "county_code": county_of(case.matter.town_code),
        "state": case.state.value,
        "matter": case.matter.model_dump(mode="json", include={"number", "received_at"}),
        "change": case.change.model_dump(mode="json", include={"at"}),
    }


def reveal_part(part: BaseModel, eyes: Eyes) -> dict[str, Any]:
    """The same for a part of a case that stands alone, as a change in the timeline does."""
    return _model(part, eyes)


def covered(matter: Matter) -> str:
    """The text without what was found in it, and without what else is known of the people in it."""
    return "".join(_pieces(matter.text, hidden(matter)))


def hidden(matter: Matter) -> set[int]:
    """Where the covered text is covered."""
    spans = (*((found.start, found.end) for found in matter.found), *_known(matter))
    return {at for start, end in spans for at in range(start, end)}


def _model(model: BaseModel, eyes: Eyes) -> dict[str, Any]:
    shown = {}
    for name, mark in field_marks(type(model)).items():
        for value in _field(getattr(model, name), mark, eyes):
            shown[name] = value
    if isinstance(model, Matter) and eyes.text != "full":
        for offsets in ("found", "facts"):  # into a text that is not shown like this
            shown.pop(offsets, None)
        if eyes.text == "masked":
            shown["text"] = covered(model)
    return shown


def _field(value: Any, mark: PersonalKind | None, eyes: Eyes) -> Iterable[Any]:
    """The value as it may be shown, or nothing."""
    if value is None:
        yield None
    elif isinstance(value, BaseModel):
        yield _model(value, eyes)
    elif isinstance(value, list | tuple):
        items = [list(_field(item, mark, eyes)) for item in value]
        if all(items):
            yield [item[0] for item in items]
    elif mark is None:
        yield to_jsonable_python(value)
    elif isinstance(value, str):
        yield from _personal(value, mark, eyes)


def _personal(value: str, mark: PersonalKind, eyes: Eyes) -> Iterable[str]:
    clarity = eyes.personal.get(mark) if mark != "text" else ("full" if eyes.text == "full" else None)
    if clarity == "full":
        yield value
    elif clarity == "masked":
        yield mask(mark, value)


def _known(matter: Matter) -> Iterable[tuple[int, int]]:
    """Where the text repeats what the platform said about its people, whether the finder saw it or not."""
    for value in people_in(matter):
        start = matter.text.find(value)
        while start >= 0:
            yield start, start + len(value)
            start = matter.text.find(value, start + 1)


def _pieces(text: str, hidden: set[int]) -> Iterable[str]:
    for at, character in enumerate(text):
        if at not in hidden:
            yield character
        elif at - 1 not in hidden or not at:
            yield HIDDEN
