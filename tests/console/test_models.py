"""The page of models: who sees it, who decides, what is written down, and how it looks."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select
from sqlmodel import SQLModel, col

from classifier.tables import ShadowCount
from contracts.stage import How, Write
from services.console.tables import AuditEntry
from services.models.store import decided
from services.models.tables import ClassifierModel, ModelDecision, ModelFault
from tests.console.conftest import OpenPage
from tests.console.hub import Hub
from tests.feedback.house import T0

SignIn = Callable[[str], httpx.Client]
OLD, NEW = "20260301-0a1b2c3d", "20260310-4e5f6071"
SCORES = {"rows": 9, "category": 0.4, "subject": 0.61, "macro_f1": 0.6, "two_guesses": 0.8, "through": 0.1,
          "right_through": 0.9}  # fmt: skip
BETTER = SCORES | {"subject": 0.66}
FIGURES = {part: {"old": SCORES, "new": BETTER, "better": 3, "worse": 1} for part in ("corpus", "corrected")}
CLASSES = [["tax", 25, 0.6, 0.5], ["family", 48, 0.5, 0.7]]
COUNTS = (
    ("family/divorce", "family/divorce", 180),
    ("pollution/noise", "neighbour/noise", 12),
    ("tax", "other", 8),
)


@pytest.fixture
def models(hub: Hub) -> Iterator[None]:
    """Two models, of which nobody has decided anything, and what the newer one once said in shadow."""
    plain = {
        "arrays": b"PK",
        "sha256": "0",
        "taxonomy": "1",
        "learnt_until": T0,
        "figures": FIGURES | {"classes": CLASSES},
    }
    rows = [
        Write(
            ClassifierModel,
            plain | {"version": v, "lessons": 7, "made_at": T0, "report": f"# Model {v}"},
            How.PUT,
        )
        for v in (OLD, NEW)
    ]
    for category, would, matters in COUNTS:
        row = {"version": NEW, "live": "", "category": category, "would": would, "matters": matters}
        rows.append(Write(ShadowCount, row, How.PUT))
    hub.do(write(hub, rows))
    yield
    hub.do(empty(hub, ClassifierModel, ModelDecision, ModelFault, ShadowCount))


async def write(hub: Hub, rows: list[Write]) -> None:
    async with hub.house.database.transaction() as connection:
        await hub.house.database.write(connection, rows)


async def empty(hub: Hub, *tables: type[SQLModel]) -> None:
    async with hub.house.database.transaction() as connection:
        for table in tables:
            await connection.execute(delete(table))


def put(client: httpx.Client, slot: str, version: str, seq: int) -> int:
    return client.post(f"/models/{slot}", data={"version": version, "seq": str(seq)}).status_code


def test_who_sees_who_tries_and_who_puts_into_service(models: None, hub: Hub, sign_in: SignIn) -> None:
    for login, sees, tries, puts in (
        ("county", 200, 303, 303), ("engineer", 200, 303, 403), ("audit", 200, 403, 403),
        ("town", 403, 403, 403), ("police", 403, 403, 403),
    ):  # fmt: skip
        client = sign_in(login)
        assert (client.get("/models").status_code, client.get(f"/models/{OLD}").status_code) == (sees, sees)
        assert put(client, "shadow", OLD, hub.do(decided(hub.house.database)).seq) == tries
        assert put(client, "live", OLD, hub.do(decided(hub.house.database)).seq) == puts
        assert ("/models" in client.get("/topics").text) == (sees == 200)


def test_a_decision_is_in_the_trail_and_a_stale_page_decides_nothing(
    models: None, hub: Hub, sign_in: SignIn
) -> None:
    county = sign_in("county")
    assert put(county, "live", OLD, 0) == 303
    assert put(county, "live", NEW, 0) == 409
    assert put(county, "live", "20260101-none", 1) == 404
    assert put(county, "office", NEW, 1) == 422
    now = hub.do(decided(hub.house.database))
    assert (now.live, now.last_live and (now.last_live.by, now.last_live.role)) == (
        OLD,
        ("county", "county_centre"),
    )
    query = select(col(AuditEntry.about)).where(col(AuditEntry.deed) == "model_live")
    assert OLD in [row.about for row in hub.do(hub.house.database.rows(query))]
    assert OLD in sign_in("audit").get("/audit?deed=model_live").text
    assert county.get(f"/models/{OLD}/report.md").text == f"# Model {OLD}"


@pytest.mark.browser
def test_from_shadow_into_service_and_back(models: None, hub: Hub, open_page: OpenPage) -> None:
    page = open_page("county", "en")
    page.goto(f"{hub.url}/models")
    expect(page.locator(".live .big")).to_have_text("the model that ships")
    page.locator("tr", has_text=NEW).get_by_role("button", name="Try in shadow").click()
    expect(page.locator(".shadow .big")).to_have_text(NEW)
    expect(page.locator(".shadow .chance")).to_contain_text("90.0% judged alike, of 200 matters")
    differ = page.locator("section", has_text="Where they differ").locator("tbody tr")
    expect(differ.first).to_contain_text("12")
    page.get_by_role("button", name="Put into service").click()
    expect(page.locator(".live .big")).to_have_text(NEW)
    expect(page.locator(".shadow")).to_contain_text("None.")
    expect(page.locator(".live")).to_contain_text("诸暨市社会治理中心 值班岗")
    page.get_by_role("button", name="Back to the one before").click()
    expect(page.locator(".live .big")).to_have_text("the model that ships")
    page.get_by_role("link", name=OLD).first.click()
    corrected = page.locator("section", has_text="What people corrected")
    expect(corrected.locator("tr", has_text="Subject right")).to_contain_text("+5.0")
    classes = page.locator("section", has_text="what got worse first")
    expect(classes.locator("tbody tr").first).to_contain_text("Taxes")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1600])
def test_it_fits(models: None, hub: Hub, open_page: OpenPage, language: str, width: int) -> None:
    rows = [
        {"seq": 101, "slot": "live", "version": OLD, "by": "county", "role": "county_centre", "at": T0},
        {"seq": 102, "slot": "shadow", "version": NEW, "by": "command line", "role": None, "at": T0},
    ]
    fault = Write(ModelFault, {"version": OLD, "code": "unreadable", "at": T0}, How.PUT)
    hub.do(write(hub, [*(Write(ModelDecision, row) for row in rows), fault]))
    page = open_page("county", language, width, 900)
    for path in ("/models", f"/models/{OLD}"):
        page.goto(hub.url + path)
        expect(page.locator("main .card").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto(f"{hub.url}/models")
    expect(page.get_by_role("alert").first).to_contain_text(
        "无法读取" if language == "zh" else "cannot be read"
    )
