"""The bench on real engines, small: it measures everything it promises. How fast is not asserted."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.__main__ import Plan, measure
from bench.rig import ROLES

SMALL = Plan(warm=60, bulk=120, single=10, rates=(20,), seconds=1.5, sustained=False)


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.usefixtures("kafka", "postgres")  # only to skip or fail like all others where there are none
def test_a_small_bench_measures_everything(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=100)
    report = measure(SMALL, console)
    assert [run.complaints for run in report.runs] == [120, 10, 30]
    for run in report.runs:
        assert run.complaints <= run.cases == len(run.delays)
        assert 0 < run.delay(50) <= run.delay(99)
        assert run.micros(*ROLES) > 0
    assert report.bulk and all(
        report.bulk.cpu[name] > 0 for name in ("classify", "route", "feedback", "Kafka")
    )
    assert report.floor and report.floor.clients > 0 and report.floor.broker > 0

    report.write_json(tmp_path / "bench.json")
    numbers = json.loads((tmp_path / "bench.json").read_text())
    assert numbers["floor"]["hub_ratio"] == pytest.approx(
        numbers["runs"][0]["hub_us"] / numbers["floor"]["clients"]
    )
    assert "| arrays of 50 | 120 |" in report.markdown()
    report.show(console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "arrays of 50" in shown and "Floor:" in shown
