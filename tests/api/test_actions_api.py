"""What people do to cases over REST: done, refused, repeated, at once, and without a log."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from contracts.tables import columns
from contracts.topics import TOPICS
from contracts.vocabulary import SYSTEM_ACTIONS
from feedback.tables import Corrected
from services import actions
from services.chassis.local import LocalLog
from services.console.tables import AuditEntry
from services.console.words import Deed
from tests.api.hub import FENGQIAO, VIOLENCE, Hub, beside, hub_in
from tests.classifier.courts import unsure

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIGN = {"action": "sign", "by": "wang"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with hub_in(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


async def act(hub: Hub, case: UUID, deed: dict[str, Any], who: str = "city", key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await hub.as_(who).post(f"/v1/cases/{case}/actions", json=deed, headers=headers)


async def timeline(hub: Hub, case: UUID) -> list[tuple[str, str]]:
    file = (await hub.as_("city").get(f"/v1/cases/{case}")).json()
    return [(change["action"], change["actor"]["name"]) for change in file["timeline"]]


async def test_a_case_from_hand_off_to_its_end(hub: Hub) -> None:
    case = await hub.case()
    close = {"action": "close", "by": "li", "outcome": "resolved"}
    steps = [SIGN, {"action": "dispatch", "by": "li"}, {"action": "arrive", "by": "li"}]
    for deed in (*steps, {"action": "settle", "by": "li", "note": "已更换灯具"}, close):
        answer = await act(hub, case, deed)
        assert answer.status_code == 200, answer.text
    assert answer.json() == {"status": "done", "state": "closed"}
    assert (await timeline(hub, case))[2] == ("sign", "city centre: wang")


async def test_what_is_not_allowed_is_409_with_a_reason_in_two_languages(hub: Hub) -> None:
    case = await hub.case()
    answer = await act(hub, case, {"action": "confirm", "by": "li"})
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:hub:problem:wrong_kind"
    assert problem["reason"] == "wrong_kind|action=confirm|kind=event"
    assert "“event”" in problem["detail"] and "事件" in problem["zh"]
    assert len(await timeline(hub, case)) == 2


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ({"action": "return", "by": "li"}, "needs_field"),
        ({"action": "close", "by": "li", "outcome": "settled", "note": "x"}, "wrong_outcome"),
        ({"action": "dispatch", "by": "li"}, "wrong_state"),
        ({"action": "mediate", "by": "li"}, "wrong_kind"),
    ],
)
async def test_reasons(hub: Hub, deed: dict[str, Any], code: str) -> None:
    answer = await act(hub, await hub.case(), deed)
    assert answer.status_code == 409
    assert answer.json()["type"] == f"urn:hub:problem:{code}"


async def test_a_link_is_undone_by_a_person(hub: Hub) -> None:
    told = {"text": "大塘公园北门的健身器材断了两根，孩子差点被砸到。", "town_code": FENGQIAO}
    lead, twin = await hub.case(**told), await hub.case(**told)
    file = (await hub.as_("city").get(f"/v1/cases/{twin}")).json()
    assert (file["case"]["state"], file["case"]["linked_to"]) == ("linked", str(lead))
    assert "unlink" in file["allowed"] and file["timeline"][-1]["why"][0].startswith("twin.score|")
    answer = await act(hub, twin, {"action": "unlink", "by": "li"})
    assert answer.status_code == 200, answer.text
    await hub.settled()
    case = (await hub.as_("city").get(f"/v1/cases/{twin}")).json()["case"]
    assert (case["state"], case["linked_to"]) == ("handed_off", None) and case["lead"]


async def test_a_return_goes_to_another_force(hub: Hub) -> None:
    case = await hub.case()
    before = (await hub.as_("city").get(f"/v1/cases/{case}")).json()["case"]["lead"]["force_id"]
    answer = await act(hub, case, {"action": "return", "by": "li", "reason": "not_our_duty"})
    assert answer.status_code == 200
    await hub.settled()
    after = (await hub.as_("city").get(f"/v1/cases/{case}")).json()["case"]["lead"]
    assert after and after["force_id"] != before


async def test_the_same_key_twice_is_one_deed(hub: Hub) -> None:
    case = await hub.case()
    note = {"action": "note", "by": "li", "note": "已电话联系"}
    first, second = [await act(hub, case, note, key="k1") for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert [action for action, _ in await timeline(hub, case)].count("note") == 1
    await act(hub, case, note, key="k2")
    assert [action for action, _ in await timeline(hub, case)].count("note") == 2


async def test_a_repeated_deed_is_answered_as_at_first_though_it_is_not_allowed_any_more(hub: Hub) -> None:
    case = await hub.case()
    answers = [await act(hub, case, SIGN, key="once") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert (await act(hub, case, SIGN, key="twice")).status_code == 409


async def test_one_key_sent_twice_at_once_is_one_deed(hub: Hub) -> None:
    case = await hub.case()
    note = {"action": "note", "by": "li", "note": "同时"}
    answers = await asyncio.gather(*(act(hub, case, note, key="same") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert [action for action, _ in await timeline(hub, case)].count("note") == 1


async def test_anothers_key_and_another_deed_are_other_commands(hub: Hub) -> None:
    case = await hub.case()
    assert (await act(hub, case, SIGN, "city", "k")).status_code == 200
    assert (await act(hub, case, SIGN, "zhuji", "k")).status_code == 409
    assert (await act(hub, case, {"action": "dispatch", "by": "li"}, "city", "k")).status_code == 200


async def test_of_two_who_act_at_once_one_wins(hub: Hub) -> None:
    case = await hub.case()
    deeds = [{"action": "sign", "by": name} for name in ("zhao", "qian", "sun")]
    answers = await asyncio.gather(*(act(hub, case, deed) for deed in deeds))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    [winner] = [deed["by"] for deed, a in zip(deeds, answers, strict=True) if a.status_code == 200]
    assert [who for action, who in await timeline(hub, case) if action == "sign"] == [
        f"city centre: {winner}"
    ]


@pytest.mark.parametrize("key", ["", "with a key"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("grid", 409), ("agency", 409), ("hotline", 404), ("yuecheng", 404), ("scopeless", 403)],
)
async def test_who_may_not_act_cannot(hub: Hub, who: str, status: int, key: str) -> None:
    case = await hub.case()
    answer = await act(hub, case, SIGN, who, key)
    assert answer.status_code == status
    assert [action for action, _ in await timeline(hub, case)] == ["open", "route"]


async def test_violence_at_home_is_never_mediated(hub: Hub) -> None:
    case = await hub.case(**VIOLENCE)
    await act(hub, case, SIGN)
    answer = await act(hub, case, {"action": "mediate", "by": "li"})
    assert answer.status_code == 409


async def test_an_unknown_case_is_404(hub: Hub) -> None:
    assert (await act(hub, uuid4(), SIGN)).status_code == 404


@pytest.mark.parametrize(
    "deed",
    [
        *({"action": action, "by": "x"} for action in sorted(SYSTEM_ACTIONS)),
        {"action": "sign"}, {"action": "sign", "by": " "}, {"action": "sign", "by": "a\nb"},
        {"action": "note", "by": "x", "note": "a\x00b"}, {"action": "note", "by": "x", "note": "长" * 4001},
        {"action": "return", "by": "x", "reason": "no mood"}, {"action": "sign", "by": "x", "more": 1},
        [], None,
    ],
)  # fmt: skip
async def test_what_is_no_deed_is_422_and_quotes_nothing(hub: Hub, deed: Any) -> None:
    answer = await act(hub, await hub.case(), deed)
    assert answer.status_code == 422 and answer.json()["faults"]
    assert "no mood" not in answer.text and "长" not in answer.text


async def test_without_the_log_nothing_is_promised(hub: Hub, tmp_path: Path) -> None:
    case, deaf = await hub.case(), beside(hub, LocalLog(tmp_path / "never opened"))
    answers = [await act(deaf, case, SIGN, key=key) for key in ("", "k")]
    for answer in answers:
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert (await act(hub, case, SIGN, key="k")).status_code == 200


async def test_what_is_in_the_log_but_undecided_is_pending(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PATIENCE", 0.05)
    case, log = await hub.case(), LocalLog(tmp_path / "nobody reads this")
    await log.start()
    try:
        await log.create(TOPICS)
        answer = await act(beside(hub, log), case, SIGN)
    finally:
        await log.stop()
    assert (answer.status_code, answer.json()) == (202, {"status": "pending", "state": None})


CORRECT = {"action": "supplement", "by": "li", "category": "public_facilities/street_light", "kind": "event"}


async def test_a_correction_in_triage_hands_the_case_off_and_is_kept_once(hub: Hub) -> None:
    case = await hub.case(text=unsure(), town_code=FENGQIAO)
    before = (await hub.as_("city").get(f"/v1/cases/{case}")).json()
    assert before["case"]["state"] == "triage" and "supplement" in before["allowed"]
    for _ in range(2):
        answer = await act(hub, case, CORRECT, "fengqiao", key="c")
        assert answer.status_code == 200, answer.text
    await hub.settled()
    after = (await hub.as_("city").get(f"/v1/cases/{case}")).json()["case"]
    assert (after["state"], after["matter"]["category"]) == ("handed_off", CORRECT["category"])
    assert after["matter"]["corrected"] and after["lead"]["force_id"].startswith(FENGQIAO)
    rows = await hub.house.database.rows(select(*columns(Corrected)).where(col(Corrected.case_id) == case))
    assert [(row.by, row.role, row.now_category) for row in rows] == [
        ("town centre: li", "town_centre", CORRECT["category"])
    ]
    noted = await hub.house.database.rows(
        select(*columns(AuditEntry)).where(col(AuditEntry.about) == before["case"]["matter"]["number"])
    )
    assert [(row.login, row.post, row.deed, row.why) for row in noted] == [
        ("town centre", "API", "correct", "category, kind")
    ]


async def test_a_force_there_is_not_is_said_and_takes_the_case_from_nobody(hub: Hub) -> None:
    case = await hub.case()
    answer = await act(hub, case, {"action": "transfer", "by": "li", "force_id": "no-such-force"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hub:problem:unknown_force")
    assert (await hub.as_("city").get(f"/v1/cases/{case}")).json()["case"]["state"] == "handed_off"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"category": "no/such"}, 422),
        ({"town_code": "999999999"}, 422),
        ({"category": None, "kind": None}, 409),
    ],
)
async def test_a_correction_names_what_there_is(hub: Hub, more: dict[str, Any], status: int) -> None:
    answer = await act(hub, await hub.case(), CORRECT | more)
    assert answer.status_code == status
    assert "no/such" not in answer.text and "999999999" not in answer.text


@pytest.mark.parametrize(
    "deed",
    [
        {"action": "close", "by": "li", "outcome": "withdrawn", "note": "x"},
        {"action": "transfer", "by": "li", "force_id": "330681109-village"},
        {"action": "note", "by": "li", "note": "x"},
        {"action": "sign", "by": "li"},
    ],
    ids=lambda deed: deed["action"],
)
async def test_a_town_does_nothing_to_a_case_it_may_not_see(hub: Hub, deed: dict[str, Any]) -> None:
    case = await hub.case(**VIOLENCE)
    assert (await hub.as_("fengqiao").get(f"/v1/cases/{case}")).json()["allowed"] == []
    answer = await act(hub, case, deed, "fengqiao")
    assert (answer.status_code, answer.json()["reason"]) == (409, f"not_yours|action={deed['action']}")


async def test_what_a_program_does_to_a_sensitive_case_leaves_a_trail(hub: Hub) -> None:
    case = await hub.case(**VIOLENCE)
    number = (await hub.as_("city").get(f"/v1/cases/{case}")).json()["case"]["matter"]["number"]
    assert (await act(hub, case, SIGN)).status_code == 200
    acted = select(col(AuditEntry.login), col(AuditEntry.why)).where(
        col(AuditEntry.about) == number, col(AuditEntry.deed) == Deed.ACT
    )
    assert await hub.house.database.rows(acted) == [("city centre", "sign")]


async def test_of_a_sensitive_case_a_town_cannot_overrule_the_judgement(hub: Hub) -> None:
    case = await hub.case(**VIOLENCE)
    answer = await act(hub, case, CORRECT | {"flags": [], "note": "x"}, "fengqiao")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_yours|action=supplement")
    assert (await act(hub, case, CORRECT | {"flags": []}, "zhuji")).json()["reason"].endswith("field=note")
    assert (await act(hub, case, CORRECT | {"flags": [], "note": "误报"}, "zhuji")).status_code == 200
