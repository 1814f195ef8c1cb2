"""The contract between the hub and one outside platform.

`Adapter` (adapter.py) does what all platforms have in common; a `Dialect` (translate.py of each
platform) says what its manifest cannot. Anything that is wrong with the platform as a whole is a
`Transient` (wait, go on at the same cursor) or an `Invalid` (a person must look); what is wrong
with one item stays with that item and stops nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import httpx

from contracts.errors import Invalid, Transient
from contracts.events import ReceiptDue

Posting = dict[str, Any]  # an item of the REST schema of `POST /v1/complaints`, not yet checked by intake


class TryLater(Transient):
    """The platform is away or busy. `after` is how many seconds it asked us to wait, if it did."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class TooLarge(Invalid):
    """An answer has more bytes than the manifest allows."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """One item of a platform: a posting, or why it could not become one, with the item as it came.

    `key` is its external id, or a fingerprint where it has none; `revision` a fingerprint of the content.
    """

    key: str
    revision: str
    posting: Posting | None = field(default=None, repr=False)
    fault: Invalid | None = None
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Some items and where to go on. Keep `cursor` only after the log has every item."""

    postings: list[Pulled]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """Where to read: from `start` (a sequence number, or microseconds since 1970) the `page`-th page
    (from 1) of `size` items. `mark` is how far we had read before."""

    start: int
    mark: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class Call:
    """A request in the platform's shape; `content` holds httpx's body arguments."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful (2xx) answer, read to its end."""

    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing held: native items (an item no dialect could open is a bare string)."""

    items: Sequence[object] = field(repr=False)
    more: bool


class Dialect(Protocol):
    """What a manifest cannot say about a platform. `read` and `accepted` raise `Transient` for an answer
    that is cut or unreadable, `Invalid` for one that is not the platform's."""

    def auth(self) -> httpx.Auth:
        """How requests prove who we are."""

    def ask(self, spot: Spot) -> Call:
        """The listing request."""

    def read(self, answer: Answer) -> Listed:
        """What the listing holds."""

    def tell(self, receipt: ReceiptDue, key: UUID) -> Call:
        """The request that writes a result back; the platform knows a repetition by `key`."""

    def accepted(self, answer: Answer) -> None:
        """Returns where the platform took the result."""

    def unwrap(self, headers: Mapping[str, str], body: bytes, now: datetime) -> object:
        """The native item of a push. Raises `Invalid` where it is not the platform's, or has no pushes."""
