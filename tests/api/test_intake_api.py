"""The door: verdicts, limits, keys, and silence about people."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.errors import LogDown, Transient, Unusable
from contracts.events import ComplaintReceived
from contracts.topics import COMPLAINT_RECEIVED
from contracts.vocabulary import Platform
from intake.schema import EXAMPLE, EXAMPLE_EVENT
from services.chassis.envelope import decode
from services.chassis.local import LocalLog
from services.chassis.log import Message
from services.http.auth import Caller, KeyRing, issue
from services.http.guard import guard
from services.http.tables import ApiKey
from services.intake_api import build
from services.intake_described import MAX_ITEMS
from tests.api.hub import hub_in
from tests.api.intake_house import (
    GRID,
    GRID_ROW,
    NOBODY,
    NOW,
    POSTS,
    READER,
    REVOKED,
    Recorder,
    all_keys,
    app_on,
    client_of,
    fine,
)

JSON = "application/json"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SECRETS = ("陈春生", "19900000001", "11010519491231002X", "路灯不亮")
PERSONAL = {
    "external_id": "WG-1",
    "text": "路灯不亮",
    "reporter": {"name": "陈春生", "phone": "19900000001", "id_number": "11010519491231002X"},
}


class Down(Recorder):
    """A log out of reach."""

    async def publish(self, messages: Sequence[Message]) -> None:
        raise LogDown("the broker is away")


class Broken(Recorder):
    """A bug that quotes a person."""

    async def publish(self, messages: Sequence[Message]) -> None:
        raise RuntimeError("陈春生 19900000001")


@pytest.fixture
def log() -> Recorder:
    return Recorder()


@pytest.fixture
async def client(log: Recorder) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_on(log)) as client:
        yield client


async def send(client: httpx.AsyncClient, body: object, media_type: str = JSON) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/v1/complaints", content=content, headers={"Content-Type": media_type})


def problem(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    assert body["type"].startswith("urn:hub:problem:")
    return body


async def test_what_was_answered_with_202_is_in_the_log(tmp_path: Path) -> None:
    log = LocalLog(tmp_path / "log")
    await log.start()
    try:
        await log.create([COMPLAINT_RECEIVED])
        async with client_of(app_on(log)) as client:
            response = await send(client, EXAMPLE)
        assert response.status_code == 202
        extents = await log.extents([COMPLAINT_RECEIVED.name])
        records = [r for at, (begin, _) in extents.items() for r in await log.peek(at, begin, 10)]
    finally:
        await log.stop()
    [event] = map(decode, records)
    assert isinstance(event.data, ComplaintReceived)
    assert event.data.posting.text == EXAMPLE["text"]
    assert event.data.received_at == NOW
    [verdict] = response.json()["verdicts"]
    assert verdict == {
        "index": 0,
        "external_id": EXAMPLE["external_id"],
        "status": "accepted",
        "complaint_id": event.subject,
        "faults": [],
        "unknown_fields": [],
        "unknown_count": 0,
    }


async def test_good_items_of_a_bad_batch_are_taken(client: httpx.AsyncClient, log: Recorder) -> None:
    items = [
        {"external_id": "1", "text": "灯坏了"},
        {"external_id": "2"},
        3,
        {"external_id": "4", "text": "井盖"},
    ]
    response = await send(client, items)
    assert response.status_code == 207
    body = response.json()
    assert (body["accepted"], body["refused"]) == (2, 2)
    assert [(v["index"], v["external_id"], v["status"]) for v in body["verdicts"]] == [
        (0, "1", "accepted"),
        (1, "2", "refused"),
        (2, None, "refused"),
        (3, "4", "accepted"),
    ]
    assert [fault["code"] for fault in body["verdicts"][1]["faults"]] == ["required"]
    assert [dict(m.headers)["ce_subject"].decode() for m in log.messages] == [
        v["complaint_id"] for v in body["verdicts"] if v["status"] == "accepted"
    ]


@pytest.mark.parametrize("body", [{}, [], [{}, 1], 5, "x", None, [[EXAMPLE]]])
async def test_where_nothing_can_be_taken_it_is_422(
    client: httpx.AsyncClient, log: Recorder, body: object
) -> None:
    response = await send(client, body)
    assert response.status_code == 422
    assert problem(response)["accepted"] == 0
    assert log.messages == []


async def test_the_same_posting_twice_is_the_same_event(client: httpx.AsyncClient, log: Recorder) -> None:
    first = await send(client, b'{"external_id":"1","text":"a"}')
    second = await send(client, b' {  "text" : " a ", "external_id": "1" } ')
    assert first.json() == second.json()
    one, two = (dict(message.headers)["ce_id"] for message in log.messages)
    assert one == two


async def test_cloud_events_structured_and_batched(client: httpx.AsyncClient, log: Recorder) -> None:
    one = await send(client, EXAMPLE_EVENT, "application/cloudevents+json; charset=UTF-8")
    assert one.status_code == 202
    many = await send(client, [EXAMPLE_EVENT, {}], "application/cloudevents-batch+json")
    assert many.status_code == 207
    assert one.json()["verdicts"][0] == many.json()["verdicts"][0]
    assert [fault["field"] for fault in many.json()["verdicts"][1]["faults"]] == [
        "specversion",
        "id",
        "source",
        "type",
        "data",
    ]


ATTRIBUTES = {
    "Content-Type": JSON,
    "ce-specversion": "1.0",
    "ce-id": "WG-7%2F1",
    "ce-source": "/grid",
    "ce-type": EXAMPLE_EVENT["type"],
    "ce-time": "2024-03-11T19:42:05+08:00",
}


async def test_a_cloud_event_in_binary_mode_is_taken(client: httpx.AsyncClient, log: Recorder) -> None:
    response = await client.post("/v1/complaints", json={"text": "路灯不亮"}, headers=ATTRIBUTES)
    assert response.json()["verdicts"][0]["external_id"] == "WG-7/1"
    [message] = log.messages
    posting = json.loads(message.value)["posting"]
    assert (posting["text"], posting["occurred_at"]) == ("路灯不亮", "2024-03-11T11:42:05Z")


@pytest.mark.parametrize(
    ("headers", "body", "fault"),
    [
        ({"ce-type": "case.opened.v1"}, {"text": "路灯不亮"}, ("type", "unknown_value")),
        ({"ce-specversion": "0.3"}, {"text": "路灯不亮"}, ("specversion", "unknown_value")),
        ({"ce-id": ""}, {"text": "路灯不亮"}, ("id", "required")),
        ({}, [{"text": "路灯不亮"}], ("data", "wrong_type")),
        ({}, [], ("data", "wrong_type")),
    ],
)
async def test_a_binary_event_of_another_kind_is_refused_as_a_structured_one_is(
    client: httpx.AsyncClient, log: Recorder, headers: dict[str, str], body: object, fault: tuple[str, str]
) -> None:
    response = await client.post("/v1/complaints", json=body, headers=ATTRIBUTES | headers)
    assert response.status_code == 422
    [verdict] = problem(response)["verdicts"]
    assert [(one["field"], one["code"]) for one in verdict["faults"]] == [fault]
    assert log.messages == []


@pytest.mark.parametrize("media_type", [JSON, "application/cloudevents-batch+json"])
async def test_an_empty_array_is_told_so(client: httpx.AsyncClient, media_type: str) -> None:
    response = await send(client, [], media_type)
    assert response.status_code == 422
    assert problem(response)["type"] == "urn:hub:problem:nothing_sent"
    assert problem(response)["verdicts"] == [] and "数组为空" in problem(response)["zh"]


async def test_a_misspelt_field_is_told_with_what_it_may_mean(client: httpx.AsyncClient) -> None:
    body = {"external_id": "1", "txet": "路灯不亮", "陈春生": 1, "reporter": {"phnoe": "19900000001"}}
    refused = problem(await send(client, body))["verdicts"][0]
    assert [fault["field"] for fault in refused["faults"]] == ["text"]
    taken = (await send(client, body | {"text": "路灯不亮"})).json()["verdicts"][0]
    for verdict in (refused, taken):
        assert verdict["unknown_fields"] == [
            {"field": "txet", "nearest": "text"},
            {"field": "reporter.phnoe", "nearest": "reporter.phone"},
        ]
        assert verdict["unknown_count"] == 3


async def test_a_trace_is_kept_or_begun(client: httpx.AsyncClient, log: Recorder) -> None:
    client.headers["traceparent"] = TRACE
    kept = await send(client, EXAMPLE)
    client.headers["traceparent"] = "00-" + "0" * 32 + "-00f067aa0ba902b7-01"
    begun = await send(client, EXAMPLE)
    assert kept.headers["traceparent"] == TRACE
    assert len(begun.headers["traceparent"]) == 55 and begun.headers["traceparent"] != TRACE
    assert [dict(m.headers)["traceparent"].decode() for m in log.messages] == [
        TRACE,
        begun.headers["traceparent"],
    ]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 10_000, b'"\\ud800"', b"1" * 5000, "{}".encode("utf-16"), b"{} {}"]
)
async def test_what_is_no_json_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    assert problem(await send(client, body))["status"] == 400


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/xml", "multipart/form-data"])
async def test_another_media_type_is_415(client: httpx.AsyncClient, media_type: str) -> None:
    assert problem(await send(client, EXAMPLE, media_type))["status"] == 415


async def test_a_compressed_body_is_415(client: httpx.AsyncClient) -> None:
    client.headers["Content-Encoding"] = "gzip"
    assert problem(await send(client, gzip.compress(b"{}")))["status"] == 415


async def test_500_items_are_taken_and_501_are_not(client: httpx.AsyncClient, log: Recorder) -> None:
    items = [{"external_id": str(n), "text": "灯坏了"} for n in range(501)]
    assert problem(await send(client, items))["status"] == 413
    assert log.messages == []
    assert (await send(client, items[:500])).status_code == 202
    assert len(log.messages) == 500


async def test_a_body_over_the_limit_is_413_declared_or_streamed(log: Recorder) -> None:
    edge = json.dumps({"external_id": "1", "text": "a"}).encode().ljust(1000)

    async def streamed(body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    app = guard(app_on(log), max_bytes=1000)
    async with client_of(app) as client:
        for make in (bytes, streamed):
            good = await client.post("/v1/complaints", content=make(edge), headers={"Content-Type": JSON})
            assert good.status_code == 202
            bad = await client.post(
                "/v1/complaints", content=make(edge + b" "), headers={"Content-Type": JSON}
            )
            assert problem(bad)["status"] == 413
    assert len(log.messages) == 2


async def test_too_many_postings_are_429_and_nothing_of_them_is_taken(log: Recorder) -> None:
    async with client_of(app_on(log, rate="3/hour")) as client:
        assert (await send(client, EXAMPLE)).status_code == 202
        refused = await send(client, [EXAMPLE] * 3)
        assert problem(refused)["status"] == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 3600
        assert (await send(client, EXAMPLE)).status_code == 202
        assert (await send(client, EXAMPLE)).status_code == 429
    assert len(log.messages) == 2


@pytest.mark.parametrize("rate", ["100/second", "499/minute", "0/hour", "fast", ""])
async def test_a_rate_at_which_a_full_request_never_passes_is_refused_at_the_start(
    tmp_path: Path, rate: str
) -> None:
    with pytest.raises(Unusable, match="HUB_RATE"):
        async with hub_in(tmp_path, stages=(), rate=rate):
            pass


async def test_the_least_rate_lets_a_full_request_through(tmp_path: Path) -> None:
    many = [{**EXAMPLE, "external_id": f"WG-{n}"} for n in range(MAX_ITEMS)]
    async with hub_in(tmp_path, stages=(), rate="500/hour") as hub:
        assert (await hub.as_("grid").post("/v1/complaints", json=many)).status_code == 202
        assert (await hub.as_("grid").post("/v1/complaints", json=many[0])).status_code == 429


@pytest.mark.parametrize(
    ("key", "status", "challenge"),
    [
        ("", 401, 'Bearer realm="hub"'),
        ("guess", 401, 'Bearer realm="hub", error="invalid_token"'),
        ("é", 401, 'Bearer realm="hub", error="invalid_token"'),
        (REVOKED, 401, 'Bearer realm="hub", error="invalid_token"'),
        (READER, 403, 'Bearer error="insufficient_scope", scope="complaints:write"'),
        (NOBODY, 403, 'Bearer error="insufficient_scope"'),
    ],
    ids=["none", "unknown", "not ASCII", "revoked", "wrong scope", "no platform"],
)
async def test_who_may_not_post_is_told_so(log: Recorder, key: str, status: int, challenge: str) -> None:
    async with client_of(app_on(log), key) as client:
        response = await send(client, EXAMPLE)
    assert problem(response)["status"] == status
    assert response.headers["WWW-Authenticate"] == challenge
    assert log.messages == []


async def test_a_key_posts_for_its_own_platform_only(client: httpx.AsyncClient, log: Recorder) -> None:
    response = await send(client, EXAMPLE | {"platform": "police_110"})
    [fault] = problem(response)["verdicts"][0]["faults"]
    assert (fault["field"], fault["code"]) == ("platform", "not_yours")
    assert log.messages == []


async def test_with_the_log_down_nothing_is_claimed() -> None:
    async with client_of(app_on(Down())) as client:
        response = await send(client, [EXAMPLE, {}])
    assert problem(response)["status"] == 503
    assert response.headers["Retry-After"] == "5"
    assert "verdicts" not in response.json()


async def test_a_push_is_verified_and_taken_leniently(log: Recorder) -> None:
    url = "/v1/webhooks/peoples_appeal"
    async with client_of(app_on(log), "") as client:
        taken = await client.post(url, content="路灯不亮".encode(), headers={"X-Signature": "good"})
        forged = await client.post(url, content=b"x", headers={"X-Signature": "bad"})
        empty = await client.post(url, headers={"X-Signature": "good"})
        unknown = await client.post("/v1/webhooks/grid")
    assert taken.status_code == 202
    assert problem(forged)["status"] == 401
    assert problem(empty)["faults"][0]["field"] == "text"
    assert problem(unknown)["status"] == 404
    assert [dict(m.headers)["ce_source"] for m in log.messages] == [b"/platforms/peoples_appeal"]


async def test_every_error_is_a_problem(client: httpx.AsyncClient) -> None:
    assert problem(await client.get("/nowhere"))["status"] == 404
    wrong_method = await client.get("/v1/complaints")
    assert problem(wrong_method)["status"] == 405
    assert wrong_method.headers["Allow"] == "POST"


async def test_health_readiness_and_metrics(log: Recorder) -> None:
    async def away() -> None:
        raise ConnectionError("陈春生")

    ready = build(log, KeyRing(all_keys), {"log": fine})
    unready = build(log, KeyRing(all_keys), {"log": fine, "database": away})
    async with client_of(ready, "") as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert (await client.get("/readyz")).status_code == 200
        assert "hub_postings_total" in (await client.get("/metrics")).text
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):  # an ingress or another proxy
            outside = await client.get("/metrics", headers={header: "203.0.113.7"})
            assert problem(outside)["status"] == 404
    async with client_of(unready, "") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert problem(await client.get("/readyz"))["failed"] == ["database"]


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as entries:
        yield lambda: f"{entries} {caplog.text}"


@pytest.mark.parametrize("log_kind", [Recorder, Down, Broken])
async def test_no_response_and_no_log_line_quotes_a_person(
    log_kind: type[Recorder], everything_logged: Callable[[], str]
) -> None:
    bad = {**PERSONAL, "external_id": "陈春生", "platform": "陈春生", "town_code": "陈春生", "陈春生": 1}
    cut = json.dumps(PERSONAL, ensure_ascii=False).encode()[:-2]
    async with client_of(app_on(log_kind())) as client:
        responses = [
            await send(client, body)
            for body in (PERSONAL, bad, [PERSONAL, bad], {**PERSONAL, "occurred_at": "19900000001"}, cut)
        ]
        responses.append(await client.get("/v1/陈春生"))
    said = " ".join(response.text for response in responses) + everything_logged()
    assert not [secret for secret in SECRETS if secret in said]
    if log_kind is Broken:
        assert responses[0].status_code == 500
        assert problem(responses[0])["type"] == "urn:hub:problem:unforeseen"
        assert "RuntimeError" in everything_logged() and "intake_verdicts.py" in everything_logged()


def json_of(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(
        ["external_id", "text", "reporter", "phone", "attachments", "occurred_at", "data"]
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(), inner, max_size=4),
        max_leaves=10,
    )


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
media = st.sampled_from([JSON, "application/cloudevents+json", "application/cloudevents-batch+json"])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_of(scalars), media)
async def test_any_json_gets_a_verdict(client: httpx.AsyncClient, body: object, media_type: str) -> None:
    response = await send(client, body, media_type)
    assert response.status_code in (202, 207, 422)
    verdicts = response.json()["verdicts"]
    assert len(verdicts) == (len(body) if isinstance(body, list) else 1)
    assert all((v["status"] == "accepted") == (v["faults"] == []) for v in verdicts)


class Rows:
    """The table of keys, which can be away, and a clock that moves when told to."""

    def __init__(self) -> None:
        self.rows, self.away, self.reads, self.now = [GRID_ROW], False, 0, 0.0

    async def read(self) -> Iterable[ApiKey]:
        self.reads += 1
        if self.away:
            raise Transient("away")
        return self.rows


async def test_keys_are_read_once_in_a_while_and_revoked_within_it() -> None:
    table = Rows()
    ring = KeyRing(table.read, ttl=5, clock=lambda: table.now)
    found = await asyncio.gather(*(ring.find(GRID) for _ in range(20)))
    assert {caller and caller.platform for caller in found} == {Platform.GRID}
    assert table.reads == 1
    table.rows, table.now = [], 4.9
    assert await ring.find(GRID)
    table.now = 5.0
    assert await ring.find(GRID) is None


async def test_known_keys_outlive_the_database_for_a_while_only() -> None:
    table = Rows()
    ring = KeyRing(table.read, ttl=5, grace=60, clock=lambda: table.now)
    assert await ring.find(GRID)
    table.away, table.now = True, 59.0
    assert await ring.find(GRID)
    table.now = 64.0
    with pytest.raises(Transient):
        await ring.find(GRID)
    table.away = False
    assert await ring.find(GRID)


async def test_without_keys_the_door_is_shut_with_503() -> None:
    table = Rows()
    table.away = True
    async with client_of(build(Recorder(), KeyRing(table.read), {})) as client:
        response = await send(client, EXAMPLE)
    assert problem(response)["status"] == 503


def test_a_key_is_not_in_its_row() -> None:
    assert GRID not in repr(GRID_ROW) and len(GRID) > 43
    assert len({issue(Caller("x", POSTS), NOW)[0] for _ in range(100)}) == 100
