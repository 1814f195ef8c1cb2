"""What a stretch of text is about and what its writer wants, by the cues alone or with a model."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from classifier.linear.features import Known, SparseRow
from classifier.linear.model import EMPTY, Evidence, Model
from classifier.rulebook.cues import Hit
from classifier.rulebook.evidence import scores, subject
from classifier.rulebook.rules import Rulebook
from contracts.vocabulary import Intent

UNKNOWN = "other"
WISH = "wish"  # above a model's labels of what the citizen wants: `wish/consult`
_PRIOR = 2.0  # evidence that counts as nothing yet, so that one weak word never makes us sure
_SAID = 4.0  # what a point for a wish is worth beside one for a category: more lets single words decide


class Topic(NamedTuple):
    """The best category, the second, and how sure the best is (0 to 1).

    That is a calibrated chance; by the cues alone, how far the best is ahead.
    """

    category: str
    second: str | None
    confidence: float
    why: tuple[str, ...] = ()  # a person's words may stand in it
    would: str | None = None  # the category by a model in shadow
    wish: Intent | None = None  # what the citizen wants, where a model says it

    def __repr__(self) -> str:
        return f"Topic({self.category}, {self.second}, {self.confidence}, would={self.would})"


def topic(evidence: Mapping[str, float]) -> Topic:
    """What the cues speak of. A second level carries its first level's evidence too."""
    if not evidence:
        return Topic(UNKNOWN, None, 0.0)
    tops: dict[str, float] = defaultdict(float)
    for code, score in evidence.items():
        tops[subject(code)] += score
    ranked = sorted(tops, key=lambda top: -tops[top])
    best = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    rest = tops[second] if second else 0.0
    confidence = tops[best] / (tops[best] + rest + _PRIOR)
    return Topic(leaf(best, evidence), second and leaf(second, evidence), round(confidence, 3))


def model_topics(
    model: Model, known: Known, evidence: Sequence[Evidence], wishes: Sequence[Evidence] = ()
) -> list[Topic]:
    """What each text speaks of and wants, by the model and the cues together."""
    features = model.weigh(known)
    chances = model.chances(features, evidence)
    ranked = np.argsort(-chances, axis=1, kind="stable")[:, :2].tolist()
    topics = []
    sure = chances.max(axis=1).tolist()
    for row, tops, chance, points, wished in zip(
        features.each(), ranked, sure, evidence, wishes or repeat(EMPTY, len(sure)), strict=True
    ):
        best, other = (_model_leaf(model, row, model.tops[top], points) for top in tops)
        topics.append(Topic(best, other, round(chance, 3), wish=_wish(model, row, wished)))
    return topics


def _wish(model: Model, row: SparseRow, points: Evidence) -> Intent | None:
    named = model.leaf(row, WISH, {f"{WISH}/{key}": _SAID * point for key, point in points.items()})
    return None if named == WISH else Intent(named.removeprefix(f"{WISH}/"))


def _model_leaf(model: Model, row: SparseRow, top: str, evidence: Evidence) -> str:
    """The model's second level; the rulebook's where the model knows none."""
    return model.leaf(row, top, evidence) if top in model.leaves else leaf(top, evidence)


def leaf(top: str, evidence: Mapping[str, float]) -> str:
    """The second level below `top` that the cues speak of most; `top` where they speak of none."""
    leaves = {code: score for code, score in evidence.items() if subject(code) == top and code != top}
    return max(leaves, key=lambda code: leaves[code], default=top)


def intent(hits: Sequence[Hit], text: str, rulebook: Rulebook) -> Intent:
    """What the citizen wants, by the cues alone."""
    evidence = scores(hits)
    if "？" in text or "?" in text:
        evidence[Intent.CONSULT] = evidence.get(Intent.CONSULT, 0.0) + rulebook.question
    if not evidence:
        return rulebook.intent_default
    return max(rulebook.intent_order, key=lambda name: evidence.get(name, 0.0))
