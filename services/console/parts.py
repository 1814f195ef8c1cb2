"""What the console is made of, and how a request finds it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from contracts.events import CaseCommand
from router.forces import Registry
from services.actions import ActResult
from services.chassis.database import Database
from services.chassis.log import Log
from services.console.live import Live
from services.console.pages import Pages
from services.console.rates import Rates
from services.console.throttle import Throttle


@dataclass(frozen=True)
class ConsoleParts:
    """What the composition root hands in."""

    database: Database
    log: Log
    act: Callable[[CaseCommand], Awaitable[ActResult]]
    secret: str  # signs the session cookies
    base_url: str  # as the browser sees it, `http://127.0.0.1:8000`
    groups: Mapping[str, Sequence[str]]  # consumer groups (= stage names) by topic
    categories: Mapping[str, Mapping[str, str]]  # names of the taxonomy's codes, by language
    forces: Registry


@dataclass(frozen=True)
class Console:
    """Everything a page needs."""

    parts: ConsoleParts
    pages: Pages
    live: Live
    rates: Rates
    throttle: Throttle

    @property
    def database(self) -> Database:
        return self.parts.database


def console_of(request: Request) -> Console:
    return cast(Console, request.app.state.console)


Here = Annotated[Console, Depends(console_of)]
