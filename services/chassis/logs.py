"""Structured logs that cannot quote a citizen.

Only the keys named here are written; whatever else a caller hands over is withheld. An exception is
its type and the places it came through, never its message, which may quote what it choked on.
"""

import logging
import sys
import traceback
from typing import Any

import stamina
import structlog
from structlog.typing import EventDict, WrappedLogger

SAFE_KEYS = frozenset(
    {
        "event", "level", "timestamp", "logger", "role", "stage", "platform", "topic", "partition",
        "offset", "event_id", "complaint_id", "case_id", "count", "seconds", "error", "where",
        "code", "status", "method", "route", "agency", "kind", "listens", "group", "attempt",
    }
)  # fmt: skip


def set_up(level: str, as_json: bool) -> None:
    """Send structlog's and the standard library's records through one safe pipe to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        _place_of_error,
        _only_safe_keys,
    ]
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[1:4], _foreign, *shared[4:]],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.raiseExceptions = False  # or a record that cannot be written is shown with its arguments
    stamina.instrumentation.set_on_retry_hooks([])  # retries are counted; whoever waits says so once
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("aiokafka", "alembic", "httpx", "httpcore", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def place_of(error: BaseException) -> str:
    """An exception's type and the places it came through; of a group, those of each in it."""
    if isinstance(error, BaseExceptionGroup):
        return " | ".join(map(place_of, error.exceptions))
    return f"{type(error).__name__} at {_where(error)}"


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " > ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames)


def _foreign(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A library's record: its template without the arguments, which we cannot vouch for, and its first line
    alone, since asyncio shows in the second what a task failed with."""
    record = event.get("_record")
    if record is not None:
        event["event"] = str(record.msg if record.args else event["event"]).partition("\n")[0]
    return event


def _place_of_error(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = _where(error)
    return event


def _only_safe_keys(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    withheld = [key for key in event if key not in SAFE_KEYS and not key.startswith("_")]
    for key in withheld:
        event[key] = "(withheld)"
    return event
