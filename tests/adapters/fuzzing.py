"""Whatever a platform answers: an end, or an error named by its recovery."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import paging, registry
from adapters.base import Pulled
from adapters.faults import Faults
from adapters.simulation import Desk
from contracts.errors import Invalid, Transient
from contracts.vocabulary import Platform
from intake.admit import Sender
from intake.lenient import admit_pulled
from tests.adapters.bench import (
    Bench,
    patient,
)

INHERITED = settings(
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
Junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**30, -1, 2**63, 1e308, float("inf"), float("nan")]),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


class Fuzzed(Bench):
    """Junk for answers, and true answers spoilt."""

    @given(
        status=st.sampled_from([200, 200, 200, 201, 204, 301, 400, 404, 500]),
        body=st.one_of(st.binary(max_size=200), Junk.map(lambda junk: json.dumps(junk).encode())),
        headers=st.dictionaries(
            st.sampled_from(["retry-after", "date", "content-encoding", "content-type", "x-peer-token"]),
            st.text("0123456789 -:,.GMTinfagzpbr", max_size=20),
        ),
    )
    @settings(INHERITED)
    def test_any_answer_is_named_by_its_recovery(
        self, status: int, body: bytes, headers: dict[str, str]
    ) -> None:
        asyncio.run(self._meet(lambda _: httpx.Response(status, headers=headers, stream=_Bytes(body))))

    @given(data=st.data())
    @settings(INHERITED)
    def test_a_spoilt_listing_is_named_by_its_recovery(self, data: st.DataObject) -> None:
        whole = asyncio.run(self._listing())
        body = self.spoil(whole.content, data)
        headers = {k: v for k, v in whole.headers.items() if k != "content-length"}

        def answer(request: httpx.Request) -> httpx.Response:
            if "token" in request.url.path:
                return httpx.Response(200, json={"access_token": "t", "expires_in": 600})
            return httpx.Response(200, headers=headers, stream=_Bytes(body))

        asyncio.run(self._meet(answer))

    def spoil(self, body: bytes, data: st.DataObject) -> bytes:
        """Cuts the body, or puts junk in the place of something in it."""
        if data.draw(st.booleans()):
            return body[: data.draw(st.integers(0, len(body)))]
        document = json.loads(body)
        spots = list(_spots(document))
        for holder, key in data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=4)):
            holder[key] = data.draw(Junk)
        return json.dumps(document).encode()

    async def _listing(self) -> httpx.Response:
        desk = Desk(self.platform, Faults())
        self.fill(desk, 4)
        kept: list[httpx.Response] = []

        async def keep(response: httpx.Response) -> None:
            if response.is_success and "token" not in response.request.url.path:
                await response.aread()
                kept.append(response)

        transport = httpx.ASGITransport(registry.simulator(self.platform).app(desk, desk.faults))
        async with httpx.AsyncClient(transport=transport, event_hooks={"response": [keep]}) as http:
            manifest = registry.manifest(self.platform)
            await registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest)).pull(None)
        return kept[-1]

    async def _meet(self, answer: Any) -> None:
        """Whatever the platform answers, and keeps answering: an end, or an error with a recovery."""
        manifest = registry.manifest(self.platform)
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            adapter = registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(paging, "MAX_PAGES", 5)
                cursor, more, calls = None, True, 0
                while more:
                    try:
                        page = await adapter.pull(cursor)
                    except (Transient, Invalid):
                        break
                    for item in page.postings:
                        self._come_in(item)
                    cursor, more, calls = page.cursor, page.more, calls + 1
                    assert calls < 20, "the adapter never ends"
            for call in (adapter.check(), adapter.push(self.receipt("x"), uuid4())):
                try:
                    await call
                except (Transient, Invalid):
                    continue

    def _come_in(self, item: Pulled) -> None:
        """The door behind takes it or refuses it; nothing in it breaks the door."""
        assert (item.posting is None) == (item.fault is not None)
        json.dumps([item.key, item.raw], ensure_ascii=False).encode()
        if item.posting is None:
            return
        try:
            event = admit_pulled(item.posting, Sender(Platform(self.platform)), datetime.now(UTC))
        except Invalid:
            json.dumps(item.posting, ensure_ascii=False).encode()
        else:
            event.data.model_dump_json()


class _Bytes(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def _spots(document: Any) -> Iterator[tuple[Any, Any]]:
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in list(pairs):
        yield document, key
        if isinstance(value, dict | list):
            yield from _spots(value)
