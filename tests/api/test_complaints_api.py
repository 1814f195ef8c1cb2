"""Where a complaint stands, as far as each caller may know."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.api.hub import LAMPS, VIOLENCE, Hub, hub_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with hub_in(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


async def test_from_a_posting_to_its_case_handed_off(hub: Hub) -> None:
    complaint = await hub.post(external_id="WG-7")
    answer = await hub.as_("grid").get(f"/v1/complaints/{complaint}")
    assert answer.status_code == 200
    standing = answer.json()
    assert (standing["external_id"], standing["state"]) == ("WG-7", "open")
    [case] = standing["cases"]
    assert case["answer"] == "handed_off" and case["force"]
    file = (await hub.as_("city").get(f"/v1/cases/{case['case_id']}")).json()
    assert file["case"]["matter"]["number"] == case["number"]
    assert file["case"]["lead"]["force_name"] == case["force"]


async def test_two_matters_are_two_cases(hub: Hub) -> None:
    text = "一是村口的路灯坏了三盏没人修。二是老板拖欠我三个月工资一万两千元，一直不给。"
    complaint = await hub.post(text=text)
    standing = (await hub.as_("grid").get(f"/v1/complaints/{complaint}")).json()
    assert len(standing["cases"]) == 2
    assert len({case["number"] for case in standing["cases"]}) == 2


@pytest.mark.parametrize("who", ["hotline", "yuecheng"])
async def test_anothers_complaint_is_as_if_there_were_none(hub: Hub, who: str) -> None:
    complaint = await hub.post()
    theirs = await hub.as_(who).get(f"/v1/complaints/{complaint}")
    nobodys = await hub.as_(who).get(f"/v1/complaints/{uuid4()}")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


async def test_a_centre_bound_to_a_place_sees_the_matters_that_lie_there(hub: Hub) -> None:
    complaint = await hub.post()
    for who in ("city", "zhuji", "fengqiao"):
        standing = (await hub.as_(who).get(f"/v1/complaints/{complaint}")).json()
        assert len(standing["cases"]) == 1


async def test_of_a_sensitive_case_the_platform_hears_that_it_goes_on_and_not_where(hub: Hub) -> None:
    complaint = await hub.post(**VIOLENCE)
    [seen] = (await hub.as_("grid").get(f"/v1/complaints/{complaint}")).json()["cases"]
    [known] = (await hub.as_("city").get(f"/v1/complaints/{complaint}")).json()["cases"]
    assert seen["answer"] == known["answer"] == "handed_off"
    assert seen["force"] is None and known["force"]


async def test_a_twin_stands_where_its_lead_does(hub: Hub) -> None:
    text = "白塔湖路38号门口的下水道堵了，污水流得满街都是，臭得开不了窗。"
    shared = {"text": text, "address": "白塔湖路38号", "reporter": LAMPS["reporter"]}
    first = await hub.post(**shared)
    second = await hub.post("hotline", **shared)
    [lead], [twin] = await hub.cases(first), await hub.cases(second)
    assert twin.linked_to == lead.matter.case_id
    deed = {"action": "close", "by": "wang", "outcome": "referred", "note": "转专业处置"}
    acted = await hub.as_("city").post(f"/v1/cases/{lead.matter.case_id}/actions", json=deed)
    assert acted.json() == {"status": "done", "state": "closed"}
    standing = (await hub.as_("hotline").get(f"/v1/complaints/{second}")).json()
    assert standing["state"] == "closed"
    assert [(case["answer"], case["outcome"]) for case in standing["cases"]] == [("closed", "referred")]


@pytest.mark.parametrize(("path", "status"), [("x", 422), (str(uuid4()), 404)])
async def test_unknown_ids(hub: Hub, path: str, status: int) -> None:
    answer = await hub.as_("grid").get(f"/v1/complaints/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("DELETE", "/v1/cases", 405), ("GET", "/v1/complaints", 405)],
)
async def test_what_is_not_there_is_a_problem_and_no_page(
    hub: Hub, method: str, path: str, status: int
) -> None:
    answer = await hub.as_("grid").request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    allowed = {"/v1/cases": "GET", "/v1/complaints": "POST"}.get(path)
    assert answer.headers.get("allow") == allowed


async def test_posting_and_asking_need_their_scopes(hub: Hub) -> None:
    asked = [
        await hub.as_("scopeless").get(path)
        for path in ("/v1/cases", f"/v1/complaints/{uuid4()}", "/v1/subscriptions", "/v1/topics")
    ]
    assert [answer.status_code for answer in asked] == [403] * 4
