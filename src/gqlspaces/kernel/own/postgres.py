"""A schema per Space on PostgreSQL: dropped, dumped and moved alone, in reach of one transaction.

The main tables are in the same database, so events and facts are written in the transaction of the
change itself and no outbox is needed.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Connection, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateSchema, DropSchema

from gqlspaces.kernel.own.main import Main
from gqlspaces.kernel.own.tables import FORMAT, OWN, SCHEMA, format_table
from gqlspaces.kernel.own.transaction import OwnTransaction

T = TypeVar("T")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:space, 0))")
_EXISTS = text("SELECT to_regnamespace(quote_ident(:space)) IS NOT NULL")
_ALL = text("SELECT nspname FROM pg_namespace WHERE nspname ~ '^sp_[0-9a-z]{26}$'")
_SPACES = text("SELECT id FROM space")


class Schemas:
    """The schemas of Spaces in the main database."""

    def __init__(self, main: Main) -> None:
        self._main = main
        self._known: set[str] = set()

    async def read(self, space_id: str, work: Callable[[Connection], T]) -> T:
        """Do work that only reads."""
        await self._ensure(space_id)
        async with self._main.reading() as connection:
            return await _in_schema(connection, space_id, work)

    @asynccontextmanager
    async def write(self, space_id: str) -> AsyncIterator[OwnTransaction]:
        """Open a transaction; the Space has one at a time, on whichever node."""
        await self._ensure(space_id)
        head: int | None = None
        async with self._main.maintenance() as connection:
            await connection.execute(_LOCK, {"space": space_id})
            transaction = OwnTransaction(lambda work: _in_schema(connection, space_id, work))
            yield transaction
            for message in transaction.told:
                head = await connection.run_sync(message.deliver, self._main.rules.projection)
        if head is not None:
            self._main.hint(transaction.told[-1].environment_id, head)

    async def exists(self, space_id: str) -> bool:
        """Tell whether a Space has a schema."""
        if space_id in self._known:
            return True
        async with self._main.reading() as connection:
            found = (await connection.execute(_EXISTS, {"space": space_id})).scalar_one()
        return bool(found)

    async def all(self) -> set[str]:
        """Give the Spaces that have schemas."""
        async with self._main.reading() as connection:
            return set(await connection.scalars(_ALL))

    async def drop(self, space_id: str) -> None:
        """Drop the schema of a Space."""
        self._known.discard(space_id)
        async with self._main.maintenance() as connection:
            await connection.execute(_LOCK, {"space": space_id})
            await connection.execute(DropSchema(space_id, cascade=True, if_exists=True))

    async def recover(self) -> None:
        """Drop the schemas of Spaces that are gone; nothing can be undelivered."""
        async with self._main.reading() as connection:
            spaces = set(await connection.scalars(_SPACES))
        for space_id in await self.all() - spaces:
            await self.drop(space_id)

    async def close(self) -> None:
        """Nothing is open that the main database does not close."""

    async def _ensure(self, space_id: str) -> None:
        if space_id in self._known:
            return
        if not await self.exists(space_id):
            async with self._main.maintenance() as connection:
                await connection.execute(_LOCK, {"space": space_id})
                await connection.execute(CreateSchema(space_id, if_not_exists=True))
                await _in_schema(connection, space_id, _make_tables)
        self._known.add(space_id)


def _make_tables(connection: Connection) -> None:
    OWN.create_all(connection)
    if connection.execute(select(format_table.c.version)).first() is None:
        connection.execute(format_table.insert(), {"version": FORMAT})


async def _in_schema(
    connection: AsyncConnection, space_id: str, work: Callable[[Connection], T]
) -> T:
    def placed(plain: Connection) -> T:
        return work(plain.execution_options(schema_translate_map={SCHEMA: space_id}))

    return await connection.run_sync(placed)
