"""Models as files of plain arrays, as `python -m classifier build` and `train` write them: no pickle."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, TypeVar
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from classifier.linear.features import Floats
from classifier.linear.model import Model, two_levels
from contracts.errors import Unusable
from contracts.ids import digest

# By kind of model. Another number where its arrays hold anything else, be it one column more: so files of
# before are refused where they are loaded, and do not fail at every text.
_FORMATS = {"linear": 1, "several": 2, "seams": 1, "names": 1, "guests": 1}
_CLASSIFIER = Path(__file__).parents[1]
BUILT = _CLASSIFIER / "built"
_MADE_FROM = "made_from"
# What learning imports none of, as the import contracts hold: a change here makes no other models.
_ONLY_JUDGE = frozenset(
    ["__main__.py", "asking.py", "because.py", "facts", "judge.py", "matters.py", "shown.py", "stage.py"]
)
_TRAIN, _BUILD = "train it again", "run `python -m classifier build`"
Kind = Literal["linear", "several", "seams", "names", "guests"]  # several labels of the second level at once
Arrays = Mapping[str, npt.NDArray[Any]]
_T = TypeVar("_T")


def write_arrays(path: Path, kind: Kind, **arrays: Any) -> None:
    """Write a model of that kind."""
    with path.open("wb") as sink:
        np.savez_compressed(sink, format=_FORMATS[kind], **arrays)


def read_arrays(raw: bytes, name: str, kind: Kind, make: Callable[[Arrays], _T], remedy: str = _TRAIN) -> _T:
    """What `make` makes of the arrays in the bytes of a file.

    Unusable, with the file's `name` and the `remedy`, where they are something else or of another format.
    """
    if raw[:2] != b"PK":
        raise Unusable(f"{name} is no model of this classifier: {remedy}")
    try:
        with np.load(BytesIO(raw), allow_pickle=False) as arrays:
            if int(arrays["format"]) == _FORMATS[kind]:
                return make(arrays)
    except KeyError:
        pass  # no number, or not what goes with it
    except (ValueError, BadZipFile, OSError, zlib.error) as fault:
        raise Unusable(f"{name} is no model of this classifier: {remedy}") from fault
    raise Unusable(f"{name} was written by another version of the classifier: {remedy}")


def built(name: str, kind: Kind, make: Callable[[Arrays], _T]) -> _T:
    """A model that `python -m classifier build` made. Unusable where it has not, or not all."""
    path = BUILT / f"{name}.npz"
    if not path.exists():
        raise Unusable(f"{path} is missing: {_BUILD}")
    return read_arrays(path.read_bytes(), str(path), kind, make, _BUILD)


def save_model(model: Model, path: Path) -> None:
    """Write the arrays; weights in half precision, which changes no judgement worth having."""
    below = model.leaves.values()
    weights = np.concatenate([model.weights, *(leaves.whole() for leaves in below)], axis=1)
    write_arrays(
        path,
        "linear" if model.ties is None else "several",
        slots=model.slots.astype(np.int32),
        rarity=model.rarity.astype(np.float16),
        weights=weights.astype(np.float16),
        bias=np.concatenate([model.bias, *(leaves.bias for leaves in below)]),
        labels=np.array(model.labels),
        sharpness=model.sharpness,
        cue_weight=model.cue_weight,
        thresholds=np.array(model.thresholds),
        mix=np.zeros((0, 0)) if model.mix is None else model.mix,
        **({} if model.ties is None else {"ties": model.ties}),
    )


def load_model(path: Path) -> Model:
    """A model as `save_model` wrote it. Unusable where the file is something else."""
    return read_model(path.read_bytes(), path.name)


def read_model(raw: bytes, name: str) -> Model:
    """The model in the bytes of its file. Unusable, with `name`, where they are something else."""
    return read_arrays(raw, name, "linear", _model)


def built_model(name: str) -> Model:
    """A linear model that `python -m classifier build` made. Unusable where it has not, or not all."""
    return built(name, "linear", _model)


def built_dangers() -> Model:
    """Likewise, of the dangers: a text may have several."""
    return built("dangers", "several", _several)


def _model(arrays: Arrays) -> Model:
    return Model(
        slots=arrays["slots"].astype(np.int64),
        rarity=arrays["rarity"].astype(np.float32),
        **two_levels(list(map(str, arrays["labels"])), arrays["weights"], arrays["bias"]),
        sharpness=float(arrays["sharpness"]),
        cue_weight=float(arrays["cue_weight"]),
        thresholds=tuple((float(goal), float(least)) for goal, least in arrays["thresholds"]),
        mix=_mix(arrays),
    )


def _several(arrays: Arrays) -> Model:
    return replace(_model(arrays), ties=arrays["ties"])


def _mix(arrays: Arrays) -> Floats | None:
    """None of models without a rulebook's points, and of those written before there was one."""
    mix = arrays["mix"].astype(np.float32) if "mix" in arrays else np.zeros((0, 0), np.float32)
    return mix if mix.size else None


def built_mark() -> str:
    """A short fingerprint of what the built models were made from. Unusable where some of them were not."""
    path = BUILT / _MADE_FROM
    if not path.exists():
        raise Unusable(f"{path} is missing, so the models were not all built: {_BUILD}")
    return path.read_text("utf-8")[:8]


def fresh(sources: str, folder: Path = BUILT) -> bool:
    """Whether the models there were made from these `sources`."""
    made_from = folder / _MADE_FROM
    return made_from.exists() and made_from.read_text("utf-8") == sources


def stamp(sources: str, folder: Path) -> None:
    """Note what the models there were made from."""
    (folder / _MADE_FROM).write_text(sources, "utf-8")


def sources_now() -> str:
    """A fingerprint of the texts, rules and code of today that models are made from."""
    sources = sorted(path for kind in ("**/*.py", "data/*", "corpus/*") for path in _CLASSIFIER.glob(kind))
    return digest(*(path.read_text("utf-8") for path in sources if _teaches(path)))


def _teaches(path: Path) -> bool:
    return path.relative_to(_CLASSIFIER).parts[0] not in _ONLY_JUDGE
