"""A model as one file of plain arrays, as `python -m classifier build` and `train` write it: no pickle."""

import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from classifier.linear.features import Floats
from classifier.linear.model import Model, two_levels
from contracts.ids import digest

_FORMAT = 1
_CLASSIFIER = Path(__file__).parents[1]
BUILT = _CLASSIFIER / "built"
_MADE_FROM = "made_from"


def save_model(model: Model, path: Path) -> None:
    """Write the arrays; weights in half precision, which changes no judgement worth having."""
    below = model.leaves.values()
    weights = np.concatenate([model.weights, *(leaves.whole() for leaves in below)], axis=1)
    with path.open("wb") as sink:
        np.savez_compressed(
            sink,
            format=_FORMAT,
            slots=model.slots.astype(np.int32),
            rarity=model.rarity.astype(np.float16),
            weights=weights.astype(np.float16),
            bias=np.concatenate([model.bias, *(leaves.bias for leaves in below)]),
            labels=np.array(model.labels),
            sharpness=model.sharpness,
            cue_weight=model.cue_weight,
            thresholds=np.array(model.thresholds),
            mix=np.zeros((0, 0)) if model.mix is None else model.mix,
        )


def load_model(path: Path) -> Model:
    """A model as `save_model` wrote it. ValueError where the file is something else."""
    return read_model(path.read_bytes(), path.name)


def read_model(raw: bytes, name: str) -> Model:
    """The model in the bytes of its file. ValueError, with `name`, where they are something else."""
    if raw[:2] != b"PK":
        raise ValueError(f"{name} is no model of this classifier")
    try:
        with np.load(BytesIO(raw), allow_pickle=False) as arrays:
            if int(arrays["format"]) != _FORMAT:
                raise ValueError(f"{name} is of another version: train it again")
            return Model(
                slots=arrays["slots"].astype(np.int64),
                rarity=arrays["rarity"].astype(np.float32),
                **two_levels(list(map(str, arrays["labels"])), arrays["weights"], arrays["bias"]),
                sharpness=float(arrays["sharpness"]),
                cue_weight=float(arrays["cue_weight"]),
                thresholds=tuple((float(goal), float(least)) for goal, least in arrays["thresholds"]),
                mix=_mix(arrays),
            )
    except (KeyError, BadZipFile, OSError, zlib.error) as fault:
        raise ValueError(f"{name} is no model of this classifier") from fault


def _mix(arrays: Mapping[str, npt.NDArray[Any]]) -> Floats | None:
    """None of models without a rulebook's points, and of those written before there was one."""
    mix = arrays["mix"].astype(np.float32) if "mix" in arrays else np.zeros((0, 0), np.float32)
    return mix if mix.size else None


def built_model(name: str) -> Model | None:
    """A model that `python -m classifier build` made; None where it has not run."""
    path = BUILT / f"{name}.npz"
    return load_model(path) if path.exists() else None


def built_mark() -> str:
    """A short fingerprint of what the built models were made from."""
    return (BUILT / _MADE_FROM).read_text("utf-8")[:8]


def fresh(sources: str, folder: Path = BUILT) -> bool:
    """Whether the models there were made from these `sources`."""
    made_from = folder / _MADE_FROM
    return made_from.exists() and made_from.read_text("utf-8") == sources


def stamp(sources: str, folder: Path) -> None:
    """Note what the models there were made from."""
    (folder / _MADE_FROM).write_text(sources, "utf-8")


def sources_now() -> str:
    """A fingerprint of the texts, rules and code of today."""
    sources = sorted(path for kind in ("**/*.py", "data/*", "corpus/*") for path in _CLASSIFIER.glob(kind))
    return digest(*(path.read_text("utf-8") for path in sources))
