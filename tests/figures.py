"""What tests measure on labelled texts: held against floors, and printed at the end of the run.

`docs/classifier.md` has these figures. Nothing of a text is printed.
"""

from collections.abc import Sequence

LINES: list[str] = []


def measured(texts: str, **right: Sequence[bool]) -> dict[str, float]:
    """What share of each is true; `texts` says which file they are from."""
    each = (f"{name.replace('_', ' ')} {sum(of)}/{len(of)}" for name, of in right.items())
    LINES.append(f"{texts}: {', '.join(each)}")
    return {name: sum(of) / len(of) for name, of in right.items()}
