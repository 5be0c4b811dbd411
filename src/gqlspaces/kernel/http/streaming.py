"""Bodies that are never whole in memory: read as they come, written as they are taken."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from gqlspaces.kernel.http.refusal import HttpRefusal, closing

PIECE_BYTES: Final = 64 * 1024
"""How much is handed to the connection at once: so little must be taken within its time."""

_log = logging.getLogger(__name__)


async def received(
    receive: Receive, *, seconds: float, ending: asyncio.Event
) -> AsyncGenerator[bytes, None]:
    """Give the body of a request chunk by chunk; the next one is read when it is asked for.

    Raises ClientDisconnect when the client leaves, HttpRefusal when it pauses for longer than
    ``seconds`` or ``ending`` is set.
    """
    ended = asyncio.ensure_future(ending.wait())
    more = True
    try:
        while more:
            reading = asyncio.ensure_future(receive())
            both = {reading, ended}
            await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                reading.cancel()
                raise closing()
            if not reading.done():
                reading.cancel()
                raise HttpRefusal(408, "REQUEST_TIMEOUT", "The body did not arrive in time.")
            message = reading.result()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            more = message.get("more_body", False)
            if body := message.get("body", b""):
                yield body
    finally:
        ended.cancel()


class ByteStream:
    """An ASGI response that sends parts until they end; the next is made when one was taken.

    When the client leaves, the parts fail or the server is closing, the parts are closed and the
    response stays without its end: nobody can take it for a whole one.
    """

    def __init__(
        self,
        parts: AsyncGenerator[bytes, None],
        *,
        headers: Mapping[str, str],
        ending: asyncio.Event,
    ) -> None:
        self._parts = parts
        self._headers = headers
        self._ending = ending

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the parts."""
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        sending = asyncio.create_task(self._send_parts(send))
        others = [asyncio.create_task(one) for one in (disconnected(receive), self._ending.wait())]
        try:
            await asyncio.wait([sending, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, *others):
                task.cancel()
            whole, *_ = await asyncio.gather(sending, *others, return_exceptions=True)
        if whole is True:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_parts(self, send: Send) -> bool:
        try:
            async with aclosing(self._parts) as parts:
                async for part in parts:
                    await send_in_pieces(send, part)
        except Exception:  # noqa: BLE001 - the status is sent already: only the log can tell
            _log.exception("A response failed in the middle.")
            return False
        return True


async def send_in_pieces(send: Send, content: bytes) -> None:
    """Send some of a response's body, each piece when the one before was taken."""
    for start in range(0, len(content), PIECE_BYTES):
        piece = content[start : start + PIECE_BYTES]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)  # sending need not wait for anything: let others have their turn


async def disconnected(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
