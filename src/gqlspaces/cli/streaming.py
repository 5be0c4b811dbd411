"""Whether a subscription gets through to a gateway: listeners live by it."""

import asyncio
from contextlib import aclosing
from typing import Any

from gqlspaces.listener.client import Client
from gqlspaces.listener.errors import ApiError
from gqlspaces.listener.stream import over_websocket

SUBSCRIPTION = """
subscription Reachable { events(checkpoints: true) { cursor } }
"""
PATIENCE = 5.0


async def socket_fault(client: Client, *, patience: float = PATIENCE) -> dict[str, Any] | None:
    """Tell what is wrong with WebSockets to this gateway, as a finding; None where nothing is."""
    met = asyncio.Event()
    try:
        async with asyncio.timeout(patience):
            await _connect(client, met)
    except (ApiError, TimeoutError) as error:
        if met.is_set():
            return None
        return {
            "code": "NO_WEBSOCKET",
            "severity": "ERROR",
            "title": "The gateway answers requests, but no WebSocket gets through to it: "
            f"{str(error) or 'no answer'}.",
            "advice": "Let the proxy in front of it pass `Upgrade: websocket`, or run listeners "
            'with `transport="sse"`.',
            "subject": None,
        }
    return None


async def _connect(client: Client, met: asyncio.Event) -> None:
    """Return as soon as a subscription stands; raise ApiError where it is refused."""
    answers = over_websocket(client.connection, SUBSCRIPTION, {}, met.set)
    async with aclosing(answers):
        first = asyncio.ensure_future(anext(answers, None))
        standing = asyncio.ensure_future(met.wait())
        await asyncio.wait({first, standing}, return_when=asyncio.FIRST_COMPLETED)
        if first.done():
            await first
        for task in (first, standing):
            task.cancel()
        await asyncio.gather(first, standing, return_exceptions=True)
