"""What can be said about a platform without code. Read from `manifest.toml` in its folder."""

import tomllib
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.errors import Invalid
from contracts.vocabulary import Answer, Platform

Target = Literal[
    "external_id",
    "text",
    "occurred_at",
    "reporter.name",
    "reporter.phone",
    "reporter.id_number",
    "town_code",
    "address",
    "organisation",
    "intent_hint",
    "non_police",
    "attachments",
]


class Part(BaseModel):
    """Base of a manifest's tables: a word we do not know is a typing error, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Listing(Part):
    """How the platform lists its items. Paths into answers are dotted."""

    path: str
    page_size: int = Field(default=100, ge=1)
    items: str = ""
    more: str = ""


class CursorRules(Part):
    """What says how far we have read. `overlap` is in seconds or in sequence numbers: what a platform
    makes visible late, or stamps with a clock that is off, must lie within it."""

    kind: Literal["time", "sequence"]
    field: str
    overlap: int = Field(ge=0)


class Limits(Part):
    """What we ask of the platform at most, and take from it at most."""

    requests_per_second: float = Field(default=50, gt=0)  # a peak of 20 complaints/s, a few receipts each
    timeout_seconds: float = Field(default=10, gt=0)
    max_bytes: int = 8_000_000


class Retry(Part):
    """Attempts within one call; `wait_max` (seconds) also caps a Retry-After waited for in place."""

    attempts: int = Field(default=4, ge=1)
    wait_initial: float = 0.2
    wait_max: float = 5.0


class Envelope(Part):
    """For platforms that answer 200 and say in the body whether it worked."""

    code: str
    ok: str
    busy: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


class WriteBack(Part):
    """Where results go, and the platform's own word for each answer; `closed.failed` beats `closed`."""

    path: str
    words: dict[str, str]

    def address(self, external_id: str, key: object = "") -> str:
        """The path with its parts filled in; an id cannot leave its segment."""
        return self.path.format(external_id=quote(external_id, safe=""), key=key)


class Simulator(Part):
    """The platform's simulator: its port, and what it takes for credentials (nobody else does)."""

    port: int
    secrets: dict[str, str]


class Manifest(Part):
    """All that adapters/<platform>/manifest.toml says. `time` is `iso`, `epoch_ms` or a strptime format;
    times without a zone are Beijing's."""

    platform: Platform
    title_zh: str
    title_en: str
    base_url: str
    needs: tuple[str, ...]
    time: str
    listing: Listing
    cursor: CursorRules
    limits: Limits = Limits()
    retry: Retry = Retry()
    envelope: Envelope | None = None
    fields: dict[Target, str | tuple[str, ...]]
    codes: dict[Target, dict[str, str | bool]] = {}
    write_back: WriteBack
    simulator: Simulator

    def word(self, answer: Answer, outcome: str | None) -> str:
        """The platform's word for an answer. Raises `Invalid` where it has none."""
        words = self.write_back.words
        word = words.get(f"{answer}.{outcome}") or words.get(answer)
        if word is None:
            raise Invalid("no_word", f"{self.platform} has no word for '{answer}'")
        return word


def load(folder: Path) -> Manifest:
    """The manifest in a platform's folder. Raises `Invalid` where it is not one."""
    try:
        return Manifest.model_validate(tomllib.loads((folder / "manifest.toml").read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise Invalid("bad_manifest", f"{folder.name}/manifest.toml: {error}") from None
