"""Server-sent events: framing, resuming, and what happens when somebody leaves."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

EVENTS = "text/event-stream"
COMPLETE = "event: complete\ndata:\n\n"


@dataclass
class Stream:
    """The client's end of one HTTP exchange, as ASGI messages."""

    incoming: asyncio.Queue[dict[str, Any]]
    outgoing: asyncio.Queue[dict[str, Any]]
    task: asyncio.Task[None]

    async def start(self) -> tuple[int, dict[str, str]]:
        event = await asyncio.wait_for(self.outgoing.get(), 5)
        return event["status"], {k.decode(): v.decode() for k, v in event["headers"]}

    async def chunk(self) -> str:
        event = await asyncio.wait_for(self.outgoing.get(), 5)
        return str(event["body"].decode())

    async def rest(self) -> str:
        await asyncio.wait_for(self.task, 5)
        return "".join([await self.chunk() for _ in range(self.outgoing.qsize())])

    async def leave(self) -> None:
        await self.incoming.put({"type": "http.disconnect"})
        await asyncio.wait_for(self.task, 5)


@asynccontextmanager
async def ask(
    endpoint: Any, query: str, accept: str = EVENTS, *, room: int = 0, **headers: str
) -> AsyncIterator[Stream]:
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue(room)
    named = {"content-type": "application/json", "accept": accept} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    body = json.dumps({"query": query}).encode()
    await incoming.put({"type": "http.request", "body": body, "more_body": False})
    task = asyncio.create_task(endpoint(scope, incoming.get, outgoing.put))
    try:
        yield Stream(incoming, outgoing, task)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_subscription_is_framed_with_bare_line_feeds_and_cursors(endpoint: Any) -> None:
    async with ask(endpoint, "subscription { items(count: 2) { cursor } }") as stream:
        status, headers = await stream.start()
        assert status == 200
        assert headers["content-type"] == f"{EVENTS}; charset=utf-8"
        assert headers["x-accel-buffering"] == "no"
        assert headers["vary"] == "Accept"
        assert await stream.rest() == (
            'id: v1.e.0\nevent: next\ndata: {"data":{"items":{"cursor":"v1.e.0"}}}\n\n'
            'id: v1.e.1\nevent: next\ndata: {"data":{"items":{"cursor":"v1.e.1"}}}\n\n' + COMPLETE
        )


async def test_a_query_is_one_event_when_events_are_preferred(endpoint: Any) -> None:
    async with ask(endpoint, "{ hello }") as stream:
        await stream.start()
        expected = 'event: next\ndata: {"data":{"hello":"Hello, world!"}}\n\n' + COMPLETE
        assert await stream.rest() == expected


@pytest.mark.parametrize(
    "accept",
    [
        f"application/json, {EVENTS}",
        f"application/graphql-response+json, application/json, {EVENTS}, multipart/mixed",
        f"{EVENTS};q=0.5, application/json",
    ],
)
async def test_a_query_is_json_when_json_is_preferred(endpoint: Any, accept: str) -> None:
    async with ask(endpoint, "{ hello }", accept) as stream:
        _, headers = await stream.start()
        assert "json" in headers["content-type"]


async def test_a_subscription_is_streamed_to_whoever_names_events_at_all(endpoint: Any) -> None:
    query = "subscription { items(count: 0) { cursor } }"
    async with ask(endpoint, query, f"application/json, {EVENTS}") as stream:
        _, headers = await stream.start()
        assert headers["content-type"].startswith(EVENTS)
        assert await stream.rest() == COMPLETE


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($n: Int!) { items(count: $n) { cursor } }", "BAD_USER_INPUT"),
    ],
)
async def test_a_refused_document_is_one_event(endpoint: Any, query: str, code: str) -> None:
    async with ask(endpoint, query) as stream:
        status, _ = await stream.start()
        assert status == 200
        body = await stream.rest()
        assert body.endswith(COMPLETE)
        (error,) = json.loads(body.partition("data: ")[2].partition("\n")[0])["errors"]
        assert error["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("field", "code"),
    [("expiring", "CURSOR_EXPIRED"), ("crashing", "INTERNAL_SERVER_ERROR")],
)
async def test_a_failing_source_is_a_last_event(endpoint: Any, field: str, code: str) -> None:
    async with ask(endpoint, f"subscription {{ {field} }}") as stream:
        await stream.start()
        assert f'{{"{field}":1}}' in await stream.chunk()
        last = await stream.rest()
        assert code in last
        assert "hunter2" not in last
        assert last.endswith(COMPLETE)


async def test_a_silent_subscription_is_kept_alive_by_comments(
    make_endpoint: Callable[..., Any],
) -> None:
    async with ask(make_endpoint(ping_seconds=0.01), "subscription { forever }") as stream:
        await stream.start()
        assert "next" in await stream.chunk()
        assert [await stream.chunk(), await stream.chunk()] == [":\n\n", ":\n\n"]


async def test_the_results_are_closed_when_the_client_leaves(endpoint: Any, stage: Any) -> None:
    async with ask(endpoint, "subscription { forever }") as stream:
        await stream.start()
        await stream.chunk()
        assert not stage.closed.is_set()
        await stream.leave()
        assert stage.closed.is_set()


async def test_an_event_is_asked_for_when_the_last_one_was_taken(endpoint: Any, stage: Any) -> None:
    async with ask(endpoint, "subscription { flood }", room=3) as stream:
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert stream.outgoing.full()  # with the head of the answer and two events
        assert stage.advanced == 3


async def test_a_closing_server_ends_the_stream_without_completing_it(
    endpoint: Any, stage: Any
) -> None:
    async with ask(endpoint, "subscription { forever }") as stream:
        await stream.start()
        await stream.chunk()
        await endpoint.drain()
        assert await stream.rest() == ""
        assert stage.closed.is_set()


async def test_the_last_event_id_reaches_the_context(endpoint: Any) -> None:
    async with ask(endpoint, "{ sender }", last_event_id="v1.e.41") as stream:
        await stream.start()
        assert '"lastEventId":"v1.e.41"' in await stream.rest()
