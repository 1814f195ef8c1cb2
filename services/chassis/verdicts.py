"""Tells a stretch of bad records from a fault of ours."""

from collections import deque

IN_A_ROW = 20
SHARE = 0.05
WINDOW = 400  # records; a share means nothing on fewer


class Verdicts:
    """The last verdicts of a stage."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._row = 0

    def add(self, dead: bool) -> None:
        """One more record was processed or buried."""
        self._last.append(dead)
        self._row = self._row + 1 if dead else 0

    def alarming(self) -> str | None:
        """Why the stage should stop, if it should."""
        if self._row >= IN_A_ROW:
            return f"{self._row} dead letters in a row"
        if len(self._last) == WINDOW and sum(self._last) > SHARE * WINDOW:
            return f"{sum(self._last)} dead letters in the last {WINDOW} records"
        return None
