"""Results as server-sent events: the distinct connections mode of graphql-sse, resumable."""

import asyncio
from asyncio import Event
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from graphql import ExecutionResult
from starlette.types import Receive, Scope, Send

from gqlspaces.kernel.graphql.failures import shown_errors
from gqlspaces.kernel.graphql.server.contract import Results
from gqlspaces.kernel.graphql.server.response import formatted
from gqlspaces.kernel.http.answer import encode
from gqlspaces.kernel.http.streaming import disconnected

# Every line ends with a bare LF: some clients split events at two LFs and at nothing else.
PING = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"


def next_event(result: ExecutionResult) -> bytes:
    """Frame one result; the ``cursor`` of its first root field, if any, becomes the event's id."""
    cursor = _cursor_of(result.data)
    event_id = f"id: {cursor}\n".encode() if cursor else b""
    return event_id + _next(result.formatted)


def _next(payload: Mapping[str, Any]) -> bytes:
    return b"event: next\ndata: " + encode(payload) + b"\n\n"


def _cursor_of(data: dict[str, Any] | None) -> str | None:
    root = next(iter(data.values()), None) if data else None
    cursor = root.get("cursor") if isinstance(root, dict) else None
    return cursor if isinstance(cursor, str) and cursor.isprintable() else None


class EventStream:
    """An ASGI response that sends results as events until they end or the client is gone.

    The next result is asked for when the last one was taken by the connection. When the client
    disconnects, or the server is closing, the results are closed.
    """

    def __init__(
        self,
        results: Results,
        *,
        headers: Mapping[str, str],
        ping_seconds: float,
        closing: Event,
    ) -> None:
        self._results = results
        self._headers = {
            **headers,
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-cache, no-transform",
            "x-accel-buffering": "no",
        }
        self._ping_seconds = ping_seconds
        self._closing = closing

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until they end."""
        headers = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._send_results(send),
                self._send_pings(send),
                disconnected(receive),
                self._closing.wait(),
            )
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_results(self, send: Send) -> None:
        try:
            async with aclosing(self._results) as results:
                async for result in results:
                    await _write(send, next_event(result))
        except Exception as error:  # noqa: BLE001 - the boundary where bugs become masked errors
            await _write(send, _next({"errors": formatted(shown_errors(error))}))
        await _write(send, COMPLETE)

    async def _send_pings(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._ping_seconds)
            await _write(send, PING)


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await asyncio.sleep(0)  # sending need not wait for anything: let others have their turn
