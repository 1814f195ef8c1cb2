"""A post that is closed, changed or given another password is out at once, with every page it has open."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from contracts.topics import CASE_PROGRESSED
from services.console.posts import add_operator, close_post
from services.console.session import hash_password
from services.console.tables import Operator
from services.console.words import Deed
from tests.console.conftest import OpenPage
from tests.console.hub import HASH, PASSWORD, Hub

SignIn = Callable[[str], httpx.Client]


@contextmanager
def passing(hub: Hub) -> Iterator[Operator]:
    """A post that is open for a while."""
    post = Operator(
        login="passing", hash=HASH, post="诸暨市临时岗", role="county_centre", place="330681",
        post_en="Zhuji, passing",
    )  # fmt: skip
    hub.do(add_operator(hub.house.database, post))
    try:
        yield post
    finally:
        hub.do(close_post(hub.house.database, "passing"))


def events(client: httpx.Client, path: str, then: Callable[[], object]) -> list[str]:
    """The names of a stream's events until it ends; `then` happens once it has begun."""
    named: list[str] = []
    with client.stream("GET", path, headers={"Accept": "text/event-stream"}, timeout=60) as answer:
        for line in answer.iter_lines():
            if line.startswith("event:"):
                named.append(line.removeprefix("event:").strip())
                if len(named) == 1:
                    then()
    return named


def test_a_closed_post_is_out_with_its_streams(hub: Hub, sign_in: SignIn) -> None:
    case = hub.do(hub.cases())[0].matter
    with passing(hub):
        client = sign_in("passing")
        assert client.get("/session").status_code == 204
        heard = events(client, "/live", lambda: hub.do(close_post(hub.house.database, "passing")))
    assert heard[-1] == "out"
    assert client.get("/").headers["location"] == "/login?next=/"
    asked = {"HX-Request": "true", "HX-Current-URL": f"{hub.url}/cases/{case.case_id}"}
    answer = client.get("/session", headers=asked)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, f"/login?next=/cases/{case.case_id}")
    assert client.post("/login", data={"login": "passing", "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    "change", [{"role": "town_centre", "place": "330681109"}, {"hash": hash_password("maple-leaves")}]
)
def test_another_role_or_password_ends_the_streams_too(
    hub: Hub, sign_in: SignIn, change: dict[str, str]
) -> None:
    with passing(hub) as post:
        client, other = sign_in("passing"), Operator(**{**post.model_dump(), **change})
        changed = lambda: hub.do(add_operator(hub.house.database, other, Deed.POST_CHANGE))  # noqa: E731
        assert events(client, "/live", changed)[-1] == "out"


def test_who_signs_out_is_out_with_every_copy_of_the_cookie(hub: Hub, sign_in: SignIn) -> None:
    with passing(hub):
        mine, colleague = sign_in("passing"), sign_in("passing")
        copy = httpx.Client(base_url=hub.url, headers=mine.headers, cookies=mine.cookies, trust_env=False)
        with copy:
            assert copy.get("/session").status_code == 204
            assert events(copy, "/live", lambda: mine.post("/logout"))[-1] == "out"
            assert copy.get("/").headers["location"] == "/login?next=/"
            assert copy.post("/logout").status_code == 303, "a second time it is over all the same"
        assert colleague.get("/session").status_code == 204, "who else sits at the post stays in"
        assert mine.post("/login", data={"login": "passing", "password": PASSWORD}).status_code == 303
        assert mine.get("/session").status_code == 204


@pytest.mark.browser
def test_an_open_page_goes_to_the_login(hub: Hub, open_page: OpenPage) -> None:
    with passing(hub):
        desk = open_page("passing", "en")
        assert desk.locator(".post").inner_text() == "Zhuji, passing"
        hub.do(close_post(hub.house.database, "passing"))
        desk.wait_for_url(re.compile("/login"))
        assert desk.locator("table.cases").count() == 0


def test_a_force_has_no_business_with_the_machinery(sign_in: SignIn) -> None:
    uncle = sign_in("uncle")
    for path in ("/topics", f"/topics/{CASE_PROGRESSED.name}", f"/topics/{CASE_PROGRESSED.name}?partition=0"):
        assert uncle.get(path).status_code == 403
    assert "/topics" not in uncle.get("/").text
    assert "/topics" in sign_in("town").get("/").text
    assert sign_in("town").get("/topics").status_code == 200
