"""The hub's own models, made from the corpus where the hub is set up: nothing trained is ever committed."""

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import accumulate
from multiprocessing import get_context
from os import getpid
from pathlib import Path
from typing import Any, NamedTuple

from classifier.alarm import CALM, DANGER, lettered
from classifier.guests.encoder import installed
from classifier.guests.model import GuestModel
from classifier.learning.corpora import code_of, corpus, danger_corpus, split_corpus, wholes
from classifier.learning.guest_training import train_guests
from classifier.learning.lessons import of_corpus, of_matters, of_rows, teach, teach_subjects
from classifier.learning.name_training import train_names
from classifier.learning.seam_training import Told, examples, fit
from classifier.learning.several import with_several
from classifier.learning.training import train
from classifier.linear.files import BUILT, fresh, save_model, sources_now, stamp
from classifier.linear.model import Model
from classifier.personal.model import NameModel, built_names
from classifier.rulebook.evidence import subject
from classifier.rulebook.loading import load_rulebook
from classifier.rulebook.rules import Rulebook
from classifier.splitting.dividing import SeamModel

_GUESTS = "guests.npz"
Tell = Callable[[str], None]

# Of these subjects some messages are dangerous, so none of them is taken for a calm one.
_MAYBE_DANGEROUS = frozenset(
    {"rescue", "public_security", "safety", "family", "labour", "damages", "traffic_accident", "education"}
)
_LONG_LETTERS = 900  # made up of several calm messages, as long as what citizens write to a mayor
_LONG_OF = (3, 8)  # messages each
_DANGER_PENALTY = 1.0  # of 0.5 to 4 the best on long letters, and hardly worse on short ones
_DANGER_SEEN_IN = 7  # texts: righter than with 2, where four times as many grams would be known
_SEED = 20260101
_FOLDS = 3  # of the texts that show where matters part
_JOINED, _MADE_UP = 270, 0.2  # by fold, of texts made up of others, and what each counts
_SINGLE = 0.1  # what a message of the category corpus counts, which is one matter
_ENDS = ("。", "！", "？")
_HARDLY_THREE = (2, 2, 2, 2, 3)  # matters of these


class _Written(NamedTuple):
    """A text by its matters, for the model of where they part."""

    matters: Sequence[str]
    weight: float
    made_up: bool = False


def build(folder: Path = BUILT, tell: Tell = lambda _: None) -> Path:
    """The folder with the models, made anew only where anything they are made from changed."""
    sources = sources_now()  # before: what changes meanwhile is not in these models
    if not fresh(sources, folder) or (installed() and not (folder / _GUESTS).exists()):
        folder.mkdir(exist_ok=True)
        tell(f"training on what was written for the hub, a minute or two: {', '.join(_MAKERS)} …")
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            making = {pool.submit(make, folder): what for what, make in _MAKERS.items()}
            for number, made in enumerate(as_completed(making), 1):
                made.result()
                tell(f"  {number}/{len(making)} {making[made]}")
        built_names.cache_clear()
        stamp(sources, folder)
    return folder


def _make_matters(folder: Path) -> None:
    rulebook = load_rulebook()
    categories = teach(of_corpus(), rulebook)
    _keep(categories, folder / "categories.npz")
    _keep(train_seams(rulebook, categories), folder / "seams.npz")


def _make_dangers(folder: Path) -> None:
    _keep(train_dangers(load_rulebook(), danger_corpus()), folder / "dangers.npz")


def _make_names(folder: Path) -> None:
    _keep(train_names(list(corpus("personal"))), folder / "persons.npz")


def _make_guests(folder: Path) -> None:
    if installed():
        _keep(train_guests(load_rulebook(), list(corpus("guests"))), folder / _GUESTS)


# Side by side, the longest first.
_MAKERS = {
    "categories and seams": _make_matters,
    "dangers": _make_dangers,
    "names": _make_names,
    "guests": _make_guests,
}


def _keep(model: Model | SeamModel | NameModel | GuestModel, path: Path) -> None:
    half = path.with_suffix(f".{getpid()}.half")
    save_model(model, half) if isinstance(model, Model) else model.save(half)
    half.replace(path)  # so that nobody ever loads half a model


def train_seams(rulebook: Rulebook, categories: Model) -> SeamModel:
    """Where matters part: every text is seen by a model of the subjects that never saw it, as sure of itself
    as `categories`."""
    rows, singles, parts = list(split_corpus()), list(corpus("categories")), []
    dice = random.Random(_SEED)  # noqa: S311  nothing secret
    for at in range(_FOLDS):
        fold, others = rows[at::_FOLDS], singles[at::_FOLDS]
        unseen = {*of_matters(fold), *of_rows(others)}
        model = teach_subjects([one for one in of_corpus() if one not in unseen], categories)
        written = [_Written(_matters(row), row.get("weight", 1.0)) for row in fold]
        written += [_Written(_joined(others, dice), _MADE_UP, True) for _ in range(_JOINED)]
        written += [_Written([row["text"]], _SINGLE, True) for row in others]
        parts.append(examples(_told(written, rulebook), model, rulebook.splitting))
    return fit(parts, rulebook.splitting)


def _matters(row: dict[str, Any]) -> list[str]:
    return [matter["text"] for matter in row["matters"]]


def _told(written: Sequence[_Written], rulebook: Rulebook) -> list[Told]:
    readings = (part.whole for part in wholes(["".join(one.matters) for one in written], rulebook))
    begins = (list(accumulate(map(len, one.matters[:-1]))) for one in written)
    each = zip(readings, begins, written, strict=True)
    return [Told(reading, at, one.weight, one.made_up) for reading, at, one in each]


def _joined(rows: Sequence[dict[str, Any]], dice: random.Random) -> list[str]:
    """Some matters of one platform about different subjects, each a sentence."""
    while True:
        chosen = dice.sample(rows, dice.choice(_HARDLY_THREE))
        subjects = {subject(code_of(row)) for row in chosen}
        if len(subjects) == len(chosen) and len({row["platform"] for row in chosen}) == 1:
            return [row["text"] if row["text"].endswith(_ENDS) else row["text"] + "。" for row in chosen]


def train_dangers(rulebook: Rulebook, rows: Iterable[dict[str, Any]]) -> Model:
    """The model of what must never be missed: calm or dangerous, and of which flags."""
    told = [(row["text"], row["flags"]) for row in rows] + [(letter, []) for letter in _long_letters()]
    texts = list(map(lettered, wholes([text for text, _ in told], rulebook)))
    flags = [own for _, own in told]
    tops = [DANGER if own else CALM for own in flags]
    model = train(texts, tops, penalty=_DANGER_PENALTY, seen_in=_DANGER_SEEN_IN)
    return with_several(model, DANGER, texts, flags, _DANGER_PENALTY)


def _long_letters() -> list[str]:
    """Long calm texts: in the corpus all are short, in a county's mail the calm ones are not."""
    calm = [row["text"] for row in corpus("categories") if subject(code_of(row)) not in _MAYBE_DANGEROUS]
    dice = random.Random(_SEED)  # noqa: S311  nothing secret
    return ["".join(dice.sample(calm, dice.randint(*_LONG_OF))) for _ in range(_LONG_LETTERS)]
