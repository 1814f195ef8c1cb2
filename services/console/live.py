"""Pushes changed cases to open desks: one reader a process, each row rendered once a language and clarity."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import structlog

from contracts.errors import Invalid, Transient
from contracts.events import CaseProgressed
from contracts.topics import CASE_PROGRESSED
from feedback.life import is_sensitive
from services.chassis.database import Database
from services.chassis.envelope import decode
from services.chassis.log import Log, Record
from services.console.figures import Counts, measure_looks
from services.console.i18n import Language
from services.console.pages import Pages
from services.console.posts import open_posts, viewer_of
from services.console.rows import Row
from services.console.sessions import ended
from services.console.sight import Clarity, Viewer, in_scope
from services.console.wanted import Filter
from services.console.words import Role

BEAT = 0.7  # seconds between pushes: fast enough to feel live, slow enough to read
TICK = 5.0  # seconds between figures, and signs of life where nothing happens
BACKLOG = 16  # pushes that may wait for a slow browser before it is told to load anew

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Push:
    """One server-sent event."""

    event: str  # rows, reload, changed, out
    html: str
    at: datetime


@dataclass(eq=False)
class Watcher:
    """One open page: a desk with its filter, or one case."""

    viewer: Viewer
    wanted: Filter = field(default_factory=Filter)
    case_id: UUID | None = None
    waiting: deque[Push] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, push: Push) -> None:
        """Queue a push; a browser that fell behind loads anew instead of catching up."""
        if len(self.waiting) >= BACKLOG:
            self.waiting.clear()
            push = Push("reload", "", push.at)
        self.waiting.append(push)
        self.news.set()

    def dismiss(self, push: Push) -> None:
        """Nothing more after this one, and nothing that waits before it."""
        self.waiting.clear()
        self.waiting.append(push)
        self.news.set()

    async def pushes(self) -> AsyncIterator[Push]:
        """What comes, as it comes, until whoever watches is out."""
        event = ""
        while event != "out":
            while not self.waiting:
                self.news.clear()
                await self.news.wait()
            push = self.waiting.popleft()
            event = push.event
            yield push


class Live:
    """The fan-out."""

    def __init__(self, log: Log, database: Database, pages: Pages) -> None:
        self._log, self._database, self._pages = log, database, pages
        self.counts = Counts(database)
        self._watchers: set[Watcher] = set()
        self._changed: dict[bytes, Record] = {}
        self._connected = False

    @contextmanager
    def watching(self, watcher: Watcher) -> Iterator[Watcher]:
        """Have the watcher told until the end of the block."""
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def run(self) -> None:
        """Read and push until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read())
            tasks.create_task(self._push())

    async def _read(self) -> None:
        while True:
            try:
                await self._follow()
            except Transient as error:
                if self._connected:
                    logger.warning("live_feed_lost", error=type(error).__name__)
                self._connected = False
                await asyncio.sleep(1)

    async def _follow(self) -> None:
        async with self._log.tail([CASE_PROGRESSED.name]) as reader:
            self._tell_all("reload")  # what happened while we were away was not seen
            self._connected = True
            while True:
                for record in await reader.fetch(500, 1.0):
                    self._changed[record.key] = record  # only its newest state matters

    async def _push(self) -> None:
        ticked = 0.0
        while True:
            await asyncio.sleep(BEAT)
            changed, self._changed = self._changed, {}
            now = datetime.now(UTC)
            await self._dismiss(now)
            if changed and self._watchers:
                self._push_rows(_cases(changed), now)
            if self._connected and time.monotonic() - ticked >= TICK:
                ticked = time.monotonic()
                await self._push_figures(now)

    async def _dismiss(self, now: datetime) -> None:
        """Whose post was closed, changed or given another password, and who signed out, hears nothing more by
        the old right."""
        watchers = list(self._watchers)
        if not watchers:
            return
        try:
            rows = await open_posts(self._database, {one.viewer.login for one in watchers})
            over = await ended(self._database, {one.viewer.session for one in watchers})
        except Transient:
            return
        for watcher in watchers:
            row, viewer = rows.get(watcher.viewer.login), watcher.viewer
            if row is None or viewer.session in over or viewer_of(row, viewer.language) != viewer:
                self._watchers.discard(watcher)
                watcher.dismiss(Push("out", "", now))

    def _push_rows(self, cases: list[CaseProgressed], now: datetime) -> None:
        rendered: dict[tuple[UUID, Language, Clarity, bool], str] = {}
        for watcher in self._watchers:
            if watcher.case_id is not None:
                self._tell_case(watcher, cases, now)
                continue
            html = [self._row(watcher, case, now, rendered) for case in cases]
            if any(html):
                watcher.tell(Push("rows", "".join(html) + self._now(watcher, now), now))

    def _row(
        self,
        watcher: Watcher,
        case: CaseProgressed,
        now: datetime,
        rendered: dict[tuple[UUID, Language, Clarity, bool], str],
    ) -> str:
        viewer = watcher.viewer
        if not in_scope(viewer, case):
            # It may have been theirs a moment ago; to take away what is not shown does nothing.
            return f'<tr id="case-{case.matter.case_id}" data-gone></tr>' if viewer.force_id else ""
        clarity = viewer.clarity(is_sensitive(case))
        shown_only = not watcher.wanted.matches(viewer, case, now)
        key = (case.matter.case_id, viewer.language, clarity, shown_only)
        if key not in rendered:
            row = Row(case, clarity, shown_only)
            rendered[key] = self._pages.render("parts/row.html", viewer.language, row=row, now=now)
        return rendered[key]

    def _tell_case(self, watcher: Watcher, cases: list[CaseProgressed], now: datetime) -> None:
        about = {watcher.case_id}
        if any(about & {case.matter.case_id, case.linked_to} for case in cases):
            watcher.tell(Push("changed", "", now))

    def _tell_all(self, event: str) -> None:
        for watcher in self._watchers:
            watcher.tell(Push(event, "", datetime.now(UTC)))

    def _now(self, watcher: Watcher, now: datetime) -> str:
        return self._pages.render("parts/now.html", watcher.viewer.language, now=now)

    async def _push_figures(self, now: datetime) -> None:
        rendered: dict[tuple[Role, str | None, str | None, Language], str] = {}
        try:
            await measure_looks(self._database, now)
        except Transient:
            return  # no sign of life: the browsers say so
        for watcher in list(self._watchers):
            viewer = watcher.viewer
            key = (viewer.role, viewer.place, viewer.force_id, viewer.language)
            try:
                if key not in rendered and watcher.case_id is None:
                    figures = await self.counts.figures(viewer, now)
                    rendered[key] = self._pages.render(
                        "parts/figures.html", viewer.language, figures=figures, now=now
                    )
            except Transient:
                return
            watcher.tell(Push("rows", rendered.get(key, "") + self._now(watcher, now), now))


def _cases(changed: dict[bytes, Record]) -> list[CaseProgressed]:
    cases = []
    for record in changed.values():
        try:
            data = decode(record).data
        except Invalid as error:
            logger.warning("live_feed_unreadable", code=error.code, offset=record.offset)
            continue
        if isinstance(data, CaseProgressed):
            cases.append(data)
    return cases
