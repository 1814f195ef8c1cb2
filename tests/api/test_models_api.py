"""Models over REST: seen and tried by keys, put into service by none."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.models.store import By, Slot, decide
from tests.api.hub import Hub, hub_in
from tests.models.test_keeper import keep

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    async with hub_in(folder, stages=()) as hub:
        await keep(hub.house.database, "1")
        yield hub


async def test_a_key_tries_a_model_and_ends_the_trial(hub: Hub) -> None:
    client = hub.as_("city")
    at_first = (await client.get("/v1/models")).json()
    assert (at_first["live"], at_first["shadow"], at_first["corrected"]) == (None, None, 0)
    for version in ("1", None):
        answer = await client.put("/v1/models/shadow", json={"version": version})
        assert (answer.status_code, answer.json()["shadow"]) == (200, version)
    assert [model["version"] for model in answer.json()["models"]] == ["1"]


async def test_no_key_puts_one_into_service(hub: Hub) -> None:
    client = hub.as_("city")
    for method, path in (("PUT", "/v1/models/live"), ("POST", "/v1/models/live"), ("POST", "/v1/models/1")):
        assert (await client.request(method, path, json={"version": "1"})).status_code in (404, 405)
    await decide(hub.house.database, Slot.LIVE, "1", By("county", "county_centre"))
    assert (await client.get("/v1/models")).json()["live"] == "1"


async def test_an_unknown_model_and_a_key_without_the_scope(hub: Hub) -> None:
    answer = await hub.as_("city").put("/v1/models/shadow", json={"version": "none"})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hub:problem:unknown_model")
    assert (await hub.as_("city").put("/v1/models/shadow", json={})).status_code == 422
    assert (await hub.as_("scopeless").get("/v1/models")).status_code == 403
    assert (await hub.as_("scopeless").put("/v1/models/shadow", json={"version": "1"})).status_code == 403
