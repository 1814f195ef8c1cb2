"""Waiting, pacing, bounds."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from adapters.base import Answer, Call, TryLater
from adapters.caller import Caller, retry_after
from adapters.manifest import Limits, Retry
from adapters.registry import manifest
from contracts.errors import Invalid, Transient

CALL = Call("GET", "/x")


def caller(handler: Callable[[httpx.Request], httpx.Response], **settings: object) -> Caller:
    quick = {
        "retry": Retry(attempts=4, wait_initial=0, wait_max=0),
        "limits": Limits(requests_per_second=1e6),
    }
    made = manifest("dispute_code").model_copy(update=quick | settings)
    return Caller(httpx.AsyncClient(transport=httpx.MockTransport(handler)), made, httpx.Auth())


def answers(
    *statuses: int, headers: dict[str, str] | None = None
) -> Callable[[httpx.Request], httpx.Response]:
    left = list(statuses)
    return lambda _: httpx.Response(left.pop(0), headers=headers, text="body")


async def test_what_is_transient_is_tried_again() -> None:
    answer = await caller(answers(500, 502, 429, 200)).send(CALL, lambda answer: answer.body)
    assert answer == b"body"


async def test_attempts_end() -> None:
    with pytest.raises(TryLater, match="503"):
        await caller(answers(*[503] * 4)).send(CALL, lambda answer: answer.body)


async def test_a_refusal_is_not_tried_again() -> None:
    with pytest.raises(Invalid, match="404"):
        await caller(answers(404)).send(CALL, lambda answer: answer.body)


async def test_a_long_wait_is_handed_to_the_caller() -> None:
    with pytest.raises(TryLater) as caught:
        await caller(answers(429, headers={"Retry-After": "120"})).send(CALL, lambda answer: answer.body)
    assert caught.value.after == 120


async def test_a_short_wait_is_waited_for() -> None:
    asked = answers(429, 200, headers={"Retry-After": "0"})
    assert await caller(asked, retry=Retry(wait_max=1)).send(CALL, lambda answer: answer.body) == b"body"


async def test_an_answer_that_cannot_be_read_is_tried_again() -> None:
    seen: list[Answer] = []

    def read(answer: Answer) -> int:
        seen.append(answer)
        if len(seen) < 3:
            raise Transient("cut")
        return len(seen)

    assert await caller(answers(200, 200, 200)).send(CALL, read) == 3


class Endless(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536


async def test_an_endless_answer_is_cut_off() -> None:
    with pytest.raises(Invalid, match="more than"):
        await caller(lambda _: httpx.Response(200, stream=Endless())).send(CALL, lambda answer: answer.body)


async def test_an_address_that_is_none_is_named() -> None:
    wrong = caller(answers(200), base_url="http://[::x")
    with pytest.raises(Invalid, match="no address"):
        await wrong.send(CALL, lambda answer: answer.body)


def test_retry_after_in_all_its_forms() -> None:
    def given(value: str) -> float | None:
        return retry_after(httpx.Headers({"retry-after": value}))

    assert given("7") == 7
    assert given("99999999999999") == 3600
    assert given(format_datetime(datetime.now(UTC) - timedelta(hours=1))) == 0
    assert given(format_datetime(datetime.now(UTC) + timedelta(days=1))) == 3600
    assert [given(value) for value in ("", "soon", "-5", "nan", "1.5")] == [None] * 5
    assert retry_after(httpx.Headers()) is None
