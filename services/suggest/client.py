"""One question to an OpenAI-compatible endpoint: bounded in time and size, and never trusted."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.chassis.settings import Settings

_MOST = 65_536  # bytes of an answer
_BUSY = (408, 425, 429)
_LONGEST_WAIT = 600.0  # seconds an endpoint may ask us to stay away


class Failed(Exception):
    """No answer that can be read. `code` names it; `again` says whether to try later, `wait` how much."""

    def __init__(self, code: str, *, again: bool = False, wait: float = 0.0) -> None:
        super().__init__(code)
        self.code, self.again, self.wait = code, again, wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, and what it cost."""

    text: str = field(repr=False)
    prompt_tokens: int | None
    answer_tokens: int | None


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    prompt_tokens: int | None = Field(None, ge=0, lt=1 << 31)
    completion_tokens: int | None = Field(None, ge=0, lt=1 << 31)


class _Body(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


async def ask(http: httpx.AsyncClient, settings: Settings, messages: Sequence[dict[str, str]]) -> Answer:
    """The first choice's text. Raises `Failed`; whatever the endpoint does, within `llm_timeout`."""
    try:
        async with asyncio.timeout(settings.llm_timeout):
            body = await _post(http, settings, messages)
    except TimeoutError:
        raise Failed("too_slow", again=True) from None
    except httpx.HTTPError:
        raise Failed("unreachable", again=True) from None
    return _read(body)


async def _post(http: httpx.AsyncClient, settings: Settings, messages: Sequence[dict[str, str]]) -> bytes:
    key = settings.llm_key.get_secret_value()
    request = http.build_request(
        "POST",
        f"{settings.llm_url.rstrip('/')}/chat/completions",
        headers={"Authorization": f"Bearer {key}"} if key else {},
        json={
            "model": settings.llm_model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": 300,
            "response_format": {"type": "json_object"},
        },
        timeout=settings.llm_timeout,
    )
    response = await http.send(request, stream=True)
    try:
        _check(response)
        return await _bounded(response)
    finally:
        await response.aclose()


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status in _BUSY or status >= 500:
        raise Failed("busy", again=True, wait=_asked_to_wait(response.headers.get("retry-after", "")))
    if status != 200:
        raise Failed("refused")


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MOST:
            raise Failed("too_long")
    return bytes(body)


def _read(body: bytes) -> Answer:
    try:
        given = _Body.model_validate_json(body)
    except ValidationError:
        raise Failed("no_protocol") from None
    usage = given.usage or _Usage(prompt_tokens=None, completion_tokens=None)
    return Answer(given.choices[0].message.content, usage.prompt_tokens, usage.completion_tokens)


def _asked_to_wait(value: str) -> float:
    """Seconds, from either form of `Retry-After`; 0 where it says nothing readable."""
    try:
        seconds = float(value) if value.isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT)
