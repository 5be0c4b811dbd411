"""Requests as finished bytes, and connections that send them as fast as they are answered."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any, cast

import orjson

from benchmarks.process import HOST, Server
from benchmarks.rounds import Sample

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "


class WrongAnswer(RuntimeError):
    """A server answered something else than what is measured."""


def post(path: str, body: bytes = b"", *, key: str = "") -> bytes:
    """The bytes of one POST."""
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\n{authorization}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def graphql(key: str, document: str, variables: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of one GraphQL request."""
    return post("/graphql", orjson.dumps({"query": document, "variables": variables}), key=key)


async def answer(server: Server, request: bytes) -> bytes:
    """The body of the answer to one request on a connection of its own."""
    reader, writer = await asyncio.open_connection(HOST, server.port)
    try:
        writer.write(request)
        head = await reader.readuntil(HEAD_END)
        body = await reader.readexactly(_length(head))
    finally:
        writer.close()
    if not head.startswith(b"HTTP/1.1 200 "):
        raise WrongAnswer(f"{head.decode()}{body.decode()}")
    return body


async def asked(
    server: Server, key: str, document: str, variables: Mapping[str, Any] | None = None
) -> Any:
    """The data that one GraphQL request gets."""
    body = await answer(server, graphql(key, document, variables))
    read = orjson.loads(body)
    if "errors" in read or b'"userErrors":[{' in body:
        raise WrongAnswer(body.decode())
    return read["data"]


async def hammer(
    server: Server, queues: Sequence[Iterable[bytes]], *, ending: bytes, seconds: float
) -> Sample:
    """Send each queue, over and over, on its own connection for some seconds.

    Every answer must have status 200 and end with `ending`. The requests that are under way in
    the end are waited for and count, with the time that they take.
    """
    loop = asyncio.get_running_loop()
    callers = [_Caller(cycle(queue), ending) for queue in queues]
    next_caller = iter(callers).__next__
    for _ in callers:
        await loop.create_connection(next_caller, HOST, server.port)
    spent = server.cpu_seconds()
    begun = time.perf_counter()
    for caller in callers:
        caller.send()
    await asyncio.sleep(seconds)
    for caller in callers:
        caller.is_stopping = True
    counts = await asyncio.gather(*(caller.stopped for caller in callers))
    taken = time.perf_counter() - begun
    cpu = server.cpu_seconds()
    for caller in callers:
        caller.close()
    used = None if spent is None or cpu is None else cpu - spent
    return Sample(sum(counts), taken, used)


class _Caller(asyncio.Protocol):
    """One connection with one request under way at a time."""

    def __init__(self, requests: Iterator[bytes], ending: bytes) -> None:
        self.is_stopping = False
        self.stopped: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._ending = ending
        self._count = 0
        self._received = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.stopped.done():
            self.stopped.set_exception(exc or WrongAnswer("The connection was closed."))

    def send(self) -> None:
        self._transport.write(next(self._requests))

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data if self._received else data
        body = received.find(HEAD_END) + len(HEAD_END)
        if body < len(HEAD_END) or len(received) < body + _length(received):
            return
        if not (received.startswith(b"HTTP/1.1 200 ") and received.endswith(self._ending)):
            self.stopped.set_exception(WrongAnswer(received.decode()))
            return
        self._received = b""
        self._count += 1
        if self.is_stopping:
            self.stopped.set_result(self._count)
        else:
            self.send()


def _length(response: bytes) -> int:
    begin = response.index(LENGTH) + len(LENGTH)
    return int(response[begin : response.index(b"\r", begin)])
