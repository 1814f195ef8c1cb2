"""Whatever the endpoint does, it is over in time, read no further than it may be, and named."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from services.chassis.settings import Settings
from services.suggest.client import Failed, ask
from tests.suggest.endpoint import MISDEEDS, Behaviour, Endpoint, endpoint, resetting, says

QUESTION = [{"role": "user", "content": "?"}]


@pytest.fixture
async def there() -> AsyncIterator[Endpoint]:
    async with endpoint() as ours:
        yield ours


def settings(url: str, timeout: float = 10.0) -> Settings:
    return Settings(data=Path("x"), llm_url=url, llm_key="sk-test", llm_model="m", llm_timeout=timeout)


async def test_an_orderly_answer(there: Endpoint) -> None:
    there.does = says("葛阿毛", prompt_tokens=7, completion_tokens=2)
    async with httpx.AsyncClient() as http:
        answer = await ask(http, settings(there.url + "/"), QUESTION)
    assert (answer.text, answer.prompt_tokens, answer.answer_tokens) == ("葛阿毛", 7, 2)
    assert "葛阿毛" not in repr(answer)
    assert there.keys == ["Bearer sk-test"] and there.asked[0]["model"] == "m"


@pytest.mark.parametrize(("does", "code", "again"), MISDEEDS.values(), ids=MISDEEDS)
async def test_misdeeds_have_names(there: Endpoint, does: Behaviour, code: str, again: bool) -> None:
    there.does = does
    async with httpx.AsyncClient() as http:
        with pytest.raises(Failed) as failed:
            await ask(http, settings(there.url, 1.0 if code == "too_slow" else 10.0), QUESTION)
    assert (failed.value.code, failed.value.again) == (code, again)
    assert failed.value.wait == (17 if does is MISDEEDS["429"][0] else 0)
    assert str(failed.value) == code, "an exception repeats nothing of an answer"


async def test_silence_ends_in_time(there: Endpoint) -> None:
    there.held = asyncio.Event()
    async with httpx.AsyncClient() as http:
        with pytest.raises(Failed, match="too_slow"):
            await ask(http, settings(there.url, 0.3), QUESTION)


async def test_reset_and_nobody_there() -> None:
    async with resetting() as url, httpx.AsyncClient() as http:
        with pytest.raises(Failed, match="unreachable"):
            await ask(http, settings(url), QUESTION)
    async with httpx.AsyncClient() as http:
        with pytest.raises(Failed, match="unreachable"):
            await ask(http, settings(url), QUESTION)


def test_settings_never_show_the_key() -> None:
    assert "sk-test" not in repr(settings("http://x/v1")) + str(settings("http://x/v1"))
    with pytest.raises(ValidationError):
        settings("file:///etc/passwd")
