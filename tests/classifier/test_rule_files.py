"""A county's own rule files: what is wrong is a line with the file, the place in it and what is expected."""

from collections import Counter
from pathlib import Path

import pytest

from classifier.rulebook.loading import category_names, category_words, load_rulebook
from contracts.errors import Unusable
from contracts.rule_files import read_toml

DATA = Path(load_rulebook.__code__.co_filename).parents[1] / "data"


def county(folder: Path, name: str, old: str, new: str) -> Path:
    """The hub's own file, with one slip of the pen."""
    written = (DATA / name).read_text("utf-8")
    assert old in written
    (folder / name).write_text(written.replace(old, new, 1), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("splitting.toml", "story = 24", "", "splitting.toml: story: is missing"),
        ("splitting.toml", "story = 24", "storey = 24", "splitting.toml: storey: no such key is known here"),
        (
            "splitting.toml",
            "most = 12",
            "most = 'many'",
            "splitting.toml: most: Input should be a valid integer",
        ),
        ("splitting.toml", "most = 12", "most = 0", "most: Input should be greater than or equal to 1"),
        ("splitting.toml", "story = 24", "story = = 24", "splitting.toml: Invalid value (at line"),
        ("splitting.toml", '"补充"', '"(补充"', "splitting.toml: same[1]: '(补充' is no cue"),
        ("taxonomy.toml", "weak = [", "waek = [", "waek: Input should be a valid dictionary"),
        (
            "taxonomy.toml",
            'kind = "dispute"',
            'kind = "quarrel"',
            "family.kind: Input should be 'event', 'dispute'",
        ),
        ("taxonomy.toml", "\n[other]", "\n[others]", "taxonomy.toml: the category other is missing"),
        ("dangers.toml", "weight = 0.8", "weight = 8", "rule[home.hits].weight: Input should be less than"),
        ("dangers.toml", '"domestic_violence"', '"violence"', "rule[home.hits].flag: Input should be"),
        ("dangers.toml", '"hits_me"]', '"hit_me"]', "rule[home.hits]: there is no concept 'hit_me'"),
        ("dangers.toml", "domestic_violence = ", "x = ", "dangers.toml: colours.x"),
        ("intents.toml", 'help = "求助"', "", "names: help must have a name"),
        (
            "places.toml",
            '"330681106"',
            '"330681999"',
            "places.toml: aliases.直埠: '330681999' is no town's code",
        ),
        ("villages.csv", "330602", "330699", "villages.csv: line 2"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(Unusable) as error:
        load_rulebook(county(tmp_path, name, old, new))
    (line,) = [line for line in str(error.value).splitlines() if said in line] or [str(error.value)]
    assert said in line


def test_all_slips_are_told_at_once(tmp_path: Path) -> None:
    county(tmp_path, "splitting.toml", "story = 24", "storey = 24")
    county(tmp_path, "intents.toml", "question = 0.5", "question = 'half'")
    with pytest.raises(Unusable) as error:
        load_rulebook(tmp_path)
    files = [Path(line.partition(": ")[0]).name for line in str(error.value).splitlines()]
    assert files == ["intents.toml", "splitting.toml", "splitting.toml"]


def test_a_file_nobody_reads_is_named(tmp_path: Path) -> None:
    (tmp_path / "split.toml").write_text("story = 24", "utf-8")
    with pytest.raises(Unusable, match=r"split\.toml: the classifier reads no such file"):
        load_rulebook(tmp_path)


def test_what_a_county_leaves_out_is_the_hub_s(tmp_path: Path) -> None:
    assert load_rulebook(county(tmp_path, "splitting.toml", "most = 12", "most = 2")).splitting.most == 2
    assert category_names(tmp_path) == category_names()


def test_no_word_stands_twice_in_a_category() -> None:
    every = Counter((code, word) for code, words in category_words().items() for word in words[1:])
    assert [one for one, times in every.items() if times > 1] == []


def test_guests_words_are_of_categories_there_are() -> None:
    assert read_toml(DATA / "foreign.toml")["category"].keys() <= category_names().keys()
