"""Dead letters from end to end: what cannot come in or be processed waits, is mended, and goes on."""

import html
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import col

from adapters.base import Pulled
from contracts import ids
from contracts.errors import Invalid
from contracts.tables import columns
from contracts.topics import CASE_COMMAND, COMPLAINT_RECEIVED
from contracts.vocabulary import Platform
from services import door
from services.chassis.letters import Letter
from services.chassis.log import Message
from services.console.posts import add_operator
from services.console.session import hash_password
from services.console.tables import AuditEntry, Operator
from services.console.words import Role
from tests.api.hub import LAMPS, Hub, hub_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
PASSWORD = "maple-bridge"
ORIGIN = "http://127.0.0.1:8000"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with hub_in(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engineer(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in at the console."""
    operator = Operator(
        login="eng", hash=hash_password(PASSWORD), post="运维岗", role=Role.COUNTY_CENTRE, place=None
    )
    await add_operator(hub.house.database, operator)
    transport = httpx.ASGITransport(hub.app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}) as client:
        answer = await client.post("/login", data={"login": "eng", "password": PASSWORD})
        assert answer.status_code == 303
        yield client


async def pulled(hub: Hub, posting: dict[str, Any], key: str) -> UUID:
    """What a platform's listing held, taken by the door; the id of the complaint it would be."""
    item = Pulled(key, "r1", posting)
    await door.take(hub.house.log, hub.house.database, Platform.GRID, [item], datetime.now(UTC))
    return ids.complaint_id(Platform.GRID, key)


async def letters(hub: Hub, about: UUID, state: str = "open") -> list[dict[str, Any]]:
    answer = await hub.as_("city").get("/v1/dead-letters", params={"state": state, "limit": 500})
    assert answer.status_code == 200
    return [letter for letter in answer.json() if letter["subject"] == str(about)]


async def redrive(hub: Hub, *chosen: str) -> httpx.Response:
    return await hub.as_("city").post("/v1/dead-letters/redrive", json={"ids": chosen})


async def test_what_cannot_come_in_is_mended_and_comes_in(hub: Hub, engineer: httpx.AsyncClient) -> None:
    raw = {**LAMPS, "external_id": "P-1"}
    del raw["text"]
    complaint = await pulled(hub, raw, "P-1")
    [letter] = await letters(hub, complaint)
    assert (letter["stage"], letter["code"], letter["reason"][:5]) == ("door", "bad_posting", "text:")
    assert "陈春生" not in json.dumps(letter, ensure_ascii=False)

    unmended = await redrive(hub, letter["id"])
    assert unmended.status_code == 422
    assert [fault["field"] for fault in unmended.json()["faults"]] == ["text"]
    assert len(await letters(hub, complaint)) == 1

    page = await engineer.get(f"/dead-letters/{letter['id']}")
    assert page.status_code == 200 and "陈春生" not in page.text and "330681109" in page.text
    shown = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)[1])  # type: ignore[index]
    again = await engineer.post(f"/dead-letters/{letter['id']}/redrive", data={"text": shown})
    assert again.status_code == 422 and "<code>text</code>" in again.text
    mended = json.dumps({**json.loads(shown), "text": "村口路灯不亮"}, ensure_ascii=False)
    sent = await engineer.post(f"/dead-letters/{letter['id']}/redrive", data={"text": mended})
    assert sent.status_code == 303

    await hub.until(complaint)
    [case] = await hub.cases(complaint)
    assert case.matter.text == "村口路灯不亮" and case.matter.reporter.name == "陈春生"
    assert [one["state"] for one in await letters(hub, complaint, "redriven")] == ["redriven"]
    done = (await engineer.get(f"/dead-letters/{letter['id']}")).text
    assert f'href="/cases/{case.matter.case_id}"' in done and "村口路灯不亮" not in done
    assert "更正后重新投递的内容" in done and "陈春生" not in done
    await pulled(hub, raw, "P-1")  # overlapping cursors bring the broken item again
    assert await letters(hub, complaint) == []


