"""Real processes for the acceptance tests: a served gateway, listeners, and a client."""

import asyncio
import os
import random
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gqlspaces.app import Gateway
from gqlspaces.bootstrap import create_first_environment
from gqlspaces.listener import Client, Connection, Unreachable
from gqlspaces.listener.pace import Pace
from gqlspaces.settings import Settings
from harness import PostgresTemplate, sqlite_copy

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def environment(**variables: str) -> dict[str, str]:
    """Give the variables of a process that shares no settings with its caller."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GQLSPACES_")}
    return own | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"} | variables


@dataclass
class World:
    """A gateway in a process of its own, which can be killed and started again."""

    folder: Path
    database_url: str
    key: str
    port: int = field(default_factory=free_port)
    process: Process | None = None
    starts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def connection(self) -> Connection:
        return Connection(self.url, self.key)

    async def start(self) -> None:
        """Start the gateway and return when it listens."""
        self.starts += 1
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gqlspaces", "serve", "--port", str(self.port), "--log-format", "json"),
            cwd=self.folder,
            env=environment(
                GQLSPACES_DATABASE_URL=self.database_url,
                GQLSPACES_SWEEP_INTERVAL="0.2",
                GQLSPACES_POLL_INTERVAL="0.5",
            ),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=PIPE,
        )
        assert self.process.stderr is not None
        told = b""
        async for line in self.process.stderr:
            told += line
            if b'"listening"' in line:
                self._drained = asyncio.create_task(_swallow(self.process.stderr))
                return
        raise AssertionError(told.decode())

    async def kill(self) -> None:
        """End the gateway as a crash would."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    def client(self) -> Client:
        """Give a patient client: it repeats what a crash left without an answer."""
        return Client(self.connection, pace=Pace(patience=60.0))

    @asynccontextmanager
    async def listener(self, script: Path, url: str | None = None) -> AsyncIterator[Process]:
        """Run a listener of ``script`` and give its process once it is connected."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(script),
            url or self.url,
            cwd=self.folder,
            env=environment(GQLSPACES_KEY=self.key),
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            await process.wait()


async def _swallow(stream: asyncio.StreamReader) -> None:
    async for _line in stream:
        pass


async def make_world(url: str, folder: Path) -> World:
    """Make an environment in a migrated database; the gateway is not started yet."""
    gateway = Gateway(Settings(database_url=url, data_dir=folder))
    key = await create_first_environment(gateway.database, "development")
    await gateway.close()
    return World(folder, url, key)


@asynccontextmanager
async def sqlite_world(template: Path, folder: Path) -> AsyncIterator[World]:
    """Give a served gateway on SQLite."""
    world = await make_world(sqlite_copy(template, folder), folder)
    await world.start()
    try:
        yield world
    finally:
        await world.kill()


@asynccontextmanager
async def postgres_world(template: PostgresTemplate, folder: Path) -> AsyncIterator[World]:
    """Give a served gateway on PostgreSQL."""
    async with template.copy() as url:
        world = await make_world(url, folder)
        await world.start()
        try:
            yield world
        finally:
            await world.kill()


@asynccontextmanager
async def wiretap(port: int, sent: Callable[[bytes], Awaitable[None]]) -> AsyncIterator[int]:
    """Give a port that leads to ``port`` and tells what clients send, after passing it on."""

    async def pump(
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        tell: Callable[[bytes], Awaitable[None]] | None,
    ) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
                if tell is not None:
                    await tell(data)
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, downstream, sent), pump(upstream, writer, None))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def until_unbroken(
    work: Callable[[], Awaitable[Mapping[str, Any]]], rng: random.Random
) -> Mapping[str, Any]:
    """Repeat a call that carries an idempotency key until it is answered."""
    while True:
        try:
            return await work()
        except Unreachable:
            await asyncio.sleep(rng.uniform(0.01, 0.1))
