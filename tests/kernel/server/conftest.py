"""A toy schema behind the real endpoint, and clients that speak raw ASGI to it."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import pytest
import strawberry
from starlette.testclient import TestClient

from gqlspaces.kernel.errors import CursorExpired, DomainError, NotFound, Unauthenticated
from gqlspaces.kernel.graphql.engine import SchemaEngine
from gqlspaces.kernel.graphql.limits import Limits
from gqlspaces.kernel.graphql.server import Credentials, GraphQLEndpoint, Service
from kernel.server.serving import application, served

SECRET = "postgresql://user:hunter2@db"


@dataclass
class Stage:
    """What the resolvers did, for tests to see; the events work across threads."""

    closed: threading.Event = field(default_factory=threading.Event)
    advanced: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class ToyContext:
    credentials: Credentials
    stage: Stage
    suggestions: bool = True
    generation: int = 0

    def for_operation(self) -> "ToyContext":
        return replace(self, generation=self.generation + 1)


Info = strawberry.Info[ToyContext, None]


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = "green"


@strawberry.type
class Item:
    cursor: str
    number: int

    @strawberry.field
    def generation(self, info: Info) -> int:
        return info.context.generation


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def child(self) -> "Thing":
        return Thing()


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}!"

    @strawberry.field
    def double(self, number: int) -> int:
        return 2 * number

    @strawberry.field
    async def paint(self, colour: Colour) -> str:
        return colour.value

    @strawberry.field
    def thing(self) -> Thing:
        return Thing()

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def absent(self) -> str | None:
        raise NotFound("There is no such thing.", path=("id",), extra={"kind": "thing"})

    @strawberry.field
    def wrong_type(self) -> int | None:
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def huge(self) -> strawberry.scalars.JSON:
        return strawberry.scalars.JSON({"number": 10**40})

    @strawberry.field
    def sender(self, info: Info) -> strawberry.scalars.JSON:
        sent = info.context.credentials
        return strawberry.scalars.JSON(
            {
                "bearer": sent.bearer,
                "requestId": sent.request_id,
                "lease": sent.lease,
                "lastEventId": sent.last_event_id,
                "origin": sent.origin,
            }
        )


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def wait_at_gate(self, info: Info) -> str:
        info.context.stage.entered.set()
        await info.context.stage.gate.wait()
        return "through"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def items(self, count: int) -> AsyncGenerator[Item, None]:
        for number in range(count):
            yield Item(cursor=f"v1.e.{number}", number=number)

    @strawberry.subscription
    async def forever(self, info: Info) -> AsyncGenerator[int, None]:
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            info.context.stage.closed.set()

    @strawberry.subscription
    async def flood(self, info: Info) -> AsyncGenerator[str, None]:
        try:
            while True:
                info.context.stage.advanced += 1
                yield "x" * 10_000
        finally:
            info.context.stage.closed.set()

    @strawberry.subscription
    async def expiring(self) -> AsyncGenerator[int, None]:
        yield 1
        raise CursorExpired("The events after this cursor are no longer kept.")

    @strawberry.subscription
    async def crashing(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError(SECRET)


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def schema() -> strawberry.Schema:
    return SCHEMA


@pytest.fixture
def engine() -> SchemaEngine:
    return SchemaEngine(SCHEMA)


@pytest.fixture
def context(stage: Stage) -> ToyContext:
    return ToyContext(Credentials(bearer=None, request_id="test"), stage)


@pytest.fixture
def make_endpoint(stage: Stage, time: Time) -> Callable[..., GraphQLEndpoint]:
    """Make an endpoint, with the limits given by name instead of the usual ones."""

    async def authenticate(credentials: Credentials) -> ToyContext:
        match credentials.bearer:
            case "bad":
                raise Unauthenticated("This key is not known.")
            case "busy":
                raise DomainError("Try again later.", code="OVERLOADED")
            case "boom":
                raise RuntimeError(SECRET)
        return ToyContext(credentials, stage, suggestions=credentials.bearer is not None)

    def make(**limits: Any) -> GraphQLEndpoint:
        chosen = Limits(**limits)
        service = Service(
            engine=SchemaEngine(SCHEMA, chosen),
            authenticate=authenticate,
            limits=chosen,
            allowed_origins=frozenset({"https://app.example"}),
            clock=time,
        )
        return GraphQLEndpoint(service)

    return make


@pytest.fixture
def endpoint(make_endpoint: Callable[..., GraphQLEndpoint]) -> GraphQLEndpoint:
    return make_endpoint()


@pytest.fixture
def client(endpoint: GraphQLEndpoint) -> Iterator[TestClient]:
    with TestClient(application(endpoint)) as client:
        yield client


@dataclass
class Socket:
    """The client's end of a WebSocket, as ASGI messages."""

    incoming: asyncio.Queue[dict[str, Any]]
    outgoing: asyncio.Queue[dict[str, Any]]
    task: asyncio.Task[None]
    taken: asyncio.Event

    async def say(self, message: Any) -> None:
        await self.say_text(message if isinstance(message, str) else json.dumps(message))

    async def say_text(self, text: str) -> None:
        await self.incoming.put({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        await self.incoming.put({"type": "websocket.disconnect", "code": 1001})

    async def event(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.outgoing.get(), 5)

    async def hear(self) -> Any:
        event = await self.event()
        assert event["type"] == "websocket.send", event
        return json.loads(event["text"])

    async def closed(self) -> tuple[int, str]:
        """Wait for the close, past all messages, and give its code and reason."""
        while (event := await self.event())["type"] != "websocket.close":
            pass
        await asyncio.wait_for(self.task, 5)
        return event["code"], event.get("reason") or ""

    async def greet(self, **payload: Any) -> None:
        await self.say({"type": "connection_init", "payload": payload})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, identity: str, query: str, **members: Any) -> None:
        payload = {"query": query, **members}
        await self.say({"id": identity, "type": "subscribe", "payload": payload})


@asynccontextmanager
async def open_socket(
    endpoint: GraphQLEndpoint,
    headers: dict[str, str] | None = None,
    subprotocols: tuple[str, ...] = ("graphql-transport-ws",),
) -> AsyncIterator[Socket]:
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    reads = asyncio.Event()
    reads.set()

    async def send(message: Any) -> None:
        await reads.wait()
        await outgoing.put(message)

    named = {"host": "spaces.example", **(headers or {})}
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "query_string": b"",
        "subprotocols": list(subprotocols),
        "client": ("127.0.0.1", 5),
        "state": {},
    }
    await incoming.put({"type": "websocket.connect"})
    task = asyncio.create_task(endpoint(scope, incoming.get, send))
    try:
        yield Socket(incoming, outgoing, task, reads)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def connect(endpoint: GraphQLEndpoint) -> Callable[..., Any]:
    """Open a socket; on the usual endpoint unless another is given."""

    def connect(**options: Any) -> Any:
        return open_socket(options.pop("to", endpoint), **options)

    return connect


@pytest.fixture
async def socket(connect: Callable[..., Any]) -> AsyncIterator[Socket]:
    """A socket that was accepted, but not greeted."""
    async with connect() as socket:
        accepted = await socket.event()
        assert accepted["subprotocol"] == "graphql-transport-ws"
        yield socket


@pytest.fixture
async def greeted(socket: Socket) -> Socket:
    """A socket ready for operations."""
    await socket.greet()
    return socket


@pytest.fixture
def serve() -> Callable[..., Any]:
    return served
