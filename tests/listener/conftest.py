"""A gateway to talk to, and listeners that run against it."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

import harness
from gqlspaces.app import Gateway as RealGateway
from gqlspaces.kernel.graphql.limits import Limits
from gqlspaces.kernel.graphql.server import GraphQLEndpoint, Service
from gqlspaces.listener import Api, Client, Connection, Event, Listener, Pace, Runner

from .gateway import KEY, Gateway
from .office import Office, open_office
from .store import Store

Running: TypeAlias = Callable[..., contextlib.AbstractAsyncContextManager[Runner]]

CONFIGURE = {"job": "space:configure"}


async def seed(event: Event) -> None:
    """Configure a Space the long way, as the seed's listing does."""
    job_id, space_id = event.context["jobId"], event.context["spaceId"]
    await event.api.jobs.ack(job_id, info="Setting up", progress=10)
    await event.api.workbooks.create(
        space_id=space_id,
        name="Customer Data",
        sheets=[{"name": "Contacts", "fields": [{"key": "email", "type": "string"}]}],
        actions=[
            {
                "operation": "submit",
                "label": "Submit",
                "mode": "foreground",
                "constraints": [{"type": "hasData"}],
            }
        ],
    )
    await event.api.jobs.update(job_id, info="Workbook created", progress=50)
    await event.api.documents.create(space_id=space_id, title="Welcome", body="<h1>Hi</h1>")
    await event.api.spaces.update(space_id, metadata={"theme": {"root": {}}})
    await event.api.jobs.complete(job_id, outcome={"message": "Done", "acknowledge": True})


def settled(store: Store, job_id: str) -> bool:
    return store.jobs[job_id]["status"] in {"COMPLETE", "FAILED"}


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


@pytest.fixture
async def office(opened: tuple[RealGateway, str], pace: Pace) -> AsyncIterator[Office]:
    """The real gateway, once on SQLite and once on PostgreSQL; it takes 1 MiB in one request."""
    gateway, key = opened
    service = Service(engine=gateway.engine, authenticate=gateway.admit, limits=Limits())
    app = Starlette(routes=[Route("/graphql", GraphQLEndpoint(service))])
    office = open_office(await harness.Api.with_key(*opened), app, key, pace=pace)
    async with office.client:
        yield office
