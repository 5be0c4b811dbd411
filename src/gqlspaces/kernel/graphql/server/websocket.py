"""GraphQL over WebSocket: the socket's side of graphql-transport-ws."""

import asyncio
import logging
from asyncio import Task
from contextlib import aclosing, suppress
from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gqlspaces.kernel.errors import DomainError, Unauthenticated
from gqlspaces.kernel.graphql.engine import Context
from gqlspaces.kernel.graphql.failures import LIMIT_EXCEEDED, RequestRefused, shown_errors
from gqlspaces.kernel.graphql.server.contract import Results, Service
from gqlspaces.kernel.graphql.server.protocol import (
    SUBPROTOCOL,
    ClientMessage,
    CloseCode,
    Closing,
    Complete,
    ConnectionInit,
    Conversation,
    Ping,
    Subscribe,
)
from gqlspaces.kernel.graphql.server.response import formatted
from gqlspaces.kernel.graphql.server.throttle import TokenBucket
from gqlspaces.kernel.http.answer import encode
from gqlspaces.kernel.http.caller import credentials_of, request_id_of

_ABNORMAL = 1006  # what a connection that was lost without a word is said to be closed with

_log = logging.getLogger(__name__)


class WebSocketTransport:
    """Answers every WebSocket handshake to the endpoint and stays for the conversation."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket."""
        socket = WebSocket(scope, receive, send)
        if not self._is_trusted(socket):
            await socket.close()  # before accepting: the handshake is answered with 403
            return
        offered = SUBPROTOCOL in scope.get("subprotocols", ())
        await socket.accept(subprotocol=SUBPROTOCOL if offered else None)
        if not offered:
            code = CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE
            await socket.close(code, "Subprotocol not acceptable")
        elif self._service.closing.is_set():
            await socket.close(CloseCode.SERVICE_RESTART, "Service restart")
        else:
            await _Session(self._service, socket).run()

    def _is_trusted(self, socket: WebSocket) -> bool:
        origin = socket.headers.get("origin")
        if origin is None or origin in self._service.allowed_origins:
            return True
        return urlsplit(origin).netloc == socket.headers.get("host")


