"""`python -m bench.twins FILE.csv --out PAIRS.jsonl`: which real messages the router takes for one matter.

The messages go through intake, classifier and router in the order of their times. A user stands for a
phone, and a place the messages name (`--place`) for one of our towns. Out come two samples of pairs for a
person to judge: linked ones, and ones just below the threshold, whether or not a key led to them.
"""

import asyncio
import json
import random
import re
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import SQLModel

from adapters.replay import time_of
from bench.commands import cells_of, command
from classifier.judge import load_judge
from classifier.stage import ClassifyStage
from contracts.events import CaseRouted, Matter
from contracts.places import towns
from contracts.stage import Event
from contracts.vocabulary import Platform
from intake.admit import Sender, admit
from router.prints import Print, Printer
from router.score import Score, judge
from router.stage import load_router
from router.twins import Twins, load_twin_rules
from services.chassis.database import Database

out = Console(soft_wrap=True)
_BATCH = 50
_COLUMNS = ("id", "user", "topic", "time", "body")
_SECRET = b"bench"


class Pair(NamedTuple):
    """Two cases and how alike they are."""

    score: Score
    new: Matter
    old: Matter

    def line(self, sort: str) -> str:
        """For the person who judges it."""
        told = {
            "sort": sort,
            "score": round(self.score.total, 3),
            "parts": {name: round(part, 3) for name, part in self.score.parts.items() if part},
            "categories": [self.new.category, self.old.category],
            "users": [self.new.reporter.phone, self.old.reporter.phone],
            "times": [self.new.received_at.isoformat(), self.old.received_at.isoformat()],
            "ids": [self.new.external_id, self.old.external_id],
            "texts": [self.new.text, self.old.text],
        }
        return json.dumps(told, ensure_ascii=False)


@dataclass(slots=True)
class Told:
    """What became of the messages."""

    matters: dict[UUID, Matter] = field(default_factory=dict)
    linked: dict[UUID, UUID] = field(default_factory=dict)
    prints: dict[UUID, Print] = field(default_factory=dict)


def main(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file: id, user, topic, time, body.")
    ],
    place: Annotated[str, typer.Option(help="What a place looks like in the text.")] = r"[A-Z]\d+[区县市]",
    above: Annotated[int, typer.Option(help="How many linked pairs.")] = 200,
    below: Annotated[int, typer.Option(help="How many pairs just below the threshold.")] = 60,
    margin: Annotated[float, typer.Option(help="How far below is just below.")] = 0.2,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where to write the pairs.")] = None,
) -> None:
    """Link the messages, count, and sample pairs."""
    told = asyncio.run(_tell(list(_events(file, place))))
    linked, near = list(_linked(told)), list(_near(told, margin))
    out.print(_counts(told, linked, near))
    if out_file:
        dice = random.Random(1)
        rows = [pair.line("above") for pair in dice.sample(linked, min(above, len(linked)))]
        rows += [pair.line("below") for pair in dice.sample(near, min(below, len(near)))]
        out_file.write_text("\n".join(rows) + "\n", "utf-8")


def _events(file: Path, place: str) -> Iterator[Event]:
    """The postings as intake lets them in, oldest first."""
    codes, phones = iter(sorted(towns())), iter(range(10_000))
    known_places: dict[str, str] = {}
    known_phones: dict[str, str] = {}
    rows = (dict(zip(_COLUMNS, cells, strict=True)) for cells in cells_of(file, _COLUMNS))
    timed = [(at, row) for row in rows if (at := time_of(row["time"]))]
    for at, row in sorted(timed, key=lambda pair: pair[0]):
        text = f"{row['topic'].strip()}\n{row['body'].strip()}"
        if row["user"] not in known_phones:
            known_phones[row["user"]] = f"1990000{next(phones):04}"
        raw: dict[str, Any] = {
            "external_id": row["id"],
            "text": text,
            "occurred_at": at.isoformat(),
            "reporter": {"phone": known_phones[row["user"]]},
        }
        if named := re.search(place, text):
            if named[0] not in known_places:
                known_places[named[0]] = next(codes)
            raw["town_code"] = known_places[named[0]]
        yield admit(raw, Sender(Platform.HOTLINE_12345), at)


async def _tell(received: Sequence[Event]) -> Told:
    classify, route = ClassifyStage(load_judge()), load_router(secret=_SECRET)
    printer, told = Printer(_SECRET, load_twin_rules().copy_from), Told()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/hub.db")
        async with database.engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        for start in range(0, len(received), _BATCH):
            opened: list[Event] = []
            for outcome in classify.decide({"complaints": ()}, received[start : start + _BATCH]):
                opened += outcome.events
            outcomes = route.decide(await database.read(route.queries(opened)), opened)
            async with database.transaction() as connection:
                await database.write(connection, [write for one in outcomes for write in one.writes])
            for outcome in outcomes:
                _note(told, printer, outcome.events)
        await database.stop()
    return told


def _note(told: Told, printer: Printer, events: Sequence[Event]) -> None:
    for event in events:
        assert isinstance(event.data, CaseRouted)
        matter = event.data.matter
        told.matters[matter.case_id] = matter
        if event.data.linked_to:
            told.linked[matter.case_id] = event.data.linked_to
        if own := printer.of(matter):
            told.prints[matter.case_id] = own


def _linked(told: Told) -> Iterator[Pair]:
    rules = load_twin_rules()
    for new, old in told.linked.items():
        score = judge(told.prints[new], told.prints[old], rules)
        yield Pair(score, told.matters[new], told.matters[old])


def _near(told: Told, margin: float) -> Iterator[Pair]:
    """Each unlinked case with the likest earlier lead, where that is just below, or was not found."""
    rules = load_twin_rules()
    twins, recent = Twins(rules), deque[Print]()
    for new in (one for case_id, one in told.prints.items() if case_id not in told.linked):
        while recent and new.received_at - recent[0].received_at > rules.window:
            recent.popleft()
        scored = [(judge(new, old, rules), old) for old in recent if twins.may_join(new, old)]
        score, old = max(scored, key=lambda pair: pair[0].total, default=(Score({}, 0, 0), new))
        if score.total >= rules.threshold - margin:
            yield Pair(score, told.matters[new.case_id], told.matters[old.case_id])
        recent.append(new)


def _counts(told: Told, linked: Sequence[Pair], near: Sequence[Pair]) -> Table:
    table = Table(box=None, show_header=False)
    table.add_row("cases", str(len(told.matters)))
    table.add_row("linked", str(len(linked)))
    table.add_row("messages told word for word before", "{} of {} found".format(*_repeats(told)))
    table.add_row("leads with five or more", str(sum(n >= 4 for n in Counter(told.linked.values()).values())))
    table.add_row("just below", str(len(near)))
    over = sum(pair.score.total >= load_twin_rules().threshold for pair in near)
    table.add_row("of these above, but led to by no key", str(over))
    return table


def _repeats(told: Told) -> tuple[int, int]:
    """Of the messages that say what an earlier one said: of how many every case was linked that may be, and
    that says anything."""
    cases: dict[str, list[Matter]] = {}
    for matter in told.matters.values():
        cases.setdefault(matter.external_id, []).append(matter)
    seen: set[str] = set()
    found = every = 0
    for matters in cases.values():
        words = re.sub(r"\W+", "", "".join(matter.text for matter in matters))
        if words in seen:
            ordinary = [m for m in matters if (p := told.prints.get(m.case_id)) and p.copy_of]
            every += bool(ordinary)
            found += bool(ordinary) and all(m.case_id in told.linked for m in ordinary)
        seen.add(words)
    return found, every


if __name__ == "__main__":
    command(main)
