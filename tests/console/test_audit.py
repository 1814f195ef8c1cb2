"""The audit page: who overruled what is found by case, deed, person and day; what a case says is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from contracts.events import CaseProgressed
from contracts.places import LOCAL, county_of
from contracts.stage import AnyRow, Write
from contracts.tables import columns
from contracts.vocabulary import Platform, State
from feedback.life import is_sensitive
from services.console import audit, trail
from services.console.posts import add_operator
from services.console.tables import AuditEntry, Operator
from services.console.trail import Somebody
from services.console.words import Deed, Role
from tests.console import seed
from tests.console.hub import Hub

SignIn = Callable[[str], httpx.Client]


def entries(hub: Hub, about: str, *deeds: Deed) -> list[AnyRow]:
    query = select(*columns(AuditEntry)).where(
        col(AuditEntry.about) == about, col(AuditEntry.deed).in_(deeds)
    )
    return list(hub.do(hub.house.database.rows(query)))


def some_case(hub: Hub, *states: State) -> CaseProgressed:
    return next(
        case
        for case in hub.do(hub.cases())
        if case.state in states and county_of(case.matter.town_code) == "330681" and not is_sensitive(case)
    )


def test_a_correction_names_the_fields_and_not_what_they_became(hub: Hub, sign_in: SignIn) -> None:
    case = some_case(hub, State.HANDED_OFF, State.SIGNED, State.DISPATCHED, State.ARRIVED, State.MEDIATING)
    path, number = f"/cases/{case.matter.case_id}/act/supplement", case.matter.number
    said = {"category": "public_facilities/street_light", "town_code": "330681110"}
    assert sign_in("county").post(path, data=said).status_code == 200
    [entry] = entries(hub, number, Deed.CORRECT)
    assert (entry.login, entry.why) == ("county", "category, town_code")
    shown = sign_in("audit").get("/audit", params={"about": number.replace(" ", ""), "deed": "correct"}).text
    assert "事项分类、属地" in shown and "street_light" not in shown and "330681110" not in shown
    english = sign_in("audit")
    english.cookies.set("hub_language", "en")
    page = english.get("/audit", params={"about": number}).text
    assert "Category, Place" in page and "Corrected a judgement" in page
    assert f"q={number.replace(' ', '+')}" in page, "leads to the case"


def test_a_refused_correction_leaves_no_entry(hub: Hub, sign_in: SignIn) -> None:
    case = some_case(hub, State.CLOSED, State.SETTLED, State.HANDED_OFF)
    answer = sign_in("uncle").post(f"/cases/{case.matter.case_id}/act/supplement", data={"kind": "event"})
    assert answer.status_code in (404, 409)
    assert not [one for one in entries(hub, case.matter.number, Deed.CORRECT) if one.login == "uncle"]


def test_a_report_that_was_unlinked_leaves_an_entry(hub: Hub, sign_in: SignIn) -> None:
    now, text = datetime.now(UTC), "枫桥镇新枫村三组村口三盏路灯不亮，晚上老人看不清路，请派人来修。"
    for n in (7100, 7100 + 1_710_000):  # the same person by two doors
        hub.do(hub.publish(seed.received(seed.posting(n, text, Platform.GRID, "330681109", now), now)))
        hub.do(hub.settled())
    case = some_case(hub, State.LINKED)
    answer = sign_in("county").post(f"/cases/{case.matter.case_id}/act/unlink")
    assert answer.status_code == 200, answer.text
    assert [one.login for one in entries(hub, case.matter.number, Deed.UNLINK)] == ["county"]


def test_entries_of_one_moment_are_not_lost_between_pages(
    hub: Hub, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_PAGE", 2)
    made = [trail.entry(Somebody("many"), Deed.PEEK, f"topic/{n}") for n in range(5)]
    at = datetime.now(UTC)
    hub.do(trail.write(hub.house.database, [Write(AuditEntry, {**one.values, "at": at}) for one in made]))
    client, seen, path = sign_in("audit"), [], "/audit?who=many"
    while path:
        page = client.get(path).text
        seen += [n for n in range(5) if f"topic/{n}<" in page]
        _, _, rest = page.partition('<nav class="pages"><a href="')
        path = rest.partition('"')[0].replace("&amp;", "&")
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_days_are_those_of_the_place(hub: Hub, sign_in: SignIn) -> None:
    late = datetime(2026, 3, 1, 23, 59, tzinfo=LOCAL)
    for at, about in ((late, "late"), (late + timedelta(minutes=1), "early")):
        one = trail.entry(Somebody("days"), Deed.PEEK, about)
        hub.do(trail.write(hub.house.database, [Write(AuditEntry, {**one.values, "at": at})]))
    client = sign_in("audit")
    first = client.get("/audit?who=days&since=2026-03-01&until=2026-03-01").text
    assert ">late<" in first and ">early<" not in first
    assert ">late<" not in client.get("/audit?who=days&since=2026-03-02").text
    assert client.get("/audit?who=days&since=yesterday&until=9999-12-31&before=x").status_code == 200


def test_a_page_that_shows_itself_anew_is_one_look(hub: Hub, sign_in: SignIn) -> None:
    case = next(c for c in hub.do(hub.cases()) if is_sensitive(c) and c.matter.town_code == "330681109")
    path, number = f"/cases/{case.matter.case_id}", case.matter.number
    police, anew = sign_in("police"), {"HX-Request": "true", "HX-Target": "case"}
    before = len(entries(hub, number, Deed.VIEW_SENSITIVE))
    assert police.get(path, headers=anew).status_code == 200, "whoever only says so is written down as well"
    for headers in (anew, anew, {}):
        police.get(path, headers=headers)
    assert len(entries(hub, number, Deed.VIEW_SENSITIVE)) == before + 2


def test_codes_are_told_in_words(sign_in: SignIn) -> None:
    page = sign_in("audit").get("/audit", params={"about": "station", "deed": "post_open"}).text
    assert "处置力量" in page and "枫桥镇派出所" in page and "330681109" not in page


def test_a_post_that_was_renamed_did_what_it_did_under_its_old_name(hub: Hub, sign_in: SignIn) -> None:
    for post, post_en in (("东桥岗", "East desk"), ("西桥岗", "West desk")):
        row = Operator(login="renamed", hash="", post=post, role=Role.AUDITOR, post_en=post_en)
        hub.do(add_operator(hub.house.database, row))
        hub.do(trail.record(hub.house.database, Somebody("renamed", post), Deed.PEEK, "topic"))
    english = sign_in("audit")
    english.cookies.set("hub_language", "en")
    for who in ("renamed", "West"):
        page = english.get("/audit", params={"who": who}).text
        assert page.count("West desk") == 1 and page.count("东桥岗") == 1
