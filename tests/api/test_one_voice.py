"""All doors refuse in one form: a problem that names fields and says what to do, in two languages."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from contracts.faults import Code
from services.chassis.database import Database
from services.chassis.house import House
from services.chassis.local import LocalLog
from services.chassis.settings import Settings
from services.web import build
from tests.api.hub import Hub, client_of, hub_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET, NUMBER = "陈春生", "19900000001"
ACTION = f"/v1/cases/{uuid4()}/actions"
CURSOR = f"/v1/subscriptions/{uuid4()}"
FORM = {"name": "跟进", "purpose": "提前介入", "assessment_no": "PIA-1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with hub_in(tmp_path_factory.mktemp("hub"), stages=()) as hub:
        yield hub


def told(answer: httpx.Response, status: int = 422) -> dict[str, str]:
    """The faults of a refusal, field by field; all of it is of the one form and quotes nobody."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text and NUMBER not in answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["detail"].isascii() and not problem["zh"].isascii()
    for fault in problem.get("faults", ()):
        assert set(fault) == {"field", "code", "message", "zh"} and fault["code"] in list(Code)
        assert fault["message"] and not fault["zh"].isascii()
    return {fault["field"]: fault["code"] for fault in problem.get("faults", ())}


@pytest.mark.parametrize(
    ("method", "path", "body", "faults"),
    [
        ("GET", f"/v1/cases/{SECRET}", None, {"case_id": "bad_id"}),
        ("GET", f"/v1/complaints/{SECRET}", None, {"complaint_id": "bad_id"}),
        ("GET", f"/v1/cases?state={SECRET}&limit=0", None, {"state": "unknown_value", "limit": "too_small"}),
        ("GET", f"/v1/cases?town={NUMBER}&{SECRET}=1", None, {"town": "bad_form", "*": "unknown_field"}),
        ("GET", "/v1/dead-letters?limit=501", None, {"limit": "too_large"}),
        ("GET", f"{CURSOR}/events?wait={SECRET}", None, {"wait": "wrong_type"}),
        ("PUT", f"{CURSOR}/cursor", {"cursor": ""}, {"cursor": "too_short"}),
        ("DELETE", f"/v1/subscriptions/{SECRET}", None, {"subscription_id": "bad_id"}),
        ("POST", "/v1/subscriptions", FORM | {"name": SECRET * 99}, {"name": "too_long"}),
        (
            "POST",
            "/v1/subscriptions",
            FORM | {"grants": {"sensitive": SECRET}},
            {"grants.sensitive": "wrong_type"},
        ),
        (
            "POST",
            "/v1/subscriptions",
            FORM | {"grants": {"personal": {SECRET: "full"}}},
            {"grants.personal.*.*": "unknown_value"},
        ),
        ("POST", "/v1/subscriptions", FORM | {"fitler": {}}, {"fitler": "unknown_field"}),
        ("POST", "/v1/subscriptions", [], {"": "wrong_type"}),
        (
            "POST",
            "/v1/subscriptions",
            FORM | {"agency": "妇联", "filter": {"categories": ["labour", "nothing"]}},
            {"filter.categories.1": "unknown_category"},
        ),
        (
            "POST",
            "/v1/subscriptions",
            FORM | {"agency": "妇联", "filter": {"counties": ["330681", "110101"], "towns": ["1"]}},
            {"filter.counties.1": "unknown_place", "filter.towns.0": "unknown_place"},
        ),
        ("GET", f"/v1/cases?cursor={NUMBER}", None, {"cursor": "bad_cursor"}),
        (
            "POST",
            ACTION,
            {"action": "assign", "by": "wang", "force_id": "nobody"},
            {"force_id": "unknown_force"},
        ),
        ("POST", ACTION, {"action": "expire", "by": "wang"}, {"action": "not_for_people"}),
        ("POST", ACTION, {"action": "sign"}, {"by": "required"}),
        ("POST", ACTION, {"action": "sign", "by": "wang", NUMBER: 1}, {"*": "unknown_field"}),
        (
            "POST",
            ACTION,
            {"action": "supplement", "by": "wang", "town_code": "110101001"},
            {"town_code": "unknown_place"},
        ),
        ("POST", "/v1/dead-letters/redrive", {"ids": []}, {"ids": "too_few"}),
        ("POST", "/v1/dead-letters/drop", {"ids": [SECRET]}, {"ids.0": "bad_id"}),
        ("PUT", "/v1/models/shadow", {"version": 7}, {"version": "wrong_type"}),
    ],
)
async def test_a_request_that_does_not_fit_names_its_fields(
    hub: Hub, method: str, path: str, body: object, faults: dict[str, str]
) -> None:
    content = {} if body is None else {"json": body}
    assert told(await hub.as_("city").request(method, path, **content)) == faults


@pytest.mark.parametrize("path", ["/v1/complaints", "/v1/subscriptions", ACTION, "/v1/dead-letters/redrive"])
async def test_what_is_no_json_is_told_alike_at_every_door(hub: Hub, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (f'{{"{SECRET}'.encode(), f'["{SECRET}"]'.encode("gb18030"), b"[" * 100_000):
        answer = await hub.as_("grid").post(path, content=body, headers=headers)
        assert told(answer, 400) == {}
        assert answer.json()["type"] == "urn:hub:problem:bad_json"


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("city", "GET", f"/v1/cases/{uuid4()}", 404),
        ("city", "GET", f"/v1/complaints/{uuid4()}", 404),
        ("city", "GET", f"{CURSOR}/events", 404),
        ("city", "GET", "/v1/nothing", 404),
        ("city", "PATCH", "/v1/cases", 405),
        ("city", "POST", "/v1/complaints", 403),
        ("grid", "POST", "/v1/complaints", 415),
        ("grid", "POST", "/v1/webhooks/nobody", 404),
        ("scopeless", "GET", "/v1/topics", 403),
    ],
)
async def test_every_refusal_is_said_in_both_languages(
    hub: Hub, who: str, method: str, path: str, status: int
) -> None:
    told(await hub.as_(who).request(method, path), status)
    told(await client_of(hub.app, "nobody's").request("GET", "/v1/topics"), 401)


async def test_a_body_full_of_faults_gets_a_short_answer(hub: Hub) -> None:
    body = FORM | {f"field_{n}": n for n in range(10_000)}
    answer = await hub.as_("city").post("/v1/subscriptions", json=body)
    assert len(told(answer)) == 50


async def test_the_description_promises_problems_and_nothing_else(tmp_path: Path) -> None:
    nowhere = Settings(data=tmp_path, secret="of a test, and long enough for one")
    house = House(nowhere, LocalLog(tmp_path), Database(nowhere.database_url))
    described = build(house, ["intake", "hub"])[0].openapi()
    assert "HTTPValidationError" not in str(described)
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            bad = {status: one for status, one in operation["responses"].items() if status[0] in "45"}
            assert bad, f"{method} {path}"
            for status, one in bad.items():
                assert list(one["content"]) == ["application/problem+json"], f"{method} {path} {status}"