async def test_what_was_no_json_is_written_anew(hub: Hub, engineer: httpx.AsyncClient) -> None:
    fault = Invalid("bad_item", "the item cannot be read")
    item = Pulled("P-2", "r1", fault=fault, raw="<item>坏了<")
    await door.take(hub.house.log, hub.house.database, Platform.GRID, [item], datetime.now(UTC))
    complaint = ids.complaint_id(Platform.GRID, "P-2")
    [letter] = await letters(hub, complaint)
    assert (await redrive(hub, letter["id"])).status_code == 422
    path = f"/dead-letters/{letter['id']}"
    assert (await engineer.get(path)).status_code == 200
    for text in ("<item>", '"x"', "[]", '{"external_id": "P-2"}'):
        assert (await engineer.post(f"{path}/redrive", data={"text": text})).status_code == 422
    text = json.dumps({"external_id": "P-2", "text": "桥栏杆断了"})
    assert (await engineer.post(f"{path}/redrive", data={"text": text})).status_code == 303
    await hub.until(complaint)


async def test_a_letter_of_a_stage_goes_back_to_it(hub: Hub) -> None:
    complaint = uuid4()
    headers = {
        "ce_specversion": "1.0", "ce_id": str(uuid4()), "ce_source": "/x", "ce_type": COMPLAINT_RECEIVED.name,
        "ce_subject": str(complaint), "ce_time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    encoded = [(name, value.encode()) for name, value in headers.items()]
    message = Message(COMPLAINT_RECEIVED.name, str(complaint).encode(), b'{"text": "no contract"}', encoded)
    await hub.house.log.publish([message])
    await hub.settled()
    [letter] = await letters(hub, complaint)
    assert (letter["stage"], letter["code"], letter["attempt"]) == ("classify", "bad_data", 0)
    assert (await redrive(hub, letter["id"])).json() == {"handled": 1}
    await hub.settled()
    [again] = await letters(hub, complaint)
    assert again["id"] != letter["id"] and again["attempt"] == 1
    assert (await redrive(hub, letter["id"])).json() == {"handled": 0}
    dropped = await hub.as_("city").post("/v1/dead-letters/drop", json={"ids": [again["id"]]})
    assert dropped.json() == {"handled": 1}
    assert await letters(hub, complaint) == []
    entries = select(*columns(AuditEntry)).where(col(AuditEntry.about).in_([letter["id"], again["id"]]))
    noted = await hub.house.database.rows(entries)
    assert {(row.login, row.post, row.deed, row.about) for row in noted} == {
        ("city centre", "API", "redrive", letter["id"]), ("city centre", "API", "drop", again["id"])
    }  # fmt: skip
    assert len(noted) == 2, "what was handled already leaves no second entry"


async def test_what_is_mended_or_dropped_must_be_named(hub: Hub) -> None:
    assert (await redrive(hub)).status_code == 422
    assert (await redrive(hub, str(uuid4()))).json() == {"handled": 0}


async def test_only_operators_look_after_letters(hub: Hub) -> None:
    assert (await hub.as_("scopeless").get("/v1/dead-letters")).status_code == 403
    answer = await hub.as_("scopeless").post("/v1/dead-letters/redrive", json={"ids": [str(uuid4())]})
    assert answer.status_code == 403


async def test_how_topics_and_groups_stand(hub: Hub) -> None:
    await hub.post()
    await hub.settled()
    standings = {one["name"]: one for one in (await hub.as_("city").get("/v1/topics")).json()}
    received = standings[COMPLAINT_RECEIVED.name]
    assert received["records"] > 0
    assert received["groups"] == [{"group": "classify", "lag": 0, "oldest": None}]


async def test_a_posting_whose_id_was_mended_leads_to_the_case_it_became(
    hub: Hub, engineer: httpx.AsyncClient
) -> None:
    wrong = await pulled(hub, {"external_id": "工单 3", "text": "桥栏杆断了"}, "P-3")
    [letter] = await letters(hub, wrong)
    text = json.dumps({"external_id": "P-3a", "text": "桥栏杆断了"})
    path = f"/dead-letters/{letter['id']}"
    assert (await engineer.post(f"{path}/redrive", data={"text": text})).status_code == 303
    await hub.until(complaint := ids.complaint_id(Platform.GRID, "P-3a"))
    [case] = await hub.cases(complaint)
    assert f'href="/cases/{case.matter.case_id}"' in (await engineer.get(f"{path}/fate")).text


@pytest.mark.parametrize("value", ['{"text": "桥栏杆断了"', '{"text": "桥栏杆断了"}', '["桥栏杆断了"]'])
async def test_what_was_mended_before_that_was_kept_can_be_read_on(
    hub: Hub, engineer: httpx.AsyncClient, value: str
) -> None:
    complaint = await pulled(hub, {"external_id": "P-5"}, key := f"P-5-{len(value)}")
    [found] = await letters(hub, complaint)
    letter = select(*columns(Letter)).where(col(Letter.id) == UUID(found["id"]))
    [row] = await hub.house.database.rows(letter)
    as_kept = {"letter": row.letter | {"value": value}, "state": "redriven", "handled_by": "eng"}
    changed = update(Letter).where(col(Letter.id) == row.id).values(**as_kept, handled_at=row.at)
    async with hub.house.database.transaction() as connection:
        await connection.execute(changed)
    assert complaint == ids.complaint_id(Platform.GRID, key)
    assert (await engineer.get(f"/dead-letters/{row.id}")).status_code == 200


async def commanded(hub: Hub, case: UUID, at: str) -> dict[str, Any]:
    """The dead letter of a command to sign that names another force than has the case."""
    actor = {"kind": "person", "name": "nobody", "force_id": "330602001-police"}
    command = {"case_id": str(case), "action": "sign", "actor": actor, "at": at}
    headers = {
        "ce_specversion": "1.0", "ce_id": str(uuid4()), "ce_source": "/x", "ce_type": CASE_COMMAND.name,
        "ce_subject": str(case), "ce_time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    encoded = [(name, text.encode()) for name, text in headers.items()]
    value = json.dumps(command, separators=(",", ":")).encode()
    await hub.house.log.publish([Message(CASE_COMMAND.name, str(case).encode(), value, encoded)])
    await hub.settled()
    [letter] = await letters(hub, case)
    return letter | {"path": f"/dead-letters/{letter['id']}", "command": command}


async def test_what_was_refused_in_the_end_says_why_and_leads_to_its_case(
    hub: Hub, engineer: httpx.AsyncClient
) -> None:
    case = await hub.case()
    letter = await commanded(hub, case, "yesterday")
    mended = json.dumps(letter["command"] | {"at": datetime.now(UTC).isoformat()})
    assert (await engineer.post(f"{letter['path']}/redrive", data={"text": mended})).status_code == 303
    await hub.settled()
    chinese = (await engineer.get(letter["path"])).text
    assert "您的岗位或力量不能对此案“签收”" in chinese and f'href="/cases/{case}"' in chinese
    await engineer.get("/language/en")
    english = (await engineer.get(letter["path"])).text
    await engineer.get("/language/zh")
    assert "Your role or force may not “sign” this case" in html.unescape(english)


async def test_what_went_again_as_it_came_is_not_called_mended(hub: Hub, engineer: httpx.AsyncClient) -> None:
    letter = await commanded(hub, uuid4(), datetime.now(UTC).isoformat())
    assert letter["code"] == "unknown_case"
    page = (await engineer.get(letter["path"])).text
    assert "所指案件不存在" in page and letter["reason"] not in page
    again = {"text": json.dumps(letter["command"])}
    assert (await engineer.post(f"{letter['path']}/redrive", data=again)).status_code == 303
    await hub.settled()
    page = (await engineer.get(letter["path"])).text
    assert "仍未成功" in page and "更正后重新投递的内容" not in page
