"""What the log already has, so that an overlap costs a look instead of a message."""

from collections import OrderedDict
from collections.abc import Iterable

from adapters.base import Pulled


class Recent:
    """The last items handed to the log by this process. Forgetting one costs a repetition, never a loss,
    as long as `remember` is called only after the log's ack."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def fresh(self, pulled: Iterable[Pulled]) -> list[Pulled]:
        """Those not remembered, each once; a new revision of a known item is fresh."""
        unseen = {(item.key, item.revision): item for item in pulled}
        return [item for mark, item in unseen.items() if mark not in self._seen]

    def remember(self, pulled: Iterable[Pulled]) -> None:
        """The log has these."""
        for item in pulled:
            self._seen[(item.key, item.revision)] = None
            self._seen.move_to_end((item.key, item.revision))
        while len(self._seen) > self._size:
            self._seen.popitem(last=False)
