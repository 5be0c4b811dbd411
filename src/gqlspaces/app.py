"""The composition root: from settings to a running node and its web application."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gqlspaces import __version__, migration
from gqlspaces.features.jobs.sweeper import Sweeper
from gqlspaces.features.keys.service import authenticate
from gqlspaces.features.listeners.presence import Presence, forget
from gqlspaces.features.records.keeper import Keeper
from gqlspaces.features.records.streams import RecordStreams
from gqlspaces.features.rollouts.worker import Rollouts
from gqlspaces.features.schedules.scheduler import Scheduler
from gqlspaces.features.templates.fallback import Fallback
from gqlspaces.kernel.bus import Bus, MemoryBus
from gqlspaces.kernel.clock import Clock
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.delivery import Delivery
from gqlspaces.kernel.errors import Unauthenticated
from gqlspaces.kernel.graphql.context import Context
from gqlspaces.kernel.graphql.engine import SchemaEngine
from gqlspaces.kernel.graphql.limits import Limits
from gqlspaces.kernel.graphql.server import Credentials, GraphQLEndpoint, Service
from gqlspaces.kernel.retention import Retention
from gqlspaces.playground import playground_routes
from gqlspaces.schema import build_rules, build_schema
from gqlspaces.settings import Settings

logger = logging.getLogger(__name__)

TRIM_SECONDS = 3600.0


class Gateway:
    """One node: a database, what follows its log, and the GraphQL service over both."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        """Prepare a node; ``open`` starts it."""
        self.settings = settings
        self.bus: Bus = MemoryBus()
        self.keeper = Keeper(interval=settings.sweep_interval)
        self.rollouts = Rollouts(interval=settings.sweep_interval)
        self.database = Database.open(
            settings.database_url,
            replace(build_rules(), keepers=(self.keeper.follow, self.rollouts.follow)),
            clock,
            most_open=settings.open_spaces,
        )
        self.delivery = Delivery(self.database, poll=settings.poll_interval)
        self.sweeper = Sweeper(self.database, interval=settings.sweep_interval)
        self.scheduler = Scheduler(
            self.database, zone=ZoneInfo(settings.time_zone), interval=settings.sweep_interval
        )
        self.fallback = Fallback(self.database, interval=settings.sweep_interval)
        self.presence = Presence(self.database)
        self.engine = _engine(limits := _limits(settings))
        service = Service(
            engine=self.engine,
            authenticate=self.admit,
            limits=limits,
            allowed_origins=frozenset(settings.allowed_origins),
        )
        self.endpoint = GraphQLEndpoint(service)
        self._drain_seconds = 2 * limits.drain_seconds
        self.streams = RecordStreams(
            self.admit, ending=service.closing, receive_seconds=settings.receive_timeout
        )
        self.database.hint = self.bus.hint
        self.bus.attach(self.delivery.hinted)
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> Self:
        """Deliver what a crash left behind, then start what runs beside requests."""
        await self.database.own.recover()
        self._tasks = [
            asyncio.create_task(self.sweeper.run()),
            asyncio.create_task(self.scheduler.run()),
            asyncio.create_task(self.keeper.run(self.database)),
            asyncio.create_task(self.fallback.run()),
            asyncio.create_task(self.rollouts.run(self.database)),
            asyncio.create_task(self.presence.run()),
            asyncio.create_task(self._trim()),
        ]
        return self

    async def drain(self) -> None:
        """Refuse new requests, let those under way end, and send streams elsewhere."""
        await asyncio.gather(self.endpoint.drain(), self.streams.drain(self._drain_seconds))

    async def close(self) -> None:
        """Let requests end, then stop everything."""
        await self.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.presence.close()
        await self.delivery.close()
        await self.bus.close()
        await self.database.close()

    async def admit(self, credentials: Credentials) -> Context:
        """Give the context of a caller, or raise Unauthenticated."""
        if credentials.bearer is None:
            msg = "This needs a valid API key: Authorization: Bearer gsk_…"
            raise Unauthenticated(msg)
        now = await self.database.now()
        return Context(
            database=self.database,
            delivery=self.delivery,
            principal=await authenticate(self.database, credentials.bearer, now),
            lease=credentials.lease,
            last_event_id=credentials.last_event_id,
            request_id=credentials.request_id,
            services={Presence: self.presence},
        )

    async def _trim(self) -> None:
        retention = Retention(self.settings.event_retention_days, self.settings.event_retention_min)
        while True:
            try:
                await retention.trim(self.database)
                await forget(self.database)
            except Exception:
                logger.exception("forgetting old events failed; trying again later")
            await asyncio.sleep(TRIM_SECONDS)


def create_app(gateway: Gateway) -> Starlette:
    """Make the web application of a node; it opens and closes the node with itself."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await gateway.open()
        try:
            yield
        finally:
            await gateway.close()

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> JSONResponse:
        with suppress(Exception):
            revision = await migration.current_revision(gateway.settings.database_url)
            if revision == migration.newest_revision():
                return JSONResponse({"status": "ready", "revision": revision})
        return JSONResponse({"status": "unavailable"}, status_code=503)

    async def version(_request: Request) -> JSONResponse:
        return JSONResponse({"version": __version__})

    routes: list[BaseRoute] = [
        Route("/graphql", gateway.endpoint),
        WebSocketRoute("/graphql", gateway.endpoint),
        *gateway.streams.routes,
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/version", version),
    ]
    if gateway.settings.playground:
        routes += playground_routes()
    return Starlette(routes=routes, lifespan=lifespan)


@cache
def _engine(limits: Limits) -> SchemaEngine:
    """Build the schema once in a process, however many nodes it opens."""
    return SchemaEngine(build_schema(), limits)


def _limits(settings: Settings) -> Limits:
    return Limits(
        body_bytes=settings.max_body,
        document_tokens=settings.max_tokens,
        depth=settings.max_depth,
        aliases=settings.max_aliases,
        socket_operations=settings.max_operations_per_socket,
    )
