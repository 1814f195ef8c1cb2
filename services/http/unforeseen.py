"""What nobody foresaw."""

import traceback

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.faults import Said
from services.http.problem import respond, route_of

_OURS = Said("This is a fault of the hub; it was recorded.", "这是系统自身的故障，已记录。")
_log = structlog.get_logger(__name__)


class Unforeseen:
    """A bug becomes a 500 and a log line with its place. The message of an unknown exception may quote
    a person, so it is neither sent nor logged; that is why the server's own handler must not see it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            pass  # whoever asked has gone, before all was said
        except Exception as error:
            if scope["type"] != "http":
                raise
            _log.error("unforeseen", error=type(error).__name__, route=route_of(scope), where=_where(error))
            if not started:
                await respond(500, "unforeseen", _OURS)(scope, receive, send)


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)
