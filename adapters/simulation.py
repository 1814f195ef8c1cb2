"""What every simulator has: a desk with items and receipts that survives a restart."""

import json
import random
from bisect import bisect_left, bisect_right, insort
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from adapters.faults import Faults
from adapters.mapping import microseconds

KEEP = 20_000  # items and receipts held; a platform lists no more than that back


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a platform's list, in the platform's shape."""

    seq: int
    changed: int  # microseconds since 1970 by the platform's clock
    external_id: str
    data: dict[str, Any] = field(repr=False)


class Desk:
    """A platform's items and the receipts it got: in memory and, where a folder is given, in a file that a
    restart reads again, so that the numbers go on."""

    def __init__(self, name: str, faults: Faults, folder: Path | None = None, seed: int = 0) -> None:
        self.name, self.faults = name, faults
        self.dice = random.Random(seed)  # noqa: S311 - bad luck, no secret
        self.seq = self.listed = self.repeated = 0
        self._by_seq: list[Item] = []
        self._by_time: list[tuple[int, int, Item]] = []
        self._ids: Counter[str] = Counter()
        self._held: list[Item] = []
        self._receipts: dict[str, None] = {}
        self._last: deque[dict[str, Any]] = deque(maxlen=20)
        self._file: TextIO | None = None
        if folder:
            self._open(folder / f"{name}.jsonl")

    def add(self, external_id: str, data: dict[str, Any]) -> Item:
        """A new or changed item at the end of the list, or just behind the next one when out of order."""
        item = Item(self.seq + 1, microseconds(self.faults.now()), external_id, data)
        self._write("item", item.seq, item.changed, external_id, data)
        self._take_item(item, hold=not self._held and self._hit(self.faults.out_of_order))
        return item

    def after(self, seq: int, limit: int) -> tuple[list[Item], bool]:
        """Items with greater numbers, and whether there are more."""
        first = bisect_right(self._by_seq, seq, key=lambda item: item.seq)
        return self._page(self._by_seq[first : first + limit], first + limit < len(self._by_seq))

    def since(self, changed: int, page: int, size: int) -> tuple[list[Item], bool]:
        """Items changed at that instant or later, oldest first, and whether there are more pages."""
        first = bisect_left(self._by_time, changed, key=lambda row: row[0]) + (page - 1) * size
        found = [item for _, _, item in self._by_time[first : first + size]]
        return self._page(found, first + size < len(self._by_time))

    def knows(self, external_id: str) -> bool:
        """Whether such an item is held here."""
        return self._ids[external_id] > 0

    def served(self) -> Counter[str]:
        """How often each id is held here."""
        return self._ids.copy()

    def receive(self, key: str, receipt: Mapping[str, Any]) -> bool:
        """Takes a receipt; False where `key` came before, and then nothing changes."""
        if key in self._receipts:
            self.repeated += 1
            return False
        self._write("receipt", key, dict(receipt))
        self._take_receipt(key, dict(receipt))
        return True

    def state(self) -> dict[str, Any]:
        """What a demo shows of it."""
        return {
            "platform": self.name,
            "items": len(self._by_seq) + len(self._held),
            "last_number": self.seq,
            "listed": self.listed,
            "receipts": len(self._receipts),
            "receipts_repeated": self.repeated,
            "last_receipts": list(self._last),
            "faults": self.faults.model_dump(),
        }

    def close(self) -> None:
        """Lets the file go."""
        if self._file:
            self._file.close()

    def _page(self, items: list[Item], more: bool) -> tuple[list[Item], bool]:
        self.listed += len(items)
        items = [twin for item in items for twin in [item] * (1 + self._hit(self.faults.duplicate))]
        if self._hit(self.faults.out_of_order):
            self.dice.shuffle(items)
        if not more:
            self._show_held()  # from the next look on
        return items, more

    def _hit(self, rate: float) -> bool:
        return rate > 0 and self.dice.random() < rate

    def _take_item(self, item: Item, hold: bool = False) -> None:
        self.seq = max(self.seq, item.seq)
        self._ids[item.external_id] += 1
        if hold:
            self._held.append(item)
            return
        self._show(item)
        self._show_held()

    def _show_held(self) -> None:
        while self._held:
            self._show(self._held.pop())

    def _show(self, item: Item) -> None:
        insort(self._by_seq, item, key=lambda known: known.seq)
        insort(self._by_time, (item.changed, item.seq, item))
        if len(self._by_seq) > KEEP * 5 // 4:
            self._forget()

    def _forget(self) -> None:
        self._by_seq = self._by_seq[-KEEP:]
        self._by_time = sorted((item.changed, item.seq, item) for item in self._by_seq)
        self._ids = Counter(item.external_id for item in [*self._by_seq, *self._held])

    def _take_receipt(self, key: str, receipt: dict[str, Any]) -> None:
        self._receipts[key] = None
        self._last.append(receipt)
        if len(self._receipts) > KEEP * 5 // 4:
            self._receipts = dict.fromkeys(list(self._receipts)[-KEEP:])

    def _write(self, *entry: object) -> None:
        if self._file:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                self._load(line)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            self._file.write("\n")  # a line cut by a crash stays alone

    def _load(self, line: str) -> None:
        try:
            kind, *entry = json.loads(line)
            if kind == "item":
                self._take_item(Item(*entry))
            else:
                self._take_receipt(*entry)
        except (ValueError, TypeError):
            return  # cut by a crash: it was never served
