"""Requests as ASGI messages, so that a test decides when the client sends, reads and leaves."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gqlspaces.app import Gateway, create_app

NDJSON = "application/x-ndjson"


@dataclass
class Answer:
    """What came back; ``is_whole`` says that its end came too."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_whole: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def refusal(self) -> tuple[int, str]:
        """The status and the code of the one error."""
        (error,) = self.json["errors"]
        return self.status, error["extensions"]["code"]


@dataclass
class Client:
    """A client with a key, or without one."""

    gateway: Gateway
    key: str | None

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None
    ) -> "Exchange":
        """Begin a request whose body is sent by hand."""
        named = {"host": "spaces.example", **(headers or {})}
        if self.key is not None:
            named["authorization"] = f"Bearer {self.key}"
        bare, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": bare,
            "raw_path": bare.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 5),
            "server": ("spaces.example", 80),
            "scheme": "http",
            "http_version": "1.1",
        }
        exchange = Exchange()
        application = create_app(self.gateway)
        exchange.task = asyncio.create_task(application(scope, exchange.receive, exchange.send))
        return exchange

    async def get(self, path: str, **headers: str) -> Answer:
        """Fetch something whole."""
        exchange = self.request("GET", path, headers)
        await exchange.say(b"")
        return await exchange.answered()

    async def post(
        self, path: str, body: bytes | Iterable[bytes], *, accept: str = "*/*", **headers: str
    ) -> Answer:
        """Send a body, whole or in chunks, and wait for the answer."""
        named = {"content-type": NDJSON, "accept": accept}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        exchange = self.request("POST", path, named)
        for chunk in [body] if isinstance(body, bytes) else body:
            await exchange.say(chunk, more=True)
        await exchange.say(b"")
        return await exchange.answered()


class Exchange:
    """One request: what the client says, and what it has been sent.

    ``handed`` has the size of all that the server tried to send; with ``turns`` each message is
    taken when the client says so.
    """

    def __init__(self) -> None:
        self.answer = Answer()
        self.reads = asyncio.Event()
        self.reads.set()
        self.sent = asyncio.Condition()
        self.handed: list[int] = []
        self.turns: asyncio.Semaphore | None = None
        self.task: asyncio.Task[None]
        self._moved = asyncio.Event()
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @property
    def bodies_waiting(self) -> list[bytes]:
        """What the client sent and the server did not read."""
        return [message["body"] for message in self._said._queue]  # type: ignore[attr-defined]  # noqa: SLF001

    async def heard(self) -> None:
        """Wait until the server has read all that the client sent."""
        await asyncio.wait_for(self._said.join(), 10)

    async def offered(self, count: int) -> None:
        """Wait until the server tried to send so many messages, or is done."""
        self.task.add_done_callback(lambda _: self._moved.set())
        while len(self.handed) < count and not self.task.done():
            self._moved.clear()
            await asyncio.wait_for(self._moved.wait(), 10)

    async def say(self, body: bytes, *, more: bool = False) -> None:
        """Send some of the body."""
        await self._said.put({"type": "http.request", "body": body, "more_body": more})

    async def leave(self) -> None:
        """Break the connection."""
        await self._said.put({"type": "http.disconnect"})

    async def receive(self) -> dict[str, Any]:
        message = await self._said.get()
        self._said.task_done()
        return message

    async def send(self, message: Any) -> None:
        self.handed.append(len(message.get("body", b"")))
        self._moved.set()
        await self.reads.wait()
        if self.turns is not None:
            await self.turns.acquire()
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            self.answer.headers = {
                name.decode(): value.decode() for name, value in message["headers"]
            }
        else:
            self.answer.body += message["body"]
            self.answer.is_whole = not message.get("more_body", False)
        async with self.sent:
            self.sent.notify_all()

    async def until(self, bytes_sent: int) -> None:
        """Wait until so much of the answer's body has come."""
        async with asyncio.timeout(10), self.sent:
            await self.sent.wait_for(lambda: len(self.answer.body) >= bytes_sent)

    async def answered(self) -> Answer:
        """Wait until the server is done with the request."""
        await asyncio.wait_for(self.task, 30)
        return self.answer


def lines_of(rows: Iterable[Any]) -> bytes:
    """Write values as JSON Lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
