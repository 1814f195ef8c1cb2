"""Neither the logs nor what a crash leaves on the terminal quotes a citizen."""

import json
import subprocess
import sys

import pytest

PHONE = "19900001234"
_PLAY = f"""
import asyncio, gc, logging, sys
from services.chassis import logs
from services.going import go

logs.set_up("INFO", as_json=True)

async def fails():
    raise ValueError("the phone is {PHONE}")

async def together():
    async with asyncio.TaskGroup() as group:
        group.create_task(fails())

async def forgotten():
    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()

async def misformatted():
    logging.getLogger("library").warning("%d is no number", "{PHONE}")

go(globals()[sys.argv[1]]())
"""


def _played(part: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _PLAY, part]
    played = subprocess.run(command, capture_output=True, text=True, check=False)
    assert PHONE not in played.stderr + played.stdout
    return played


def test_a_task_nobody_waited_for_fails_without_its_words() -> None:
    (line,) = map(json.loads, _played("forgotten").stderr.splitlines())
    assert (line["event"], line["error"]) == ("Task exception was never retrieved", "ValueError")


def test_a_record_that_cannot_be_written_is_not_shown_instead() -> None:
    assert _played("misformatted").returncode == 0


@pytest.mark.parametrize("work", ["fails", "together"])
def test_a_process_that_nobody_foresaw_to_fail_says_where_and_not_what(work: str) -> None:
    ended = _played(work)
    assert ended.returncode == 1
    assert "ValueError" in ended.stderr and "fails" in ended.stderr
