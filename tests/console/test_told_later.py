"""What a citizen says later, and who told of a wrong: covered like what was said at first, or more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import httpx

from contracts.events import CaseProgressed, ComplaintReceived, Posting
from contracts.vocabulary import Intent, Platform
from tests.console import seed
from tests.console.hub import Hub

SignIn = Callable[[str], httpx.Client]
FENGQIAO, UNCLE = "330681109", "330681109-uncle-a"


def _case(hub: Hub, posting: Posting) -> CaseProgressed:
    """The case of what is posted now; of a known posting, which has other words now, the same one."""
    event = seed.received(posting, datetime.now(UTC))
    data = cast(ComplaintReceived, event.data)
    event = replace(event, id=uuid4(), data=data.model_copy(update={"revision": uuid4().hex}))
    hub.do(hub.publish(event))
    hub.do(hub.settled())
    return next(case for case in hub.do(hub.cases()) if case.matter.complaint_id == UUID(event.subject))


def _posting(text: str, **more: Any) -> Posting:
    posting = seed.posting(7001, text, Platform.GRID, FENGQIAO, datetime.now(UTC))
    return posting.model_copy(update={"external_id": uuid4().hex, **more})


def test_what_is_said_later_is_covered_until_it_is_uncovered_for_a_purpose(sign_in: SignIn, hub: Hub) -> None:
    posting = _posting("我家门口的污水管堵了，臭水漫到路上。")
    _case(hub, posting)
    later = "我家门口的污水管堵了，臭水漫到路上，比昨天更臭，请打19900004321找陈春生。"
    case = _case(hub, posting.model_copy(update={"text": later}))
    town, path = sign_in("town"), f"/cases/{case.matter.case_id}"
    page = town.get(path).text
    assert "比昨天更臭" in page and "19900004321" not in page and "陈春生" not in page
    assert "打19900004321找陈春生" in town.post(f"{path}/reveal", data={"purpose": "contact"}).text


def test_who_tells_of_a_wrong_is_a_secret_from_the_force_that_has_it(sign_in: SignIn, hub: Hub) -> None:
    case = _case(hub, _posting("举报：村里的老年活动室有人聚众打麻将赌钱。", intent_hint=Intent.REPORT))
    assert case.matter.intent is Intent.REPORT
    person, path = case.matter.reporter, f"/cases/{case.matter.case_id}"
    moved = sign_in("county").post(f"{path}/act/transfer", data={"force_id": UNCLE, "note": "请上门了解"})
    assert moved.status_code == 200, moved.text
    hub.do(hub.settled())
    uncle, centre = sign_in("uncle"), sign_in("town")
    shown = uncle.get(path)
    assert shown.status_code == 200 and "/reveal" not in shown.text
    for secret in (f"{person.name}"[:1] + "**", f"{person.phone}"[:3] + "****"):
        assert secret not in shown.text and secret in centre.get(path).text
    assert uncle.post(f"{path}/reveal", data={"purpose": "contact"}).status_code == 403
    assert f"{person.phone}" in centre.post(f"{path}/reveal", data={"purpose": "contact"}).text
