"""Files of rules that people write by hand: TOML, checked against a model, a line for every fault."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from contracts.errors import Unusable

_M = TypeVar("_M", bound=BaseModel)
_UNKNOWN = "no such key is known here"
_SAID = {"missing": "is missing", "extra_forbidden": _UNKNOWN, "unexpected_keyword_argument": _UNKNOWN}
_NAMED_BY = ("id", "code", "slug")  # what people find a row of a list by


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables. Raises `Unusable` where it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Unusable(f"{path}: {fault}") from None


def read_rules(path: Path, shape: type[_M]) -> _M:
    """The file as `shape`. Raises `Unusable`, which names the file, the place in it and what is expected."""
    return checked(read_toml(path), shape, path)


def checked(data: Mapping[str, Any], shape: type[_M], files: Path | Mapping[str, Path]) -> _M:
    """What was read of a file, or of several by name, as `shape`. Raises `Unusable`, one line a fault."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise Unusable("\n".join(_lines(error, data, files))) from None


def _lines(error: ValidationError, data: Any, files: Path | Mapping[str, Path]) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False):
        said = _SAID.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        file, place = _where(fault["loc"], data, files)
        yield ": ".join(filter(None, (file, place, said)))


def _where(steps: Sequence[str | int], data: Any, files: Path | Mapping[str, Path]) -> tuple[str, str]:
    """The file, and the place in it; neither where several do not agree."""
    if isinstance(files, Path):
        return str(files), _place(steps, data)
    if not steps:
        return "", ""
    return str(files[str(steps[0])]), _place(steps[1:], data[str(steps[0])])


def _place(where: Sequence[str | int], data: Any) -> str:
    """`rule[home.hits].weight`; a row of a list by its name, or counted from 1."""
    place = ""
    for step in where:
        data = _within(data, step)
        if isinstance(step, int):
            named = (
                next((data[key] for key in _NAMED_BY if key in data), "") if isinstance(data, dict) else ""
            )
            place += f"[{named or step + 1}]"
        else:
            place += f".{step}" if place else step
    return place


def _within(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None
