"""Marks decide what is shown; what is not marked is hidden."""

from typing import Any

import pytest
from pydantic import Field, ValidationError

from contracts.events import Person, Posting
from contracts.personal import Contract, Plain, field_marks, mask, people_in
from contracts.topics import TOPICS

SECRETS = {"name": "葛阿毛", "phone": "19900001234", "id_number": "330699199001011234"}


class Careless(Contract):
    """A contract whose author forgot every mark."""

    note: str
    extra: dict[str, Any] = Field(default_factory=dict)
    parts: tuple[str, ...] = ()
    maybe: str | None = None
    code: Plain = "x"


def test_unmarked_strings_count_as_personal() -> None:
    marks = field_marks(Careless)
    assert marks == {"note": "text", "extra": "text", "parts": "text", "maybe": "text", "code": None}


def test_what_is_known_of_people_is_found_by_its_marks() -> None:
    posting = Posting(
        platform="grid",
        external_id="G-1",
        text="葛阿毛说墙湿了",
        occurred_at="2026-01-01T00:00:00Z",
        reporter=Person(**SECRETS),
        address="枫桥镇和平路3号",
    )
    assert sorted(people_in(posting)) == sorted([*SECRETS.values(), "枫桥镇和平路3号"])


def test_repr_hides_people() -> None:
    person = Person(**SECRETS)
    posting = Posting(
        platform="grid",
        external_id="G-1",
        text="葛阿毛说墙湿了",
        occurred_at="2026-01-01T00:00:00Z",
        reporter=person,
    )
    for shown in (repr(person), str(person), repr(posting), f"{posting}", repr([posting])):
        assert not any(secret in shown for secret in SECRETS.values())
    assert "G-1" in repr(posting)


def test_validation_errors_do_not_quote_the_input() -> None:
    with pytest.raises(ValidationError) as caught:
        Person(phone={"葛阿毛": 1})
    assert "葛阿毛" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "19900001234", "199****1234"),
        ("phone", "12345", "***"),
        ("name", "葛阿毛", "葛**"),
        ("name", "Omar", "***"),
        ("name", "", "***"),
        ("id_number", "330699199001011234", "330699********1234"),
        ("id_number", "33069919900101", "***"),
        ("address", "枫桥镇一号", "***"),
        ("text", "墙湿了", "***"),
    ],
)
def test_masks(kind, value, shown) -> None:
    assert mask(kind, value) == shown


def parts_of(annotation):
    yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from parts_of(argument)


def models_within(model, seen):
    if not (isinstance(model, type) and issubclass(model, Contract)) or model in seen:
        return
    seen.add(model)
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            models_within(part, seen)


def test_no_contract_of_a_topic_has_a_bare_string() -> None:
    """Every string says what it is; a forgotten mark would hide too much from those who may see it."""
    seen: set = set()
    for topic in TOPICS:
        models_within(topic.event, seen)
    assert len(seen) > 10
    unmarked = [
        f"{model.__name__}.{name}"
        for model in seen
        for name, field in model.model_fields.items()
        if str in parts_of(field.annotation) and not marked(field)
    ]
    assert unmarked == []


def marked(field) -> bool:
    return bool(field.metadata) or "Personal" in repr(field.annotation)
