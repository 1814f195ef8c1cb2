"""Whatever stands in an address or a form, nothing falls over: what a database cannot hold is refused."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.hub import Hub, hub_in
from tests.console.posted import signed_in

NUL = "%00"


@pytest.fixture
async def hub(tmp_path: Path, database_url: str) -> AsyncIterator[Hub]:
    async with hub_in(tmp_path, stages=(), database=database_url) as hub:
        yield hub


def pages(hub: Hub) -> list[str]:
    """Every page of the console that reads something from its address."""
    return [
        f"/?place={NUL}", f"/?q={NUL}", f"/?after={NUL}", f"/missed?force={NUL}", f"/models/{NUL}",
        f"/models/{NUL}/report.md", f"/topics/{NUL}", f"/topics/case.opened.v1?partition=0&q={NUL}",
        f"/cases/{NUL}", f"/dead-letters/{NUL}", f"/warnings?state={NUL}", f"/language/{NUL}",
        f"/audit?who={NUL}", f"/audit?about={NUL}", f"/audit?deed={NUL}&since={NUL}&before={NUL}",
        f"/v1/{NUL}", f"/{NUL}",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["county_centre", "auditor"])
async def test_no_address_brings_the_console_down(hub: Hub, role: str) -> None:
    client = await signed_in(hub, role=role)
    answers = {path: (await client.get(path)).status_code for path in pages(hub)}
    assert {path: status for path, status in answers.items() if status >= 500} == {}


async def test_no_form_does(hub: Hub) -> None:
    client = await signed_in(hub)
    assert (await client.post("/models/live", data={"version": "a\x00b", "seq": "0"})).status_code in (
        404,
        422,
    )


async def test_nor_does_the_api(hub: Hub) -> None:
    client = hub.as_("city")
    for query in ("number", "category", "force", "cursor", "town"):
        assert (await client.get(f"/v1/cases?{query}={NUL}")).status_code in (200, 422)
    assert (await client.put("/v1/models/shadow", json={"version": "a\x00b"})).status_code == 422
