"""What pydantic found wrong, in the one book's words: its own sentences are English and may quote."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.errors import Fault
from contracts.faults import LIST, NUMBER, OBJECT, STRING, TRUTH, WHOLE, Code, Said, Wrong

# What we name ourselves looks like this. A run of digits may be somebody's number.
_NAME = re.compile(r"(?!.*\d{5})[A-Za-z_][A-Za-z0-9_-]{0,39}", re.A)
_QUOTED = re.compile(r"'([^']*)'")
_LIMITS: Mapping[str, tuple[Code, str]] = {
    "string_too_long": (Code.TOO_LONG, "max_length"),
    "string_too_short": (Code.TOO_SHORT, "min_length"),
    "too_long": (Code.TOO_MANY, "max_length"),
    "too_short": (Code.TOO_FEW, "min_length"),
    "less_than_equal": (Code.TOO_LARGE, "le"),
    "greater_than_equal": (Code.TOO_SMALL, "ge"),
}
_TYPES: Mapping[str, Said] = {  # by the first word of pydantic's code
    "string": STRING,
    "int": WHOLE,
    "float": NUMBER,
    "bool": TRUTH,
    "list": LIST,
    "tuple": LIST,
    "dict": OBJECT,
    "model": OBJECT,
}
_OTHERS: Mapping[str, Code] = {  # by the beginning of pydantic's code
    "missing": Code.REQUIRED,
    "extra_forbidden": Code.UNKNOWN_FIELD,
    "json_invalid": Code.BAD_JSON,
    "uuid": Code.BAD_ID,
    "datetime": Code.BAD_TIME,
    "timezone": Code.BAD_TIME,
}
_JSON = Said("a JSON object, as application/json", "JSON 对象（Content-Type 为 application/json）")


def looks_ours(name: object) -> bool:
    """Whether a field's name may be repeated: others may hold anything, a person's data too."""
    return isinstance(name, str) and bool(_NAME.fullmatch(name))


def path_of(steps: Iterable[int | str]) -> str:
    """Where in a request a fault is: `filter.towns.0`; a name that is not to be repeated is `*`."""
    return ".".join(str(one) if isinstance(one, int) or looks_ours(one) else "*" for one in steps)


def fault_of(error: Mapping[str, Any], field: str) -> Fault:
    """One of `ValidationError.errors()` as a fault of this field."""
    return _wrong(error["type"], error.get("ctx", {}), of_all=not field).at(field)


def _wrong(kind: str, context: Mapping[str, Any], of_all: bool) -> Wrong:
    if kind in _LIMITS:
        code, limit = _LIMITS[kind]
        return Wrong(code, limit=context[limit])
    if kind in ("enum", "literal_error"):
        return Wrong(Code.UNKNOWN_VALUE, allowed=", ".join(_QUOTED.findall(context["expected"])))
    if kind == "string_pattern_mismatch":
        return Wrong(Code.BAD_FORM, pattern=context["pattern"])
    if expected := _TYPES.get(kind.partition("_")[0]):
        return Wrong(Code.WRONG_TYPE, expected=_JSON if of_all else expected)
    if kind in list(Code):  # our own validators say it in the book's words
        return Wrong(Code(kind))
    return Wrong(next((code for start, code in _OTHERS.items() if kind.startswith(start)), Code.UNFIT))
