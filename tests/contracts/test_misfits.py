"""What pydantic finds wrong is told in the book's words, in two languages, and quotes nothing."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, ValidationError

from contracts.misfits import fault_of, path_of
from contracts.vocabulary import Kind

SECRET = "陈春生19900000001"


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    needed: str
    short: Annotated[str, Field(max_length=5)] = ""
    long: Annotated[str, Field(min_length=50)] = "x" * 50
    code: Annotated[str, Field(pattern=r"^\d{6}$")] = "330681"
    few: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    bounded: Annotated[int, Field(ge=1, le=200)] = 1
    kind: Kind | None = None
    word: Literal["a", "b"] = "a"
    id: UUID | None = None
    at: datetime | None = None
    aware: AwareDatetime | None = None
    truth: StrictBool = True
    share: float = 0.5
    inner: dict[Literal["name"], str] = {}


def told(**values: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as refusal:
        Form.model_validate({"needed": "", **values})
    faults = [fault_of(one, path_of(one["loc"])) for one in refusal.value.errors()]
    for fault in faults:
        assert fault.message.endswith(".") and fault.zh.endswith("。"), fault
        assert "{" not in (fault.message + fault.zh).replace(r"\d{6}", "")
        assert "春" not in repr(fault) and "199" not in repr(fault)
    return {fault.field: fault.code for fault in faults}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("needed", None, "wrong_type"),
        ("short", SECRET, "too_long"),
        ("long", SECRET, "too_short"),
        ("code", SECRET, "bad_form"),
        ("few", [], "too_few"),
        ("few", [1, 2, 3], "too_many"),
        ("few", SECRET, "wrong_type"),
        ("bounded", 0, "too_small"),
        ("bounded", 201, "too_large"),
        ("bounded", SECRET, "wrong_type"),
        ("bounded", 1.5, "wrong_type"),
        ("kind", SECRET, "unknown_value"),
        ("word", SECRET, "unknown_value"),
        ("id", SECRET, "bad_id"),
        ("at", SECRET, "bad_time"),
        ("aware", "2024-03-11T19:42:05", "bad_time"),
        ("truth", SECRET, "wrong_type"),
        ("share", SECRET, "wrong_type"),
        ("inner", SECRET, "wrong_type"),
        ("colour", SECRET, "unknown_field"),
    ],
)
def test_each_kind_of_fault_has_its_code(name: str, value: object, code: str) -> None:
    assert told(**{name: value}) == {name: code}


def test_what_would_be_right_is_listed() -> None:
    with pytest.raises(ValidationError) as refusal:
        Form.model_validate({"needed": "", "kind": SECRET})
    fault = fault_of(refusal.value.errors()[0], "kind")
    assert fault.message == "Send one of: event, dispute, consultation, enterprise_need."
    assert fault.zh == "只能是以下之一：event, dispute, consultation, enterprise_need。"


def test_names_that_somebody_else_chose_are_not_repeated() -> None:
    assert told(**{SECRET: 1, "tel19900000001": 1}) == {"*": "unknown_field"}
    assert told(inner={SECRET: "x"}) == {"inner.*.*": "unknown_value"}


def test_a_whole_that_is_none_is_told_so() -> None:
    with pytest.raises(ValidationError) as refusal:
        Form.model_validate([SECRET])
    assert fault_of(refusal.value.errors()[0], "").code == "wrong_type"
