"""`python -m bench`: what a complaint costs, how many go through, how long they take. See `make bench`."""

from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console

from bench import runs
from bench.commands import command
from bench.floor import floor
from bench.grown import TEMPLATES, grow
from bench.load import Load, loading
from bench.report import Report
from bench.rig import ROLES, Rig, rig
from bench.texts import Texts

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
GUESS = (
    0.9  # of what goes through when everything comes at once, where the search for a sustained rate begins
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    warm: int = TEMPLATES
    bulk: int = 5000
    single: int = 500
    rates: tuple[float, ...] = (100, 300)
    seconds: float = 20
    sustained: bool = True


QUICK = Plan(bulk=600, single=100, rates=(50,), seconds=3, sustained=False)


class Bench:
    """Carries a plan out on a rig, and says what it does."""

    def __init__(self, rig: Rig, load: Load, plan: Plan, console: Console) -> None:
        self.rig, self.load, self.plan, self.console = rig, load, plan, console
        self.report = Report()

    async def everything(self) -> None:
        """Cost, delays, throughput, floor."""
        plan, report = self.plan, self.report
        await self._warm()
        report.idle = await runs.idle(self.load, 5)
        report.bulk = await self._run(f"{plan.bulk} complaints at once", runs.bulk(self.load, plan.bulk))
        await self._run(f"{plan.single} complaints singly", runs.bulk(self.load, plan.single, 1))
        for rate in plan.rates:
            size = max(1, round(rate / 100))
            await self._run(
                f"{rate:.0f} complaints a second", runs.paced(self.load, rate, plan.seconds, size)
            )
        if plan.sustained:
            await self._sustained(report.bulk.rate * GUESS)
        self._say("the floor: the same bytes, bare")
        report.floor = await floor(self.rig, report.bulk.cases)
        report.memory = self.rig.memory()

    async def grown(self, cases: int) -> None:
        """Cost before and after the tables have grown; of each the cheaper of two runs: noise only adds."""
        await self._warm()
        before = await self._cheaper()
        self._say(f"growing the tables to {cases} cases")
        number = await grow(self.rig.database_url, cases)
        await self._warm()
        self.report.grown = number, before, await self._cheaper()

    async def _cheaper(self) -> runs.Run:
        name = f"{self.plan.bulk} complaints at once"
        two = [await self._run(name, runs.bulk(self.load, self.plan.bulk)) for _ in range(2)]
        return min(two, key=lambda run: run.micros(*ROLES))

    async def _sustained(self, guess: float) -> None:
        self.report.sustained = await runs.sustained(self.load, guess, self.plan.seconds, self._say)
        if self.report.sustained:
            self.report.runs.append(self.report.sustained)

    async def _warm(self) -> None:
        self._say("warming up")
        await runs.bulk(self.load, self.plan.warm)

    async def _run(self, what: str, work: Coroutine[Any, Any, runs.Run]) -> runs.Run:
        self._say(what)
        run = await work
        self.report.runs.append(run)
        return run

    def _say(self, what: str) -> None:
        self.console.print(f"… {what}", style="dim", highlight=False)


def measure(plan: Plan, console: Console, grown: int = 0) -> Report:
    """A rig of its own, the plan carried out on it."""

    async def work(rig: Rig) -> Report:
        async with loading(rig, Texts(seed=1, run="bench")) as load:
            bench = Bench(rig, load, plan, console)
            await (bench.grown(grown) if grown else bench.everything())
            return bench.report

    console.print("… starting Kafka, PostgreSQL and the hub's roles", style="dim")
    with rig() as ours:
        return uvloop.run(work(ours))


def main(
    quick: Annotated[bool, typer.Option(help="A small run, to see that all of it works.")] = False,
    grown: Annotated[bool, typer.Option(help="Only: does a complaint cost more in full tables?")] = False,
    cases: Annotated[int, typer.Option(help="Cases in the full tables.")] = 200_000,
    json: Annotated[Path | None, typer.Option(help="Where to write all numbers.")] = None,
    write: Annotated[bool, typer.Option(help="Refresh docs/benchmarks.md.")] = False,
) -> None:
    """Measure the hub on a real Kafka and PostgreSQL, all on this machine."""
    console = Console()
    report = measure(QUICK if quick else Plan(), console, cases if grown else 0)
    report.show(console)
    if json:
        report.write_json(json)
    if write:
        PAGE.write_text(report.markdown(), "utf-8")


if __name__ == "__main__":
    command(main)
