"""A gateway that listens: uvicorn, run so that a stop loses nothing."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Any, TypeVar

import typer
import uvicorn
import uvloop

from gqlspaces.app import Gateway, create_app
from gqlspaces.bootstrap import create_first_environment, environments
from gqlspaces.cli.databases import bring_up_to_date, explained
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.gateway import INTERRUPTED
from gqlspaces.cli.local import opened
from gqlspaces.kernel.graphql.limits import Limits
from gqlspaces.kernel.graphql.server.uvicorn_protocols import (
    ImpatientHttpProtocol,
    ImpatientWebSocketProtocol,
)
from gqlspaces.settings import Settings

T = TypeVar("T")

SEND_BUFFER = 128 * 1024  # bytes that the system keeps for a client that does not read
DRAIN_SECONDS = 12.0  # for queries and mutations under way, and for sockets to be closed
GRACE_SECONDS = 3  # for what is open even then; both together stay below the usual 20


@dataclass(frozen=True)
class Served:
    """A gateway that listens at ``host`` and ``port``; ``key`` is its first, if it was made now."""

    gateway: Gateway
    host: str
    port: int
    key: str | None = field(repr=False)
    is_keyless: bool
    running: asyncio.Task[None]

    @property
    def url(self) -> str:
        """The address of the playground; one of this machine where all addresses are served."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    @property
    def endpoint(self) -> str:
        """The address that GraphQL is sent to."""
        return f"{self.url}graphql"

    @property
    def is_private(self) -> bool:
        """Tell that only this machine can connect."""
        return _is_loopback(self.host)

    async def ended(self) -> None:
        """Wait for the signal to stop, and for all that it ends."""
        await asyncio.shield(self.running)


@asynccontextmanager
async def serving(settings: Settings, *, migrate: bool = True) -> AsyncIterator[Served]:
    """Serve from the moment the block begins until it ends, or SIGTERM or SIGINT comes."""
    async with opened(settings) as gateway:
        with closing(_listen(settings.host, settings.port)) as listener:
            host, port = listener.getsockname()[:2]
            with explained():
                await bring_up_to_date(settings.database_url, migrate=migrate)
                is_empty = not await environments(gateway.database)
                key = await _first_key(gateway) if is_empty and _is_loopback(host) else None
            await gateway.open()
            async with _running(gateway, listener) as running:
                yield Served(gateway, host, port, key, is_empty and not key, running)


@asynccontextmanager
async def _running(
    gateway: Gateway, listener: socket.socket
) -> AsyncIterator["asyncio.Task[None]"]:
    server = _Server(gateway)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait((running, listening), return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    try:
        yield running
    finally:
        server.should_exit = True
        await running


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a command that serves; interrupted before it does, it ends as shells expect."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(main)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


class _Server(uvicorn.Server):
    """A server that stops by draining the endpoint, while uvicorn would cut sockets off."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(_config(gateway))
        self.listening = asyncio.Event()
        self._gateway = gateway

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connections, let what is under way end, then close what is open."""
        for server in self.servers:
            server.close()
        draining = asyncio.create_task(self._gateway.drain())
        end = asyncio.get_running_loop().time() + DRAIN_SECONDS
        while not (draining.done() or self.force_exit or end < asyncio.get_running_loop().time()):
            await asyncio.wait([draining], timeout=0.1)
        draining.cancel()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let a signal stop the server; unlike uvicorn, do not die of it afterwards."""
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, partial(self.handle_exit, one, None))
        try:
            yield
        finally:
            for one in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(one)


def _config(gateway: Gateway) -> uvicorn.Config:
    class HttpProtocol(ImpatientHttpProtocol):
        send_seconds = gateway.settings.send_timeout

    class WebSocketProtocol(ImpatientWebSocketProtocol):
        send_seconds = gateway.settings.send_timeout

    limits = Limits()
    return uvicorn.Config(
        create_app(gateway),
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=limits.frame_bytes,
        ws_per_message_deflate=False,  # cheap to send, dear to unpack
        ws_ping_interval=limits.ping_seconds,
        ws_ping_timeout=limits.ping_seconds,
        server_header=False,
        lifespan="off",  # the gateway is opened and closed around the server
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is made, so that a key is not made for nothing."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise Failure(
            f"cannot listen on {host} port {port}: {error.strerror}",
            advice="Choose another with --host and --port; --port 0 takes any that is free.",
        ) from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return listener


async def _first_key(gateway: Gateway) -> str:
    return await create_first_environment(gateway.database, gateway.settings.environment_name)


def _is_loopback(host: str) -> bool:
    return ip_address(host).is_loopback
