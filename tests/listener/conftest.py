"""A gateway to talk to, and listeners that run against it."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import pytest

from gqlspaces.listener import Api, Client, Connection, Listener, Pace, Runner

from .gateway import KEY, Gateway
from .store import Store

Running: TypeAlias = Callable[..., contextlib.AbstractAsyncContextManager[Runner]]


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with Gateway().serving() as serving:
        yield serving


@pytest.fixture
def store(gateway: Gateway) -> Store:
    return gateway.store


@pytest.fixture
def pace() -> Pace:
    return Pace(first=0.01, longest=0.05, patience=5, chance=random.Random(1))


@pytest.fixture
async def client(gateway: Gateway, pace: Pace) -> AsyncIterator[Client]:
    async with Client(Connection(gateway.url, KEY), pace=pace) as client:
        yield client


@pytest.fixture
def api(client: Client) -> Api:
    return Api(client)


@pytest.fixture
def running(gateway: Gateway, pace: Pace) -> Running:
    @contextlib.asynccontextmanager
    async def run(
        listener: Listener, *, state: str | None = None, key: str = KEY, **options: Any
    ) -> AsyncIterator[Runner]:
        given: Any = {"pace": pace, "grace": 5.0, **options}
        runner = Runner(listener, Connection(gateway.url, key), state, **given)
        task = asyncio.create_task(runner.run())
        ready = asyncio.create_task(runner.ready.wait())
        await asyncio.wait([task, ready], timeout=10, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        try:
            if not task.done():
                yield runner
        finally:
            runner.stop()
            await task

    return run
