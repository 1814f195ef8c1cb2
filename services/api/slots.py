"""How many streams an agency may have open at a time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.faults import Said
from services.chassis import meters
from services.http.problem import Problem

AT_MOST = 10  # on Kafka each is a consumer with connections and buffers of its own, up to 6 MB when busy


class Slots:
    """Open streams by agency, in this process; with several hub processes each counts for itself."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        self._open = Counter[str]()

    @contextmanager
    def held(self, agency: str) -> Iterator[None]:
        """One stream of the agency's, while it lasts. Raises a 429 where it has too many."""
        if self._open[agency] >= self._at_most:
            raise Problem(
                429,
                "too_many_streams",
                Said(
                    f"An agency may have {self._at_most} streams open at a time: end one first.",
                    f"每个单位最多同时打开 {self._at_most} 路案件流，请先结束一路。",
                ),
                {"Retry-After": "5"},
            )
        self._open[agency] += 1
        meters.STREAMS_OPEN.labels(agency).inc()
        try:
            yield
        finally:
            self._open[agency] -= 1
            meters.STREAMS_OPEN.labels(agency).dec()
