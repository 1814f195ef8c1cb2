"""Requests come in time, or not at all: whoever holds connections open by sending little by little holds few.

uvicorn has a limit for connections that are idle after an answer only.
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0  # from the connection, or the first byte of a later request, to the last of its head
WHOLE_SECONDS = 60.0  # from there to the last byte of its body
MAX_HEAD_BYTES = 64 * 1024


class Punctual(HttpToolsProtocol):
    """uvicorn's protocol with an end to its patience. How long the answer takes is not its business."""

    _timer: TimerHandle | None = None
    _head_bytes: int | None = 0  # none: the head is complete

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._within(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        self._within(WHOLE_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._rest()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _within(self, seconds: float) -> None:
        self._rest()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _rest(self) -> None:
        if self._timer:
            self._timer.cancel()