class _Session:
    """One socket and the operations that run on it.

    The next message is read, and an operation's next result asked for, only when what was sent
    before has been taken by the connection: a client that does not read costs no memory.
    """

    def __init__(self, service: Service, socket: WebSocket) -> None:
        limits = service.limits
        self._service = service
        self._socket = socket
        self._running: dict[str, Task[None]] = {}  # what the client is waiting for, by its ids
        self._tasks: dict[Task[None], bool] = {}  # all there are, and whether it is a subscription
        self._conversation = Conversation(self._running.keys())
        self._throttle = TokenBucket(limits.frames_per_second, limits.frames_burst, service.clock)
        self._is_over = False

    async def run(self) -> None:
        """Converse until the client leaves, breaks the protocol, or the server is closing."""
        talking = asyncio.create_task(self._talk())
        closing = asyncio.create_task(self._service.closing.wait())
        try:
            await asyncio.wait((talking, closing), return_when=asyncio.FIRST_COMPLETED)
            if not talking.done():
                await _cancel(talking)
                await self._finish()
        finally:
            self._is_over = True
            await _cancel(talking, closing, *self._tasks)

    async def _finish(self) -> None:
        """Let queries and mutations end, then send the client to another server."""
        finite = [task for task, subscribes in self._tasks.items() if not subscribes]
        if finite:
            await asyncio.wait(finite, timeout=self._service.limits.drain_seconds)
        await self._end(CloseCode.SERVICE_RESTART, "Service restart")

    async def _talk(self) -> None:
        try:
            context = await self._greet()
            while True:
                match await self._hear():
                    case Subscribe() as request:
                        await self._start(request, context)
                    case Complete(id=identity) if identity in self._running:
                        self._running.pop(identity).cancel()
        except Closing as end:
            await self._end(end.code, end.reason)
        except WebSocketDisconnect:
            pass
        except Exception:  # noqa: BLE001 - the boundary where bugs become a close code
            _log.exception("A WebSocket conversation failed unexpectedly.")
            await self._end(CloseCode.INTERNAL_ERROR, "Internal error")

    async def _end(self, code: CloseCode, reason: str) -> None:
        if not self._is_over:
            self._is_over = True
            with suppress(WebSocketDisconnect):
                await self._socket.close(code, reason)

    async def _greet(self) -> Context:
        try:
            async with asyncio.timeout(self._service.limits.init_seconds):
                message = await self._hear()
                while not isinstance(message, ConnectionInit):
                    message = await self._hear()
        except TimeoutError:
            reason = "Connection initialisation timeout"
            raise Closing(CloseCode.INITIALISATION_TIMEOUT, reason) from None
        context = await self._authenticate(message.payload)
        await self._send({"type": "connection_ack"})
        self._conversation.acknowledged = True
        return context

    async def _authenticate(self, payload: dict[str, Any]) -> Context:
        authorization = payload.get("authorization", payload.get("Authorization"))
        request_id = request_id_of(self._socket.headers)
        try:
            if not isinstance(authorization, str | None):
                raise Unauthenticated("The authorization must be a string.")
            credentials = credentials_of(self._socket, request_id, authorization=authorization)
            return await self._service.authenticate(credentials)
        except DomainError as error:
            overloaded = error.code == "OVERLOADED"
            code = CloseCode.TRY_AGAIN_LATER if overloaded else CloseCode.FORBIDDEN
            raise Closing(code, error.message) from error

    async def _hear(self) -> ClientMessage:
        message = self._conversation.hear(await self._read_frame())
        if isinstance(message, Ping):
            payload = {} if message.payload is None else {"payload": message.payload}
            await self._send({"type": "pong", **payload})
        return message

    async def _read_frame(self) -> str:
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code") or _ABNORMAL)
        if not self._throttle.take():
            raise Closing(CloseCode.TOO_MANY_REQUESTS, "Too many messages")
        text: str | None = event.get("text")
        if text is None:
            raise Closing(CloseCode.INVALID_MESSAGE, "Messages are sent as text.")
        if len(text.encode(errors="surrogatepass")) > self._service.limits.frame_bytes:
            raise Closing(CloseCode.TOO_BIG, "The message is too big.")
        return text

    async def _start(self, request: Subscribe, context: Context) -> None:
        fresh = context.for_operation()
        try:
            self._check_room()
            prepared = self._service.prepare(request.operation, fresh)
        except Exception as error:  # noqa: BLE001 - the boundary where bugs become masked errors
            await self._send(_error_message(request.id, error))
            return
        results = self._service.results(prepared, request.operation.variables, fresh)
        task = asyncio.create_task(self._operate(request.id, results))
        self._running[request.id] = task
        self._tasks[task] = prepared.is_subscription
        task.add_done_callback(self._tasks.pop)

    def _check_room(self) -> None:
        most = self._service.limits.socket_operations
        if len(self._running) >= most:
            refusal = GraphQLError(f"More than {most} operations at once on one connection.")
            raise RequestRefused([refusal], LIMIT_EXCEEDED)

    async def _operate(self, identity: str, results: Results) -> None:
        with suppress(WebSocketDisconnect):
            last = await self._pass_on(identity, results)
            if self._running.get(identity) is asyncio.current_task():
                del self._running[identity]
                await self._send(last)

    async def _pass_on(self, identity: str, results: Results) -> dict[str, Any]:
        """Send the results and give the message that ends the operation."""
        try:
            async with aclosing(results):
                async for result in results:
                    await self._send({"id": identity, "type": "next", "payload": result.formatted})
        except WebSocketDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary where bugs become masked errors
            return _error_message(identity, error)
        return {"id": identity, "type": "complete"}

    async def _send(self, message: dict[str, Any]) -> None:
        if self._is_over:
            raise WebSocketDisconnect(_ABNORMAL)
        await self._socket.send_text(encode(message).decode())
        await asyncio.sleep(0)  # sending need not wait for anything: let others have their turn


def _error_message(identity: str, error: Exception) -> dict[str, Any]:
    return {"id": identity, "type": "error", "payload": formatted(shown_errors(error))}


async def _cancel(*tasks: Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
