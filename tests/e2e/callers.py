"""A grid's phones: they post over REST, again where no answer came, and sometimes say the same or more."""

import asyncio
import csv
from pathlib import Path
from random import Random
from typing import Any

import httpx

from bench.evidence import Item
from bench.texts import Texts

_MORE = "补充：情况比上次反映的时候更严重了，请尽快派人来看。"


class Callers:
    """Posts to one door until told to stop. `taken` is what it was told is safe."""

    def __init__(self, url: str, key: str, seed: int = 1) -> None:
        self.taken: set[Item] = set()
        self._http = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=5
        )
        self._texts, self._dice = Texts(seed, f"phones{seed}"), Random(seed)
        self._said: list[dict[str, Any]] = []

    async def call(self, stop: asyncio.Event, size: int = 5, pause: float = 0.2) -> None:
        """Post `size` at a time; a third of the requests brings something said before."""
        async with self._http:
            while not stop.is_set():
                await self._post(self._again(size) if self._dice.random() < 1 / 3 else self._fresh(size))
                await asyncio.sleep(pause)

    def _fresh(self, size: int) -> list[dict[str, Any]]:
        fresh = [self._texts.next() for _ in range(size)]
        self._said += fresh
        return fresh

    def _again(self, size: int) -> list[dict[str, Any]]:
        """Half of them word for word, half with something added: a revision of the same complaint."""
        known = self._dice.sample(self._said[-10 * size :], min(size, len(self._said[-10 * size :])))
        return [dict(one, text=one["text"] + _MORE) if n % 2 else one for n, one in enumerate(known)]

    async def _post(self, postings: list[dict[str, Any]]) -> None:
        while postings:
            try:
                answer = await self._http.post("/v1/complaints", json=postings)
            except httpx.TransportError:
                await asyncio.sleep(0.3)
                continue
            if answer.status_code == 202:
                self.taken |= {Item("grid", posting["external_id"]) for posting in postings}
                return
            assert answer.status_code in (429, 503), answer.text
            await asyncio.sleep(0.3)


def write_messages(path: Path, count: int) -> Path:
    """A file of invented messages for 12345."""
    texts = Texts(7, "file")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "user", "topic", "time", "body", "against", "likes"])
        for number in range(count):
            rows.writerow([number, "", f"第{number}件", "2026/3/1 08:00:00", texts.next()["text"], 0, 0])
    return path
