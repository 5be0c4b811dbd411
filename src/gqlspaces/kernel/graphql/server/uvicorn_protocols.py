"""uvicorn's protocols made impatient: a client that stops reading loses its connection.

uvicorn waits without end for a client to read, and closing such a connection waits for the same
buffer; only aborting it helps. Its protocol classes are no stable interface: the tests of this
module fail when it stops working.
"""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

SEND_SECONDS = 10.0


class ImpatientWebSocketProtocol(WebSocketsSansIOProtocol):
    """A WebSocket that is aborted when a message was not taken within ``send_seconds``."""

    send_seconds: ClassVar[float] = SEND_SECONDS

    async def send(self, message: "ASGISendEvent") -> None:
        """Send one message, or abort the connection and raise OSError."""
        try:
            async with asyncio.timeout(self.send_seconds):
                await super().send(message)
        except TimeoutError:
            self.transport.abort()
            raise OSError("The client does not read.") from None


class ImpatientHttpProtocol(HttpToolsProtocol):
    """An HTTP connection that is aborted when an answer was not taken within ``send_seconds``."""

    send_seconds: ClassVar[float] = SEND_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection."""
        super().connection_made(transport)
        self.flow = _ImpatientFlow(self.transport, self.send_seconds)


class _ImpatientFlow(FlowControl):
    def __init__(self, transport: asyncio.Transport, send_seconds: float) -> None:
        super().__init__(transport)
        self._send_seconds = send_seconds

    async def drain(self) -> None:
        try:
            async with asyncio.timeout(self._send_seconds):
                await super().drain()
        except TimeoutError:
            self._transport.abort()
