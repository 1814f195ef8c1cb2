"""民呼我为 pushes with its real signature, all the way to a case and its standing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from adapters import registry
from adapters.faults import Faults
from adapters.peoples_appeal.simulator import item, push
from adapters.simulation import Desk
from adapters.telling import Telling
from contracts import ids
from contracts.vocabulary import Platform
from tests.api.hub import Hub, hub_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAME = "peoples_appeal"
URL = f"http://hub/v1/webhooks/{NAME}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    secrets = {name: dict(registry.manifest(name).simulator.secrets) for name in (NAME, "police_110")}
    stages = ("classify", "route", "feedback", "clock")  # no receipts: there is no platform to take them
    async with hub_in(tmp_path_factory.mktemp("hub"), stages=stages, platform_secrets=secrets) as hub:
        yield hub


async def pushed(hub: Hub, number: int, change: bytes = b"") -> httpx.Response:
    """The hub's answer to a push, with `change` behind what was signed."""
    telling = Telling(
        text="楼道里的灯坏了两盏", at=datetime(2026, 3, 1, 8, tzinfo=UTC), name="俞春生", phone="19900004711",
        intent="help", town_code="330681109",
    )  # fmt: skip
    desk, answers = Desk(NAME, Faults()), list[httpx.Response]()

    async def keep(answer: httpx.Response) -> None:
        await answer.aread()
        answers.append(answer)

    class Transport(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            content = await request.aread() + change
            altered = httpx.Request(request.method, request.url, headers=request.headers, content=content)
            altered.headers["content-length"] = str(len(content))
            return await super().handle_async_request(altered)

    hooks = {"response": [keep]}
    async with httpx.AsyncClient(transport=Transport(hub.app), event_hooks=hooks) as http:
        await push(desk.add(*item(telling, number)), URL, http, Faults())
    return answers[0]


async def test_a_push_becomes_a_case_and_a_repeated_one_the_same(hub: Hub) -> None:
    first, second = await pushed(hub, 1), await pushed(hub, 1)
    assert first.status_code == second.status_code == 202
    [verdict] = first.json()["verdicts"]
    complaint = ids.complaint_id(Platform.PEOPLES_APPEAL, verdict["external_id"])
    assert verdict["complaint_id"] == str(complaint)
    await hub.until(complaint)
    [case] = (await hub.as_("appeals").get(f"/v1/complaints/{complaint}")).json()["cases"]
    assert case["answer"] == "handed_off"
    assert len(await hub.cases(complaint)) == 1


async def test_a_push_that_was_tampered_with_is_401(hub: Hub) -> None:
    answer = await pushed(hub, 2, b"&appeal_content=x")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Signature"
    assert answer.json()["type"] == "urn:hub:problem:bad_signature"


@pytest.mark.parametrize("platform", ["police_110", "nobody", "grid"])
async def test_who_does_not_push_is_404(hub: Hub, platform: str) -> None:
    answer = await hub.as_("city").post(f"/v1/webhooks/{platform}", content=b"{}")
    assert answer.status_code == 404
