"""The accounts themselves: they balance for a hub that worked, and notice every way in which one did not."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bench.accounts import Accounts, balance
from bench.evidence import Desks, Item
from bench.hub import Hub
from bench.settled import settle
from bench.texts import Texts

POSTED = {Item("grid", f"a-{number}") for number in range(1, 9)}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data of a hub that took eight complaints over REST and stopped."""
    with Hub(tmp_path_factory.mktemp("hub")) as hub:
        watching, posting = hub.key("watch", "ops:read"), hub.key("grid", "complaints:write", platform="grid")
        run = hub.start("run")
        run.wait_ready()
        texts = Texts(3, "a")
        answer = httpx.post(
            f"{run.url}/v1/complaints",
            json=[texts.next() for _ in POSTED],
            headers={"Authorization": f"Bearer {posting}"},
            trust_env=False,
        )
        assert answer.status_code == 202
        asyncio.run(settle(hub, run.url, watching, POSTED, within=60))
        hub.stop()
        yield hub.data


async def accounts_of(data: Path) -> Accounts:
    log, database = f"local:{data / 'log.db'}", f"sqlite+aiosqlite:///{data / 'hub.db'}"
    return await balance(log, database, Desks.of(data / "simulators"), datetime.now(UTC), POSTED)


async def test_a_hub_that_worked_balances(finished: Path) -> None:
    accounts = await accounts_of(finished)
    assert accounts.faults == []
    assert accounts.lines[0][1:] == (8, 8, 0, 0, 0, 0)


OF_TOPIC = "select {}(r.id) from record r join stretch s on r.id >> 40 = s.id where s.topic = '{}'"
ONE = "delete from {0} where id = (select min(id) from {0})"
NOTE = "update case_change set change = json_set(change, '$.note', 'another') where seq = 1"
UNSAID = "delete from record where id = ({})"


@pytest.mark.parametrize(
    ("file", "harm", "noticed"),
    [
        ("hub.db", ONE.format("complaint"), "postings → complaints"),
        ("hub.db", ONE.format("cases"), "matters → cases"),
        ("hub.db", "update cases set state = 'linked', linked_to = complaint_id", "cases → with somebody"),
        ("hub.db", "delete from case_change where seq = 1", "versions → changes"),
        ("hub.db", NOTE, "changes → told"),
        ("hub.db", "update clock set state = 'fired'", "clocks due → fired"),
        ("hub.db", "delete from receipt_delivery", "receipts due → noted"),
        ("hub.db", "update receipt_delivery set state = 'delivered'", "receipts → at the platform"),
        ("log.db", UNSAID.format(OF_TOPIC.format("max", "case.routed.v1")), "in the log: case.routed.v1"),
        ("log.db", UNSAID.format(OF_TOPIC.format("max", "case.progressed.v1")), "changes → told"),
    ],
)
async def test_what_is_wrong_is_noticed(
    finished: Path, tmp_path: Path, file: str, harm: str, noticed: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(finished, data)
    with sqlite3.connect(data / file) as connection:
        assert connection.execute(harm).rowcount > 0
    connection.close()
    faults = (await accounts_of(data)).faults
    assert any(noticed in fault for fault in faults), faults


async def test_one_id_with_two_contents_is_a_contradiction_and_with_one_a_repetition(
    finished: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(finished, data)
    with sqlite3.connect(data / "log.db") as connection:
        last = OF_TOPIC.format("max", "receipt.due.v1")
        copy = f"insert into record select id + 1, at, key, {{}}, headers from record where id = ({last})"
        connection.execute(copy.format("value"))
        connection.execute(copy.format("replace(value, 'handed_off', 'closed')"))
    connection.close()
    line = next(line for line in (await accounts_of(data)).lines if "receipt.due" in line.hop)
    assert (line.contradicted, line.repeated, line.lost) == (1, 2, 0)
