"""What every answer of the console wears: the headers that keep a browser from harm."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    # Scripts and styles are files of ours; ECharts and Idiomorph set style attributes.
    "default-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_FOR_EVER = "public, max-age=31536000, immutable"  # files are named with their release


class Dressed:
    """Adds the headers, to streams as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if "/static/" in scope["path"] and message["status"] == 200:
                    headers["Cache-Control"] = _FOR_EVER
            await send(message)

        await self.app(scope, receive, dressed if scope["type"] == "http" else send)
