"""Subscriptions that outlive their connection: each break is followed by a resume from the cursor.

`gql` was considered as the base and left aside: its transport hides close codes in the cause of an
exception, ends a subscription with its connection, and queues answers without a bound between the
socket and the reader, so that neither a slow reader nor a resume is in our hands. What is left to
do over `websockets` is the small state machine of `gqlspaces.listener.protocol`.
"""

import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from gqlspaces.listener.client import Connection, data_of
from gqlspaces.listener.errors import FATAL, ApiError, CursorRefused, Unreachable
from gqlspaces.listener.pace import Pace
from gqlspaces.listener.protocol import (
    SUBPROTOCOL,
    Conversation,
    End,
    Next,
    Reply,
    Violation,
    closed,
    result,
)

logger = logging.getLogger("gqlspaces.listener")

_LARGEST_MESSAGE = 16 * 1024 * 1024
_SILENCE = 60.0
"""Seconds without a byte after which an SSE connection counts as dead; checkpoints come sooner."""


class Subscribe(Protocol):
    """A transport: yields the answers of one subscription until the connection ends.

    It calls `connected` once the server has let it in, returns when the subscription or the
    connection is over, and raises `ApiError` for a refusal.
    """

    def __call__(
        self,
        connection: Connection,
        document: str,
        variables: Mapping[str, Any],
        connected: Callable[[], None],
    ) -> AsyncGenerator[Mapping[str, Any]]:
        """Subscribe."""
        ...


async def over_websocket(
    connection: Connection,
    document: str,
    variables: Mapping[str, Any],
    connected: Callable[[], None],
) -> AsyncGenerator[Mapping[str, Any]]:
    """Subscribe over `graphql-transport-ws`."""
    conversation = Conversation(connection.authorization, document, variables)
    try:
        async with (
            connect(
                connection.socket,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                max_size=_LARGEST_MESSAGE,
                close_timeout=2,
            ) as socket,
            aclosing(_converse(socket, conversation, connected)) as answers,
        ):
            async for data in answers:
                yield data
    except ConnectionClosed as error:
        frame = error.rcvd
        _refuse_if_fatal(frame.code if frame else None, frame.reason if frame else "")
        raise Unreachable(f"the connection broke: {error}") from error
    except (OSError, TimeoutError, WebSocketException, Violation) as error:
        raise Unreachable(f"no connection: {error}") from error


async def over_sse(
    connection: Connection,
    document: str,
    variables: Mapping[str, Any],
    connected: Callable[[], None],
) -> AsyncGenerator[Mapping[str, Any]]:
    """Subscribe over server-sent events, in the distinct connections mode of `graphql-sse`."""
    headers = {"authorization": connection.authorization, "accept": "text/event-stream"}
    body = {"query": document, "variables": dict(variables)}
    timeout = httpx2.Timeout(_SILENCE, connect=10.0)
    try:
        async with (
            httpx2.AsyncClient(timeout=timeout, headers=headers) as http,
            http.stream("POST", connection.endpoint, json=body) as answer,
        ):
            await _require_stream(answer)
            connected()
            async for message in httpx2.EventSource(answer, _LARGEST_MESSAGE):
                if message.event == "complete":
                    return
                if message.event == "next":
                    yield _data(message.data)
    except (httpx2.TransportError, Violation) as error:
        raise Unreachable(f"no connection: {error}") from error


@dataclass(frozen=True, slots=True)
class Item:
    """A place in the log and, unless it is only a checkpoint, the event at it."""

    cursor: str
    event: Mapping[str, Any] | None


class Introduction(NamedTuple):
    """How who follows introduces itself: a `ListenerInput`, and the document that takes it."""

    document: str
    listener: Mapping[str, Any]


_NOT_INTRODUCED = frozenset({"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"})
"""How a server answers that does not take an introduction, or not this one."""


@dataclass(frozen=True)
class Follower:
    """Follows the event log from a cursor, for ever, whatever happens to connections.

    `on_gap` is told when the log does not go back to the cursor, and answers with another one.
    An `introduction` that the server refuses is left out: it is not worth missing events for.
    """

    connection: Connection
    document: str
    filter: Mapping[str, Any]
    subscribe: Subscribe
    pace: Pace
    on_connected: Callable[[], None]
    on_gap: Callable[[CursorRefused], Awaitable[str]]
    introduction: Introduction | None = None

    async def follow(self, cursor: str) -> AsyncGenerator[Item]:
        """Yield what comes after `cursor`, each item once and in order."""
        delays = self.pace.delays()
        introduction = self.introduction
        while True:
            try:
                async with aclosing(self._open(cursor, introduction)) as answers:
                    async for answer in answers:
                        delays = self.pace.delays()
                        item = Item(**answer["events"])
                        cursor = item.cursor
                        yield item
                logger.info("the subscription ended, resuming")
            except CursorRefused as error:
                logger.warning("events were missed: %s", error)
                cursor = await self.on_gap(error)
            except ApiError as error:
                if introduction is not None and error.code in _NOT_INTRODUCED:
                    introduction = None
                elif error.code in FATAL:
                    raise
                logger.warning("the subscription broke, resuming: %s", error)
            await self.pace.clock.sleep(next(delays))

    def _open(
        self, cursor: str, introduction: Introduction | None
    ) -> AsyncGenerator[Mapping[str, Any]]:
        document, variables = self.document, {"filter": self.filter, "after": cursor}
        if introduction is not None:
            document, variables["listener"] = introduction
        return self.subscribe(self.connection, document, variables, self.on_connected)


async def _converse(
    socket: ClientConnection, conversation: Conversation, connected: Callable[[], None]
) -> AsyncGenerator[Mapping[str, Any]]:
    await socket.send(conversation.open())
    async for text in socket:
        match conversation.receive(text):
            case Reply(reply):
                await socket.send(reply)
                if conversation.subscribed:
                    connected()
            case Next(data):
                yield data
            case End(error):
                if error:
                    raise error
                return


async def _require_stream(answer: httpx2.Response) -> None:
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        await answer.aread()
        data_of(answer)
        raise Violation("an answer that is no stream")


def _refuse_if_fatal(code: int | None, reason: str | None) -> None:
    error = closed(code, reason or "")
    if error:
        raise error


def _data(text: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(text)
    except ValueError as error:
        raise Violation("a message that is no JSON") from error
    step = result(payload)
    if isinstance(step, End):
        raise step.error or Violation("an answer without data")
    return step.data
