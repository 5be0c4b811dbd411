"""A small gqlspaces on a loopback port: real HTTP and WebSockets, everything else in memory."""

import asyncio
import contextlib
import inspect
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from graphql import ExecutionResult, GraphQLError, build_schema, graphql, parse, subscribe, validate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from .store import Store

KEY = "gsk_test"
SCHEMA = build_schema((Path(__file__).parent / "gateway.graphql").read_text())


def resolve(source: Any, info: Any, **arguments: Any) -> Any:
    """Resolve a field: mutations and root fields by the store, the rest as a key."""
    store, headers = info.context
    name = info.field_name
    if info.parent_type.name == "Mutation":
        return store.mutate(name, arguments["input"], headers)
    if info.parent_type.name == "Query":
        method: Callable[..., Any] = getattr(store, "jobs_list" if name == "jobs" else name)
        return method(info, **arguments)
    return source.get(name)


def subscribe_field(_source: Any, info: Any, **arguments: Any) -> Any:
    store, _headers = info.context
    store.place_of(arguments["after"])
    if arguments.get("listener") and store.introduction_refused:
        raise GraphQLError("Who?", extensions={"code": store.introduction_refused})
    return store.events(info, **arguments)


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the listener under test."""
        yield


class Gateway:
    """The server; `faults` are answers, or None for a broken connection, to give first."""

    def __init__(self) -> None:
        self.store = Store()
        self.faults: deque[Callable[[dict[str, Any]], Response | None]] = deque()
        self.sockets: set[WebSocket] = set()
        self.connections: list[dict[str, Any]] = []
        self.close_code: int | None = None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator["Gateway"]:
        routes = [
            Route("/graphql", self.answer, methods=["POST"]),
            WebSocketRoute("/graphql", self.converse),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            ws="websockets-sansio",
            lifespan="off",
            log_level="error",
            timeout_graceful_shutdown=1,
        )
        server = Server(config)
        serving = asyncio.create_task(server.serve(sockets=[self._listening]))
        try:
            yield self
        finally:
            await self.drop()
            server.should_exit = True
            await serving
            self._listening.close()

    async def drop(self, code: int = 1012) -> None:
        """Break every WebSocket."""
        for one in list(self.sockets):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await one.close(code)

    async def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return errors("UNAUTHENTICATED", 401)
        body = await request.json()
        if "text/event-stream" in request.headers["accept"]:
            return await self.stream(body)
        if self.faults:
            fault = self.faults.popleft()(body)
            if fault:
                return fault
            await self.execute(body, request.headers)
            return Response("the answer is lost", 502)
        return JSONResponse(await self.execute(body, request.headers))

    async def execute(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        result = await graphql(
            SCHEMA,
            body["query"],
            context_value=(self.store, headers),
            variable_values=body["variables"],
            field_resolver=resolve,
        )
        return formatted(result)

    async def stream(self, body: dict[str, Any]) -> Response:
        self.connections.append(body["variables"])

        async def lines() -> AsyncIterator[str]:
            async for result in self.results(body):
                yield f"event: next\ndata: {json.dumps(result)}\n\n"
            yield "event: complete\ndata:\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    async def results(self, body: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        document = parse(body["query"])
        if found := validate(SCHEMA, document):
            yield {"errors": [error.formatted for error in found]}
            return
        stream: Any = subscribe(
            SCHEMA,
            document,
            context_value=(self.store, {}),
            variable_values=body["variables"],
            field_resolver=resolve,
            subscribe_field_resolver=subscribe_field,
        )
        if inspect.isawaitable(stream):
            stream = await stream
        if isinstance(stream, ExecutionResult):
            yield formatted(stream)
            return
        async with contextlib.aclosing(stream) as results:
            async for result in results:
                yield formatted(result)

    async def converse(self, websocket: WebSocket) -> None:
        await websocket.accept("graphql-transport-ws")
        self.sockets.add(websocket)
        telling: asyncio.Task[None] | None = None
        try:
            async for message in websocket.iter_json():
                match message["type"]:
                    case "connection_init" if self.close_code:
                        await websocket.close(self.close_code)
                    case "connection_init":
                        assert message["payload"] == {"authorization": f"Bearer {KEY}"}
                        await websocket.send_json({"type": "connection_ack"})
                        await websocket.send_json({"type": "ping"})
                    case "subscribe":
                        self.connections.append(message["payload"]["variables"])
                        telling = asyncio.create_task(self.tell(websocket, message))
        finally:
            self.sockets.discard(websocket)
            if telling:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    async def tell(self, websocket: WebSocket, message: Mapping[str, Any]) -> None:
        async for result in self.results(message["payload"]):
            kind, payload = "next", result
            if "data" not in result:
                kind, payload = "error", result["errors"]
            await websocket.send_json({"id": message["id"], "type": kind, "payload": payload})
        await websocket.send_json({"id": message["id"], "type": "complete"})


def formatted(result: ExecutionResult) -> dict[str, Any]:
    answer: dict[str, Any] = dict(result.formatted)
    if answer.get("data", 0) is None:
        del answer["data"]
    return answer


def errors(code: str, status: int, **headers: str) -> Response:
    content = {"errors": [{"message": code.lower(), "extensions": {"code": code}}]}
    return JSONResponse(
        content, status, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
