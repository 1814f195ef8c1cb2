"""A model's file of another format, or none, is one clear line where it is loaded."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.judge import load_judge
from classifier.linear import files
from classifier.linear.files import load_model
from classifier.personal.extract import find_personal
from classifier.personal.model import built_names
from contracts.errors import Unusable

FILES = ("categories.npz", "dangers.npz", "persons.npz", "seams.npz")
# What the files hold by now, with the sizes that follow from code, not texts. Whoever changes this gives
# that kind another number in `files._FORMATS`.
LINEAR = "slots rarity weights bias labels sharpness cue_weight thresholds mix"
NAMES = "weights(262144,) bias() quick(65536,) edges(7,12) company(7,13) company_bias() words levels"
SEAMS = "weights(121,) letters(32768,) bias() wording(65536,2) ways(16,)"
HOLD = {
    "linear": (1, LINEAR),
    "several": (2, f"{LINEAR} ties(7,7)"),
    "names": (1, NAMES),
    "seams": (1, SEAMS),
}
KINDS = dict(zip(FILES, ("linear", "several", "names", "seams"), strict=True))


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The built models where a test may spoil them."""
    folder = tmp_path / "built"
    shutil.copytree(files.BUILT, folder)
    monkeypatch.setattr(files, "BUILT", folder)
    built_names.cache_clear()
    yield folder
    built_names.cache_clear()


def numbered(path: Path, number: int | None) -> None:
    """The same arrays under another format's number, or under none, as they were once written."""
    with np.load(path) as arrays:
        held: dict[str, Any] = {name: arrays[name] for name in arrays.files if name != "format"}
    np.savez(path, **held | ({} if number is None else {"format": number}))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("number", [None, 0, 99])
def test_a_file_of_another_format_is_refused_at_once(built: Path, file: str, number: int | None) -> None:
    numbered(built / file, number)
    with pytest.raises(Unusable, match=rf"{file} was written by another version.*python -m classifier build"):
        load_judge()


@pytest.mark.parametrize("file", [*FILES, "made_from"])
def test_a_build_that_was_stopped_is_named(built: Path, file: str) -> None:
    (built / file).unlink()
    with pytest.raises(Unusable, match=rf"{file} is missing.*python -m classifier build"):
        load_judge()


@pytest.mark.parametrize("file", FILES)
def test_half_a_file_is_refused(built: Path, file: str) -> None:
    (built / file).write_bytes((built / file).read_bytes()[:5000])
    with pytest.raises(Unusable, match=rf"{file} is no model.*python -m classifier build"):
        load_judge()


def test_no_name_stays_uncovered_for_want_of_the_model(built: Path) -> None:
    (built / "persons.npz").unlink()
    with pytest.raises(Unusable):
        find_personal("我叫陈志强", "我叫陈志强", "zh")


@pytest.mark.parametrize("number", [None, 0])
def test_a_county_s_own_model_is_to_be_trained_again(built: Path, number: int | None) -> None:
    numbered(built / "dangers.npz", number)
    with pytest.raises(Unusable, match=r"dangers\.npz was written by another version.*train it again"):
        load_model(built / "dangers.npz")


@pytest.mark.parametrize("file", FILES)
def test_who_changes_what_files_hold_says_so(file: str) -> None:
    number, told = HOLD[KINDS[file]]
    with np.load(files.BUILT / file) as arrays:
        sizes = {name: str(arrays[name].shape).replace(" ", "") for name in arrays.files}
        assert int(arrays["format"]) == number
    unsized = [name for name in told.split() if name in sizes]
    held = {name if name in unsized else name + size for name, size in sizes.items()}
    assert held == {*told.split(), "format()"}
