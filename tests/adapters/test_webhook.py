"""民呼我为 pushes: what is signed and fresh comes in, and is the same thing as in the listing."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from adapters import registry
from adapters.adapter import Adapter
from adapters.faults import Faults
from adapters.peoples_appeal.simulator import item, push
from adapters.simulation import Desk, Item
from adapters.telling import Telling
from contracts.errors import Invalid

SECRETS = registry.manifest("peoples_appeal").simulator.secrets
TELLING = Telling(
    text="楼道灯坏了",
    at=datetime(2026, 3, 1, 8, tzinfo=UTC),
    name="俞春生",
    phone="19900004711",
    intent="help",
)


@pytest.fixture
def desk() -> Desk:
    return Desk("peoples_appeal", Faults())


@pytest.fixture
def added(desk: Desk) -> Item:
    return desk.add(*item(TELLING, 1))


async def pushed(added: Item) -> httpx.Request:
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202)

    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as http:
        await push(added, "http://hub/v1/webhooks/peoples_appeal", http, Faults())
    return seen[0]


def adapter(http: httpx.AsyncClient | None = None) -> Adapter:
    return registry.make("peoples_appeal", http or httpx.AsyncClient(), SECRETS)


async def test_a_push_is_the_same_thing_as_in_the_listing(desk: Desk, added: Item) -> None:
    request = await pushed(added)
    by_push = adapter().verify_and_translate(request.headers, request.content, datetime.now(UTC))
    transport = httpx.ASGITransport(registry.simulator("peoples_appeal").app(desk, desk.faults))
    async with httpx.AsyncClient(transport=transport) as http:
        page = await adapter(http).pull(None)
    assert [by_push] == page.postings
    assert by_push.posting is not None
    assert by_push.posting["occurred_at"] == "2026-03-01T08:00:00+00:00"


async def test_a_changed_body_is_refused(added: Item) -> None:
    request = await pushed(added)
    changed = urlencode(dict(parse_qsl(request.content.decode())) | {"appeal_content": "别的事"}).encode()
    with pytest.raises(Invalid) as caught:
        adapter().verify_and_translate(request.headers, changed, datetime.now(UTC))
    assert caught.value.code == "bad_signature"


async def test_a_changed_time_is_refused(added: Item) -> None:
    request = await pushed(added)
    later = dict(request.headers) | {"x-timestamp": str(int(request.headers["x-timestamp"]) + 1)}
    with pytest.raises(Invalid, match="bad_signature"):
        adapter().verify_and_translate(later, request.content, datetime.now(UTC))


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_an_old_push_is_refused(added: Item, minutes: int) -> None:
    request, then = await pushed(added), datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(Invalid, match="stale_push"):
        adapter().verify_and_translate(request.headers, request.content, then)


@pytest.mark.parametrize("headers", [{}, {"x-signature": "秘"}, {"x-timestamp": "soon"}])
def test_no_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="bad_signature"):
        adapter().verify_and_translate(headers, b"\xff\xfe", datetime.now(UTC))


@pytest.mark.parametrize("name", ["dispute_code", "police_110", "hotline_12345"])
def test_the_others_have_no_pushes(name: str) -> None:
    other = registry.make(name, httpx.AsyncClient(), registry.manifest(name).simulator.secrets)
    with pytest.raises(Invalid, match="no_webhook"):
        other.verify_and_translate({}, b"", datetime.now(UTC))
