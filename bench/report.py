"""What a bench found, for people and for programs."""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.floor import Floor
from bench.rig import ROLES
from bench.runs import Run

_ENGINES = ("Kafka", "PostgreSQL")
_HEAD = ("run", "posted", "cases", "a second", "p50", "p95", "p99", "hub", *_ENGINES)


@dataclass
class Report:
    """Everything measured in one go."""

    runs: list[Run] = field(default_factory=list)
    bulk: Run | None = None
    sustained: Run | None = None
    floor: Floor | None = None
    grown: tuple[int, Run, Run] | None = None  # cases in the tables, the run before, the run after
    idle: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, int] = field(default_factory=dict)

    def show(self, console: Console) -> None:
        """As tables."""
        for title, rows in self._tables():
            table = Table(*rows[0], title=title, title_justify="left", box=SIMPLE_HEAD)
            for column in table.columns[1:]:
                column.justify = "right"
            for row in rows[1:]:
                table.add_row(*row)
            console.print(table)
        for line in self._sentences():
            console.print(f"• {line}", highlight=False)

    def markdown(self) -> str:
        """As a page of the documentation."""
        about = f"Measured {datetime.now(UTC):%Y-%m-%d} by `make bench` on {_machine()}."
        parts = ["# Benchmarks", about]
        for title, rows in self._tables():
            lines = [f"| {' | '.join(row)} |" for row in rows]
            lines.insert(1, "|" + "---|" * len(rows[0]))
            parts.append("\n".join([f"## {title}", "", *lines]))
        return "\n\n".join([*parts, "\n".join(f"- {line}" for line in self._sentences())]) + "\n"

    def write_json(self, path: Path) -> None:
        """All numbers: delays in ms, CPU in µs a complaint."""
        everything: dict[str, Any] = {
            "machine": _machine(),
            "runs": [_numbers(run) for run in self.runs],
            "sustained": _numbers(self.sustained) if self.sustained else None,
            "floor": self._floor(),
            "grown": self._growth(),
            "idle_cores": dict(self.idle),
            "memory_bytes": dict(self.memory),
        }
        path.write_text(json.dumps(everything, indent=1) + "\n", "utf-8")

    def _tables(self) -> Iterator[tuple[str, list[Sequence[str]]]]:
        if self.runs:
            yield "From posted to handed off in ms, CPU a complaint in µs", [_HEAD, *map(_row, self.runs)]
        if self.bulk:
            head = ("process", "µs a complaint", "MiB at the end")
            yield f"By process, {self.bulk.name}", [head, *map(self._process, (*ROLES, *_ENGINES))]

    def _sentences(self) -> Iterator[str]:
        if run := self.sustained:
            delay = f"p99 {run.delay(99):.0f} ms"
            yield f"Sustained: {run.rate:.0f} complaints/s are handed off as fast as they come ({delay})."
        if floor := self._floor():
            yield (
                f"Floor: the same bytes through as many bare Kafka hops take {floor['clients']:.0f} µs of "
                f"clients and {floor['broker']:.0f} µs of the broker a complaint; the hub takes "
                f"{floor['hub_ratio']:.1f} and {floor['broker_ratio']:.1f} times that."
            )
        if growth := self._growth():
            yield (
                f"Grown: with {growth['cases']:,} cases in the tables a complaint takes "
                f"{growth['hub_ratio']:.2f} times the hub's CPU and {growth['database_ratio']:.2f} times "
                "PostgreSQL's."
            )
        if self.idle:
            yield f"Idle: the hub takes {100 * sum(self.idle[r] for r in ROLES):.1f} % of a core."
        if self.memory:
            yield f"Memory: {sum(self.memory.values()) / 2**20:.0f} MiB in {len(self.memory)} processes."

    def _process(self, name: str) -> Sequence[str]:
        memory = f"{self.memory[name] / 2**20:.0f}" if name in self.memory else ""
        return name, f"{self.bulk.micros(name):.0f}" if self.bulk else "", memory

    def _floor(self) -> dict[str, float] | None:
        if not (self.floor and self.bulk):
            return None
        ours, broker = (1e6 * cpu / self.bulk.complaints for cpu in (self.floor.clients, self.floor.broker))
        return {
            "clients": ours,
            "broker": broker,
            "hub_ratio": self.bulk.micros(*ROLES) / ours,
            "broker_ratio": self.bulk.micros("Kafka") / broker,
        }

    def _growth(self) -> dict[str, float] | None:
        if not self.grown:
            return None
        cases, before, after = self.grown
        return {
            "cases": cases,
            "hub_ratio": after.micros(*ROLES) / before.micros(*ROLES),
            "database_ratio": after.micros("PostgreSQL") / before.micros("PostgreSQL"),
        }


def _row(run: Run) -> Sequence[str]:
    delays = (f"{run.delay(percent):.0f}" for percent in (50, 95, 99))
    cpu = (f"{run.micros(*names):.0f}" for names in (ROLES, *((engine,) for engine in _ENGINES)))
    return (run.name, str(run.complaints), str(run.cases), f"{run.rate:.0f}", *delays, *cpu)


def _numbers(run: Run) -> dict[str, Any]:
    return {
        "name": run.name,
        "complaints": run.complaints,
        "cases": run.cases,
        "per_second": run.rate,
        **{f"p{percent}_ms": run.delay(percent) for percent in (50, 95, 99)},
        "hub_us": run.micros(*ROLES),
        "us": {name: run.micros(name) for name in run.cpu},
    }


def _machine() -> str:
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores ({platform.machine()}), {python}; load, hub and engines share them"
