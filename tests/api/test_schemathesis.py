"""The whole hub keeps its description's word: schemathesis reads it and tries, with keys of all kinds."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from services.chassis.database import Database
from services.chassis.house import House
from services.chassis.local import LocalLog
from services.chassis.settings import Settings
from services.web import build
from tests.api.hub import Hub, hub_in
from tests.api.test_intake_openapi import own
from tests.streams.streaming import served, subscribe

config = schemathesis.Config.from_dict(
    {
        # A parameter we do not know is ignored, as HTTP APIs do: callers may run ahead of us.
        "generation": {"allow-extra-parameters": False},
        "checks": {
            # A batch with one good item is taken, one with too many is too large; rights come before content.
            "negative_data_rejection": {
                "expected-statuses": [207, 400, 401, 403, 404, 405, 409, 413, 415, 422]
            },
            # What a schema cannot say: another's agency, a place beyond the key's, a cursor of somebody else.
            "positive_data_acceptance": {"expected-statuses": ["2xx", 401, 403, 404, 409, 422]},
        },
    }
)


@contextmanager
def _hub(folder: Path) -> Iterator[tuple[Hub, str, dict[str, str]]]:
    """A hub in a thread, because schemathesis waits; its address, and ids of what is there."""
    ready, stop, told = threading.Event(), asyncio.Event(), dict[str, Any]()

    async def live() -> None:
        async with hub_in(folder, rate="1000000/second") as hub, served(hub) as address:
            [case] = await hub.cases(complaint := await hub.post())
            ids = {
                "complaint_id": str(complaint),
                "case_id": str(case.matter.case_id),
                "subscription_id": (await subscribe(hub)).rpartition("/")[2],
            }
            told.update(hub=hub, address=address, ids=ids, loop=asyncio.get_running_loop())
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    assert ready.wait(60)
    yield told["hub"], told["address"], told["ids"]
    told["loop"].call_soon_threadsafe(stop.set)
    thread.join(60)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, str, dict[str, str]]]:
    with _hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


def _described() -> dict[str, Any]:
    """The description, from an app that is connected to nothing."""
    nowhere = Settings(data=Path("nowhere"), secret="of a test, and long enough for one")
    database = Database(nowhere.database_url)
    house = House(nowhere, LocalLog(nowhere.data), database)
    return build(house, ["intake", "hub"])[0].openapi()


schema = schemathesis.openapi.from_dict(_described(), config=config)


def is_id(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


@schema.parametrize()
@pytest.mark.parametrize("who", ["grid", "city", "agency"])
# The same examples each time: the schema cannot say which characters are not counted.
@settings(max_examples=4, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_hub_is_as_described(
    case: schemathesis.Case[Any], hub: tuple[Hub, str, dict[str, str]], who: str
) -> None:
    running, address, there = hub
    for name, value in case.path_parameters.items():
        if is_id(value) and case.method != "DELETE":
            case.path_parameters[name] = there[name]
    if (case.query or {}).get("wait"):
        case.query["wait"] = 0  # there is nothing to wait for
    if case.path == "/v1/complaints":
        case.body = own(case.body)
    case.call_and_validate(address, headers={"Authorization": f"Bearer {running.keys[who]}"})
