"""A model as one file of plain arrays, as `python -m classifier build` and `train` write it: no pickle."""

import zlib
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from classifier.model import Model, two_levels

_FORMAT = 1
BUILT = Path(__file__).parent / "built"


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
            )
    except (KeyError, BadZipFile, OSError, zlib.error) as fault:
        raise ValueError(f"{name} is no model of this classifier") from fault


def built_model(name: str) -> Model | None:
    """A model that `python -m classifier build` made; None where it has not run."""
    path = BUILT / f"{name}.npz"
    return load_model(path) if path.exists() else None


def built_mark() -> str:
    """A short fingerprint of what the built models were made from."""
    return (BUILT / "made_from").read_text("utf-8")[:8]
