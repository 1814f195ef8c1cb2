"""The console in a real browser, on real stages."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlmodel import col

from classifier.rulebook.loading import category_names
from contracts import ids
from contracts.events import Actor, CaseCommand, CaseProgressed, Correction, Running, Suggestion
from contracts.stage import Event
from contracts.topics import CASE_COMMAND
from contracts.vocabulary import Action, ActorKind, ClockKind, Flag, Platform, State
from feedback.life import is_sensitive, waits_for_look
from services.chassis.letters import Letter
from services.console.i18n import Language, load_tongues
from services.console.rows import Row
from services.suggest.worker import suggested
from tests.classifier.courts import unsure
from tests.console import seed
from tests.console.conftest import OpenPage
from tests.console.hub import Hub

pytestmark = pytest.mark.browser
FENGQIAO = "330681109"
LAMP = "枫桥镇村口三盏路灯不亮，请尽快安排人来修。"


def complaint(n: int, text: str = LAMP) -> Event:
    now = datetime.now(UTC)
    return seed.received(seed.posting(n, text, Platform.GRID, FENGQIAO, now), now)


def new_case(hub: Hub, n: int, text: str = LAMP) -> CaseProgressed:
    """The first case of a fresh complaint."""
    event = complaint(n, text)
    hub.do(hub.publish(event))
    hub.do(hub.settled())
    wanted = ids.case_id(UUID(event.key), 0)
    return next(case for case in hub.do(hub.cases()) if case.matter.case_id == wanted)


def test_wrong_password_is_said_and_the_right_one_opens_the_desk(open_page: OpenPage, hub: Hub) -> None:
    page = open_page("county")
    page.context.clear_cookies(name="hub_session")
    page.goto(f"{hub.url}/topics")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    page.fill("[name=login]", "county")
    page.fill("[name=password]", "wrong")
    page.click("button.main")
    expect(page.get_by_role("alert")).to_have_text("登录名或密码有误。")
    page.fill("[name=password]", "maple-bridge")
    page.click("button.main")
    expect(page).to_have_url(f"{hub.url}/topics")


def test_a_new_case_appears_by_itself_and_the_focus_stays(open_page: OpenPage, hub: Hub) -> None:
    page = open_page("town")
    first = page.locator("#rows tr").first
    focused = first.locator("a").get_attribute("id")
    first.locator("a").focus()
    page.evaluate("window.neverReloaded = true")
    case = new_case(hub, 7001)
    row = page.locator(f"#case-{case.matter.case_id}")
    expect(row).to_be_visible()
    orders = page.locator("#rows tr").evaluate_all("rows => rows.map(row => row.dataset.order)")
    assert orders == sorted(orders)
    assert orders[0] < (row.get_attribute("data-order") or "")
    assert page.evaluate("document.activeElement.id") == focused
    assert page.evaluate("window.neverReloaded") is True


def test_a_changed_row_moves_but_not_under_a_hand(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7009)
    page, row = open_page("town"), f"#case-{case.matter.case_id}"
    orders = "rows => rows.map(row => row.dataset.order)"
    expect(page.locator(row)).to_be_visible()
    page.hover("#rows tr:last-child")
    hub.do(hub.publish(*(seed.command(case, action, "town") for action in (Action.SIGN, Action.SETTLE))))
    expect(page.locator(row)).to_have_attribute("data-order", re.compile("^9-"))
    under_the_hand = page.locator("#rows tr").evaluate_all(orders)
    assert under_the_hand != sorted(under_the_hand), "it stays where it was"
    page.hover("h1, .brand")
    page.wait_for_function(
        "rows => (" + orders + ")([...document.querySelectorAll('#rows tr')])"
        ".every((one, n, all) => !n || all[n - 1] <= one)"
    )


def test_a_look_is_loud_until_somebody_at_a_centre_has_the_case_open(open_page: OpenPage, hub: Hub) -> None:
    case = next(
        c
        for c in hub.do(hub.cases())
        if waits_for_look(c) and not is_sensitive(c) and c.matter.town_code == FENGQIAO
    )
    before = measured()
    desk, police, town = open_page("county"), open_page("police"), open_page("town")
    police.goto(f"{hub.url}/cases/{case.matter.case_id}")  # not theirs to look at
    expect(police.locator(".head .look")).to_have_text("请即研判")
    loud = desk.locator(".figure.look.loud b")
    count = int(loud.inner_text())
    loud.click()
    expect(desk.locator("#rows tr")).to_have_count(count)
    desk.locator(f"#open-{case.matter.case_id}").focus()
    town.goto(f"{hub.url}/cases/{case.matter.case_id}")
    expect(town.locator(".timeline li").first).to_contain_text("已研判")
    expect(town.locator(".head .look")).to_have_count(0)
    expect(town.locator(".timeline li").first).to_contain_text("枫桥镇社会治理中心 值班岗")
    assert measured() == before + 1
    expect(desk.locator(f"#case-{case.matter.case_id} .look")).to_have_count(0)
    expect(desk.locator(".figure.look b")).to_have_text(str(count - 1), timeout=10_000)


def measured() -> float:
    return REGISTRY.get_sample_value("hub_look_seconds_count") or 0


def test_a_filtered_desk_adds_only_what_matches(open_page: OpenPage, hub: Hub) -> None:
    page = open_page("county")
    page.select_option("[name=platform]", "police_110")
    expect(page).to_have_url(re.compile("platform=police_110"))
    other = new_case(hub, 7002)
    unfiltered = open_page("county")
    expect(unfiltered.locator(f"#case-{other.matter.case_id}")).to_be_visible()
    expect(page.locator(f"#case-{other.matter.case_id}")).to_have_count(0)


def test_an_action_changes_the_state_and_the_desk_sees_it(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7003, "隔壁邻居翻建院墙往我家移了四十公分，雨水全流到我家墙根，说他不认。")
    desk, page = open_page("county"), open_page("town")
    page.goto(f"{hub.url}/cases/{case.matter.case_id}")
    page.get_by_role("button", name="签收", exact=True).click()
    page.get_by_role("button", name="确认：签收").click()
    expect(page.locator(".head .state")).to_have_text("已签收")
    expect(page.locator("#act .success")).to_contain_text("已签收")
    expect(page.locator(".timeline li").first).to_contain_text("枫桥镇社会治理中心 值班岗")
    expect(desk.locator(f"#case-{case.matter.case_id} .state")).to_have_text("已签收")


def test_a_refused_action_says_why_in_place(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7004, "楼上邻居半夜拖椅子吵得睡不着，物业也劝过，双方吵了几次。")
    late, quick = open_page("town"), open_page("county")
    for page in (late, quick):
        page.goto(f"{hub.url}/cases/{case.matter.case_id}")
        page.get_by_role("button", name="签收", exact=True).click()
        expect(page.get_by_role("button", name="确认：签收")).to_be_visible()
    quick.get_by_role("button", name="确认：签收").click()
    expect(quick.locator("#act .success")).to_be_visible()
    late.get_by_role("button", name="确认：签收").click()
    expect(late.locator("#act .problem")).to_contain_text("案件当前为")


def test_a_dead_letter_is_mended_sent_again_and_seen_through(open_page: OpenPage, hub: Hub) -> None:
    open_letters = select(col(Letter.id), col(Letter.letter)).where(col(Letter.state) == "open").limit(1)
    letter = hub.do(hub.house.database.rows(open_letters))[0]
    page = open_page("engineer")
    page.goto(f"{hub.url}/dead-letters/{letter.id}")
    box = page.locator("textarea.json")
    assert "1990000" not in page.content()
    page.get_by_role("button", name="校验并重新投递").click()
    expect(page.get_by_role("alert")).to_contain_text("仍有以下错误")
    text = re.sub(r'"platform": "[^"]*"', '"platform": "grid"', box.input_value())
    box.fill(re.sub(r'"occurred_at": "[^"]*"', '"occurred_at": "2026-03-01T08:30:00+08:00"', text))
    page.get_by_role("button", name="校验并重新投递").click()
    expect(page.get_by_text("处理成功")).to_be_visible(timeout=15_000)
    hub.do(hub.settled())
    case = next(c for c in hub.do(hub.cases()) if str(c.matter.complaint_id) == letter.letter["subject"])
    assert case.matter.reporter.phone is not None, "what was covered went along unchanged"
    assert case.matter.reporter.phone.startswith("1990000")


def test_a_case_that_is_taken_away_leaves_nothing_on_the_screen(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7024)
    page = open_page("town", width=390, height=844)
    page.goto(f"{hub.url}/cases/{case.matter.case_id}")
    expect(page.locator("blockquote")).to_contain_text("路灯")
    hub.do(hub.publish(corrected(case, Correction(town_code="330681110"))))
    expect(page.get_by_role("alert").first).to_have_text("本案已转由其他力量办理")
    assert "路灯" not in page.locator("main").inner_text()
    expect(page.locator("main button")).to_have_count(0)
    expect(page.locator("#toast")).to_be_hidden()


def test_what_was_being_written_goes_when_the_case_turns_sensitive(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7025)
    page = open_page("town")
    page.goto(f"{hub.url}/cases/{case.matter.case_id}")
    page.get_by_role("button", name="补充更正", exact=True).click()
    page.fill("textarea[name=note]", "路灯在枫桥镇村口")
    hub.do(hub.publish(corrected(case, Correction(flags=(Flag.DOMESTIC_VIOLENCE,)))))
    expect(page.locator("main")).to_contain_text("仅公安机关和县级中心")
    expect(page.locator("#act form")).to_have_count(0)
    assert "路灯" not in page.locator("main").inner_text()


def corrected(case: CaseProgressed, said: Correction) -> Event:
    """The county says what it is."""
    case_id, now = case.matter.case_id, datetime.now(UTC)
    actor = Actor(kind=ActorKind.PERSON, name="county")
    data = CaseCommand(case_id=case_id, action=Action.SUPPLEMENT, actor=actor, at=now, correction=said)
    return Event(uuid4(), CASE_COMMAND, str(case_id), str(case_id), now, data)


def test_hostile_text_stays_text(open_page: OpenPage, hub: Hub) -> None:
    text = '<script>window.hacked=1</script>"><img src=x onerror="window.hacked=2">路灯不亮，邻居吵架'
    page = open_page("county")
    case = new_case(hub, 7005, text)
    row = page.locator(f"#case-{case.matter.case_id}")
    expect(row).to_contain_text("<script>")
    page.goto(f"{hub.url}/cases/{case.matter.case_id}")
    expect(page.locator("blockquote")).to_contain_text("<script>window.hacked=1</script>")
    assert page.evaluate("window.hacked") is None
    assert page.locator("blockquote img, blockquote script").count() == 0


PAGES = (
    "/",
    "/?state=all",
    "/topics",
    "/warnings",
    "/missed",
    "/missed?force=330681109-uncle-a",
    "/topics/case.opened.v1?partition=0",
    "/dead-letters",
    "/nothing",
)


@pytest.mark.parametrize(("language", "word"), [("zh", "案件"), ("en", "Cases")])
def test_pages_speak_the_language_and_fit_a_phone(
    open_page: OpenPage, hub: Hub, language: str, word: str
) -> None:
    page = open_page("county", language, 390, 844)
    expect(page.get_by_role("navigation").first).to_contain_text(word)
    cases = [f"/cases/{case.matter.case_id}" for case in hub.do(hub.cases()) if case.state in _SHOWN][:3]
    letters = hub.do(hub.house.database.rows(select(col(Letter.id)).limit(1)))
    for path in (*PAGES, *cases, f"/dead-letters/{letters[0].id}"):
        page.goto(hub.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_tab_of_the_post_with_most_is_on_a_phone(open_page: OpenPage, language: str) -> None:
    tabs = open_page("audit", language, 390, 844).locator(".top nav a")
    expect(tabs).to_have_count(7)
    edges = tabs.evaluate_all("tabs => tabs.map(tab => tab.getBoundingClientRect().right)")
    assert max(edges) <= 390


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_row_fits_a_phone(open_page: OpenPage, hub: Hub, language: Language) -> None:
    page, now = open_page("county", language, 390, 844), datetime.now(UTC)
    case = next(c for c in hub.do(hub.cases()) if not is_sensitive(c) and c.lead)
    late = (ClockKind.SAME_DAY, ClockKind.SIGN)
    longest = case.model_copy(
        update={
            "state": State.CONFIRMING,
            "clocks": (Running(kind=ClockKind.CONFIRMATION, due_at=now + timedelta(days=29, hours=23)),),
            "overdue": late,
            "missed": tuple(Running(kind=kind, due_at=now - timedelta(hours=23)) for kind in late),
        }
    )
    console = hub.app.state.console
    html = console.pages.render("parts/row.html", language, row=Row(longest, "clear"), now=now)
    expect(page.locator("#rows tr").first).to_be_visible()
    page.evaluate("take", html)
    expect(page.locator(f"#case-{case.matter.case_id} .state.confirming")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_hidden_tab_rests_and_catches_up(open_page: OpenPage, hub: Hub) -> None:
    page, other = open_page("town"), open_page("town")
    turn = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    turn += "document.dispatchEvent(new Event('visibilitychange'))"
    expect(page.locator("#now")).to_have_count(1)
    page.evaluate(turn % "true")
    row = f"#case-{new_case(hub, 7008).matter.case_id}"
    expect(other.locator(row)).to_be_visible()
    expect(page.locator(row)).to_have_count(0)
    page.evaluate(turn % "false")
    expect(page.locator(row)).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_script_and_server_count_down_alike(open_page: OpenPage, language: Language) -> None:
    page, tongue, now = open_page("county", language), load_tongues()[language], datetime.now(UTC)
    for seconds in (0, 59, 61, 3599, 3600, 3661, 86_399, 86_400, 90_061, 604_800):
        assert page.evaluate("left", seconds) == tongue.left(now + timedelta(seconds=seconds), now)


def test_a_lost_stream_is_said(open_page: OpenPage, tmp_path: Path) -> None:
    with Hub(tmp_path) as short:
        page = open_page("county", url=short.url)
        expect(page.get_by_role("heading", name="暂无案件")).to_be_visible()
        expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator("#stale")).to_be_visible(timeout=20_000)


def test_a_sensitive_row_shows_a_town_only_the_least(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7006, "老公喝醉了又打我，我带着孩子躲在卫生间，头上流血了，枫桥镇新屋里5幢，快来。")
    assert is_sensitive(case)
    assert case.state is not State.LINKED
    town, county = open_page("town"), open_page("county")
    row = f"#case-{case.matter.case_id}"
    expect(town.locator(row)).to_contain_text("内容仅公安机关和县级中心可见")
    expect(county.locator(row)).to_contain_text("喝醉")
    town.goto(f"{hub.url}/cases/{case.matter.case_id}")
    assert "喝醉" not in town.content()
    expect(town.locator(".head .state")).to_be_visible()


def test_violence_told_of_again_is_a_warning(open_page: OpenPage, hub: Hub) -> None:
    beaten = "老公喝醉了又打我，我带着孩子躲在卫生间，头上流血了，枫桥镇新屋里5幢，快来。"
    for n in (17_010, 27_010):  # one phone
        case = new_case(hub, n, beaten)
    county, town = open_page("county", "en"), open_page("town", "en")
    for page in (county, town):
        page.goto(f"{hub.url}/warnings")
        expect(page.locator("section").first).to_contain_text(case.matter.number)
    expect(county.locator("section").first).to_contain_text("2 cases of violence at home")
    assert "violence" not in town.locator("section").first.inner_text()


_SHOWN = (State.MEDIATING, State.CLOSED, State.SETTLED, State.DISPATCHED)


def test_the_triage_desk_takes_a_guess_with_one_click(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7020, unsure("枫桥镇，"))
    assert case.state is State.TRIAGE and case.matter.second_category
    page = open_page("town", "en")
    page.goto(f"{hub.url}/cases/{case.matter.case_id}")
    judged = page.locator(".judged")
    expect(judged).to_contain_text("of a hundred such cases")
    expect(judged.locator(".guesses button")).to_have_count(3)
    judged.locator(".guesses button").nth(1).click()
    expect(page.locator(".head .state")).to_have_text("Handed off")
    expect(page.locator(".judged")).to_contain_text("said by a person")
    name = category_names()[case.matter.second_category]["en"]
    expect(page.locator(".timeline")).to_contain_text(f"→ {name}")


def test_a_language_model_s_suggestion_is_one_more_guess(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7023, unsure("枫桥镇，"))
    said = Suggestion(category="consumer/telecom", reason="说的是蛇<b>", model="qwen")
    hub.do(hub.publish(suggested(case.matter.case_id, said)))
    hub.do(hub.settled())
    page = open_page("town", "zh")
    page.goto(f"{hub.url}/cases/{case.matter.case_id}")
    expect(page.locator(".judged")).to_contain_text("模型 qwen 的建议")
    expect(page.locator(".judged")).to_contain_text("说的是蛇<b>")
    expect(page.locator(".judged .guesses button")).to_have_count(4)
    page.locator(".judged .guesses button[value='consumer/telecom']").click()
    expect(page.locator(".head .state")).to_have_text("已交办")
    expect(page.locator(".judged")).not_to_contain_text("qwen")


def test_a_judgement_is_overruled_by_a_form(open_page: OpenPage, hub: Hub) -> None:
    case = new_case(hub, 7021, "隔壁邻居翻建院墙往我家移了三十公分，雨水全流到我家墙根，讲也讲不通。")
    page = open_page("county", "zh", 390, 844)
    page.goto(f"{hub.url}/cases/{case.matter.case_id}")
    expect(page.locator(".because")).to_contain_text("邻居")
    page.get_by_role("button", name="补充更正", exact=True).click()
    expect(page.locator("select[name=category]")).to_be_focused()
    page.get_by_role("button", name="确认：补充更正").click()
    expect(page.locator("#act .problem")).to_contain_text("需要填写：事项分类")
    expect(page.locator(".timeline")).not_to_contain_text("人工确认")
    page.get_by_role("button", name="补充更正", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.select_option("select[name=category]", "homestead/plot")
    page.get_by_role("checkbox", name="扬言").check()
    page.get_by_role("button", name="确认：补充更正").click()
    expect(page.locator(".head")).to_contain_text("扬言")
    expect(page.locator(".timeline")).to_contain_text("人工认定险情：扬言")


def test_a_case_from_nowhere_goes_off_once_its_place_is_given(open_page: OpenPage, hub: Hub) -> None:
    now = datetime.now(UTC)
    posting = seed.posting(7022, "三盏路灯不亮，请来修。", Platform.GRID, None, now)
    event = seed.received(posting.model_copy(update={"town_code": "330681"}), now)
    hub.do(hub.publish(event))
    hub.do(hub.settled())
    page = open_page("county")
    page.goto(f"{hub.url}/cases/{ids.case_id(UUID(event.key), 0)}")
    expect(page.locator(".judged .guesses")).to_have_count(0)
    page.get_by_role("button", name="补充属地 …").click()
    page.select_option("select[name=town_code]", FENGQIAO)
    page.get_by_role("button", name="确认：补充更正").click()
    expect(page.locator(".head .state")).to_have_text("已交办")
    expect(page.locator(".timeline")).to_contain_text("人工更正属地：诸暨市枫桥镇")
