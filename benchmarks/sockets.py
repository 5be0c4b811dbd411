"""Many WebSockets that count frames and look into none."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from benchmarks.process import HOST, Server
from benchmarks.requests import HEAD_END
from benchmarks.rounds import Sample

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
SHORT, MEDIUM = 125, 126  # the longest length that fits in; two bytes follow that tell it
PATIENCE = 60.0  # seconds that one burst may take


@dataclass(frozen=True, slots=True)
class Address:
    """Where sockets are opened, and what each says there, a frame in answer to a frame."""

    path: str
    subprotocol: str | None = None
    sayings: Sequence[bytes] = ()

    def handshake(self) -> bytes:
        """The request to open a socket."""
        offer = f"Sec-WebSocket-Protocol: {self.subprotocol}\r\n" if self.subprotocol else ""
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n{offer}"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n\r\n"
        ).encode()


class Audience:
    """All sockets of one server; it knows how many frames they got together."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.frame = b""  # the payload heard last
        self._sockets: list[_Socket] = []
        self._count = 0
        self._wanted = 0
        self._first = 0.0
        self._complete: asyncio.Future[float]

    @property
    def size(self) -> int:
        """How many listen."""
        return len(self._sockets)

    async def open(self, address: Address, size: int) -> None:
        """Open sockets; each is ready when it got, beside the answers, one frame more."""
        loop = asyncio.get_running_loop()
        for _ in range(size):
            _transport, socket = await loop.create_connection(
                lambda: _Socket(self, address), HOST, self.server.port
            )
            self._sockets.append(socket)
            await asyncio.wait_for(socket.ready, PATIENCE)

    async def burst(self, frames: int, trigger: Awaitable[object]) -> Sample:
        """Count until everybody got some frames; the time runs from the first that arrives."""
        wanted = frames * self.size
        self._count, self._wanted = 0, wanted
        self._complete = asyncio.get_running_loop().create_future()
        spent = self.server.cpu_seconds()
        _answer, last = await asyncio.wait_for(asyncio.gather(trigger, self._complete), PATIENCE)
        cpu = self.server.cpu_seconds()
        used = None if spent is None or cpu is None else cpu - spent
        return Sample(wanted, last - self._first, used)

    def heard(self, frames: int) -> None:
        """Count frames."""
        if not self._wanted:
            return
        if not self._count:
            self._first = time.perf_counter()
        self._count += frames
        if self._count >= self._wanted:
            self._wanted = 0
            self._complete.set_result(time.perf_counter())

    def lost(self, reason: str) -> None:
        """Fail the burst under way: without everybody it would never end."""
        if self._wanted:
            self._wanted = 0
            self._complete.set_exception(ConnectionError(reason))

    def close(self) -> None:
        """Drop every socket."""
        self._wanted = 0
        for socket in self._sockets:
            socket.abort()


@asynccontextmanager
async def audience(server: Server, address: Address, size: int) -> AsyncIterator[Audience]:
    """Sockets that are open and heard their first frame."""
    opened = Audience(server)
    try:
        await opened.open(address, size)
        yield opened
    finally:
        opened.close()


class _Socket(asyncio.Protocol):
    def __init__(self, audience: Audience, address: Address) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._audience = audience
        self._handshake = address.handshake()
        self._sayings = list(address.sayings)
        self._is_open = False
        self._rest = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass
        self._transport.write(self._handshake)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("The socket was closed."))
        self._audience.lost("A socket was closed.")

    def abort(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._rest = data = self._rest + data if self._rest else data
        if not self._is_open:
            self._open()
            return
        position = frames = 0
        while (span := _span(data, position)) is not None:
            begin, end = span
            kind = data[position] & 15
            if kind == PING:
                self._transport.write(_frame(PONG, data[begin:end]))
            elif kind != CLOSE:
                frames += 1
                self._audience.frame = data[begin:end]
            position = end
        self._rest = data[position:]
        if frames:
            self._counted(frames)

    def _open(self) -> None:
        """Take the answer to the handshake; what may have come with it is looked at next."""
        head, found, rest = self._rest.partition(HEAD_END)
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 101 "):
            self.ready.set_exception(ConnectionError(head.decode()))
            return
        self._is_open = True
        self._rest = b""
        self._say()
        if rest:
            self.data_received(rest)

    def _counted(self, frames: int) -> None:
        if self.ready.done():
            self._audience.heard(frames)
        elif self._sayings:
            self._say()
        else:
            self.ready.set_result(None)

    def _say(self) -> None:
        if self._sayings:
            self._transport.write(_frame(TEXT, self._sayings.pop(0)))


def _frame(kind: int, payload: bytes) -> bytes:
    """A frame of a client; its mask of zeros leaves the payload as it is."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size <= SHORT else b"\xfe" + size.to_bytes(2, "big")
    return bytes((0x80 | kind,)) + length + bytes(4) + payload


def _span(data: bytes, position: int) -> tuple[int, int] | None:
    """Where the payload of the frame at `position` begins and ends; None until it is all here."""
    if len(data) < position + 2:
        return None
    begin, length = position + 2, data[position + 1]
    if length > SHORT:
        size = 2 if length == MEDIUM else 8
        begin, length = begin + size, int.from_bytes(data[begin : begin + size], "big")
    return (begin, begin + length) if begin + length <= len(data) else None
