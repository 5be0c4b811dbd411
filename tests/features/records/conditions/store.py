"""The table of records in a bare database, and what conditions choose from it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, event, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.schema import CreateSchema

from features.records.conditions.evaluation import Stored
from gqlspaces.features.records.conditions.condition import Condition
from gqlspaces.features.records.conditions.dialect import DialectName
from gqlspaces.features.records.conditions.sql import compiled
from gqlspaces.features.records.conditions.sqlite import register
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.model import record
from gqlspaces.kernel.engines import OPTIONS, async_url

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """A database of one kind or the other."""

    dialect: DialectName
    url: str


class Store:
    """A table of records that is empty again after every question."""

    def __init__(self, place: Place) -> None:
        self.dialect = place.dialect
        engine = create_async_engine(async_url(place.url), **OPTIONS)
        if self.dialect == "sqlite":
            event.listen(engine.sync_engine, "connect", lambda opened, _: register(opened))
        schema = None if self.dialect == "sqlite" else "sp_own"
        # Hardly any statement comes twice, so none is worth remembering.
        self.engine = engine.execution_options(
            schema_translate_map={"own": schema}, compiled_cache=None
        )

    async def make(self) -> None:
        async with self.engine.begin() as connection:
            if self.dialect == "postgresql":
                await connection.execute(CreateSchema("sp_own"))
            await connection.run_sync(record.create)

    @asynccontextmanager
    async def holding(self, stored: Sequence[Stored]) -> AsyncIterator[AsyncConnection]:
        """Open a transaction, never to be committed, in which there are these records."""
        rows = [
            {
                "n": n,
                "values": one.values,
                "messages": one.messages or None,
                "valid": one.valid,
                "commit_n": 1,
                "created_at": LONG_AGO,
                "updated_at": LONG_AGO,
            }
            for n, one in enumerate(stored)
        ]
        async with self.engine.connect() as connection:
            await connection.execute(insert(record), rows)
            yield connection

    async def table(
        self, expressions: Sequence[ColumnElement[Any]], stored: Sequence[Stored]
    ) -> list[tuple[Any, ...]]:
        """Give what the expressions are for each record."""
        asked = select(*[one.label(f"c{at}") for at, one in enumerate(expressions)])
        asked = asked.select_from(record)
        async with self.holding(stored) as connection:
            return [tuple(row) for row in await connection.execute(asked.order_by(record.c.n))]

    async def truths(
        self, conditions: Sequence[Condition], layout: Layout, stored: Sequence[Stored]
    ) -> list[tuple[Any, ...]]:
        """Tell for each record which of the conditions hold."""
        tests = [compiled(condition, layout, self.dialect) for condition in conditions]
        return await self.table(tests, stored)

    async def chosen(
        self, condition: Condition, layout: Layout, stored: Sequence[Stored]
    ) -> list[int]:
        """Give the places of the records that a condition chooses."""
        asked = select(record.c.n).where(compiled(condition, layout, self.dialect))
        async with self.holding(stored) as connection:
            return list(await connection.scalars(asked.order_by(record.c.n)))
