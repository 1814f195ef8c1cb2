"""A filled hub for the whole session, and browsers on it."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.console.hub import PASSWORD, Hub, fill

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with Hub(tmp_path_factory.mktemp("hub")) as running:
        running.do(fill(running, count=80, rounds=4))
        yield running


@pytest.fixture(scope="module")  # while it is open, no asyncio test can run
def browser(chromium: str) -> Iterator[Browser]:
    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=switches)
        yield running
        running.close()


@pytest.fixture
def sign_in(hub: Hub) -> Iterator[Callable[[str], httpx.Client]]:
    """An HTTP client that is signed in under a login."""
    opened: list[httpx.Client] = []

    def client(login: str) -> httpx.Client:
        one = httpx.Client(base_url=hub.url, headers={"Origin": hub.url}, trust_env=False)
        opened.append(one)
        answer = one.post("/login", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303
        return one

    yield client
    for one in opened:
        one.close()


@pytest.fixture
def open_page(hub: Hub, browser: Browser) -> Iterator[OpenPage]:
    """A signed-in page; it fails the test where a script fails or is refused."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def page(
        login: str, language: str = "zh", width: int = 1600, height: int = 900, url: str = hub.url
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        context.add_cookies([{"name": "hub_language", "value": language, "url": url}])
        one = context.new_page()
        one.on("pageerror", lambda error: complaints.append(str(error)))
        one.goto(f"{url}/login")
        one.fill("[name=login]", login)
        one.fill("[name=password]", PASSWORD)
        one.click("button.main")
        one.wait_for_url(lambda there: "/login" not in there)
        return one

    yield page
    for context in contexts:
        context.close()
    assert complaints == []
