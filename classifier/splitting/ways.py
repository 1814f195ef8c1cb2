"""The ways to divide a text, of which one is chosen: its seams are weighed together, not each for itself.

Taken surest first, n seams make n + 1 ways; each is told by how sure its seams are beside the next one, and
by how evenly and completely it divides: what is told in like pieces, or as a list, is seldom cut once only.
"""

from bisect import bisect, insort
from collections.abc import Sequence
from itertools import pairwise
from math import dist, log, sqrt
from typing import NamedTuple

import numpy as np

from classifier.linear.features import Floats
from classifier.rulebook.rules import SplittingRules
from classifier.splitting.clauses import BEGINS_SENTENCE, Clauses, Sign
from classifier.splitting.cohesion import running
from classifier.splitting.seams import Seams

_LEAST = -3.0  # log odds below which no seam is worth a thought
_MOST = 4.0  # times what a mark counts in the shortest message
SIGNS = 16  # of each way
_LINE = log(80)  # letters fewer than which a single sentence has: others tell whole letters between commas


class Ways(NamedTuple):
    """Of one text."""

    seams: list[int]  # the clauses at which a matter may begin, the surest first
    signs: list[list[float]]  # of taking none, one, two … of them


class _Around(NamedTuple):
    """What is counted before each clause of all texts, and after the last."""

    letters: list[int]
    sentences: list[int]
    marks: list[int]  # of lists


def ways_of(
    scores: Floats, leaning: Floats, found: Seams, clauses: Clauses, rules: SplittingRules
) -> list[Ways]:
    """Each text's, from every seam's log odds and what its wording says of several, and of more than two."""
    scores = _ruled(scores, found, clauses, rules)
    place, firsts = running(clauses.end - clauses.start).tolist(), np.flatnonzero(clauses.start == 0)
    cuts = [list(edges) for edges in pairwise([*firsts.tolist(), len(clauses.start)])]
    taken: list[list[tuple[int, float]]] = [[] for _ in cuts]
    worth = np.flatnonzero(scores >= _LEAST)
    worth = worth[np.argsort(-scores[worth], kind="stable")]
    ats, told = found.clause[worth], found.told.tolist()
    for at, owner, score in zip(
        ats.tolist(), clauses.owner[ats].tolist(), scores[worth].tolist(), strict=True
    ):
        mine = cuts[owner]
        if len(mine) <= rules.most and _free(at, mine, place, told, rules.seam_letters):
            insort(mine, at)
            taken[owner].append((at, score))
    around = _around(place, clauses)
    said = clauses.announced.tolist()
    return [
        _ways(some, (mine[0], mine[-1]), around, told, worded)
        for some, mine, told, worded in zip(taken, cuts, said, leaning.tolist(), strict=True)
    ]


def _ruled(scores: Floats, found: Seams, clauses: Clauses, rules: SplittingRules) -> Floats:
    """What the rules know of marks besides: most in the shortest messages, where a model has little to go by,
    nothing in long letters, where lists and words order one matter."""
    sizes = np.maximum.reduceat(clauses.end, np.flatnonzero(clauses.start == 0))[clauses.owner[found.clause]]
    signs = clauses.signs[found.clause]
    besides = rules.ruled * np.clip(rules.terse / (sizes + 1), 1, _MOST) * (sizes <= rules.long)
    ruled = (scores + besides * signs[:, Sign.RULED]).astype(np.float32)
    return np.where(signs[:, Sign.DENIED], -np.inf, ruled)


def _free(at: int, taken: Sequence[int], place: Sequence[int], told: Sequence[float], least: int) -> bool:
    """Whether a matter may begin at a clause: surer ones were there first, neither side may be empty."""
    here = bisect(taken, at)
    before, after = taken[here - 1], taken[here]
    far = min(place[at] - place[before], place[after] - place[at]) >= least
    return far and told[before] < told[at] < told[after]


def _around(place: list[int], clauses: Clauses) -> _Around:
    listed = clauses.signs[:, Sign.LISTED] | clauses.signs[:, Sign.ITEM]
    return _Around(place, running(BEGINS_SENTENCE[clauses.stop]).tolist(), running(listed).tolist())


def _ways(
    taken: Sequence[tuple[int, float]],
    ends: tuple[int, int],
    around: _Around,
    announced: int,
    worded: tuple[float, float],
) -> Ways:
    seams, scores = [at for at, _ in taken], [score for _, score in taken]
    nexts = [*scores, _LEAST]
    several, more = worded
    signs = [[1.0, nexts[0], several, *[0.0] * (SIGNS - 3)]]
    for count in range(1, len(taken) + 1):
        edges = [ends[0], *sorted(seams[:count]), ends[1]]
        said = [more if count > 1 else 0.0, float(count + 1 == announced)]
        signs.append([0.0, nexts[count], 0.0, *said, *_sureness(scores[:count]), *_shape(edges, around)])
    return Ways(seams, signs)


def _sureness(kept: Sequence[float]) -> list[float]:
    whole, count = sum(kept), len(kept)
    return [whole, kept[0], kept[-1], whole / count, count, count == 2]


def _shape(edges: Sequence[int], around: _Around) -> list[float]:
    """How unlike in length the parts are, how many sentences they have, whether each is one short one, and
    what of a list is not divided."""
    sizes = [log(around.letters[end] - around.letters[start]) for start, end in pairwise(edges)]
    stops, marks = (
        [counts[end] - counts[start + 1] for start, end in pairwise(edges)]
        for counts in (around.sentences, around.marks)
    )
    sentences = around.sentences[edges[-1]] - around.sentences[edges[0]]
    count, mean = len(sizes), sum(sizes) / len(sizes)
    spread = dist(sizes, [mean] * count) / sqrt(count)
    lines = max(stops) == 0 and max(sizes) < _LINE
    return [spread, log(max(stops) + 1), lines, (count - 1) / sentences, sum(marks)]
