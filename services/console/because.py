"""Why the hub judged a matter as it did, as a page may show it: nobody's name or number among the words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.events import Matter
from contracts.personal import HIDDEN, people_in
from feedback.reveal import covered


@dataclass(frozen=True, slots=True)
class Because:
    """A rule's id, or what else decided, and the words that met it."""

    rule: str
    words: str


def because(matter: Matter) -> Iterator[Because]:
    """The reasons in order, with what is known of people covered."""
    secrets = [*(matter.text[found.start : found.end] for found in matter.found), *people_in(matter)]
    safe = covered(matter)
    for why in matter.why:
        rule, _, words = why.partition(": ")
        shown = (
            piece if piece in safe or piece not in matter.text else HIDDEN for piece in words.split(" · ")
        )
        yield Because(rule, _covered(shown, secrets, safe))


def _covered(words: Iterable[str], secrets: list[str], safe: str) -> str:
    """What stands open in the `safe` text is no secret, though it be a part of one (物业 of 云栖苑物业)."""
    pieces = (
        HIDDEN if piece not in safe and any(piece in secret for secret in secrets) else piece
        for piece in words
    )
    whole = " · ".join(pieces)
    for secret in secrets:
        whole = whole.replace(secret, HIDDEN)
    return whole
