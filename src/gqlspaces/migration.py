"""Bringing a database to the schema this version needs, and drafting the next step.

`python -m gqlspaces.migration NAME` writes a revision from what the tables lack.
"""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gqlspaces.kernel.engines import async_url, is_sqlite, sqlite_path

# Any constant will do: it keeps nodes that start together from migrating together.
_ADVISORY_LOCK = 0x67716C73

OLDEST_SQLITE = (3, 38)
# What finds texts whatever their case.
_FOLDING = text(
    "SELECT 1 FROM pg_collation WHERE collname = 'pg_c_utf8'"
    " AND (SELECT pg_encoding_to_char(encoding) = 'UTF8' FROM pg_database"
    " WHERE datname = current_database())"
)


def newest_revision() -> str | None:
    """Give the revision this version needs."""
    return _scripts().get_current_head()


def is_known(revision: str) -> bool:
    """Tell whether this version knows a revision; those of later versions it does not."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


async def current_revision(url: str) -> str | None:
    """Give the revision a database is at, or None for an empty one."""
    if is_sqlite(url) and not sqlite_path(url).exists():
        return None  # merely asking must not make the file
    async with _engine(url) as engine, engine.connect() as connection:
        return await connection.run_sync(_revision)


async def unsuitable(url: str) -> str | None:
    """Say why a database cannot serve, or None: records need functions that older ones lack."""
    if is_sqlite(url):
        if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
            return None
        oldest = ".".join(map(str, OLDEST_SQLITE))
        return f"Python's SQLite is {sqlite3.sqlite_version}; {oldest} or later is needed."
    async with _engine(url) as engine, engine.connect() as connection:
        if (await connection.execute(_FOLDING)).first() is not None:
            return None
        version = (await connection.execute(text("SHOW server_version"))).scalar_one()
    return f"PostgreSQL is {version}; 17 or later is needed, with a database in UTF-8."


async def upgrade(url: str) -> None:
    """Migrate a database to the newest revision, wholly or not at all.

    Nodes that start together wait in line.
    """
    if is_sqlite(url):
        sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    async with _engine(url, begin="BEGIN IMMEDIATE") as engine, engine.begin() as connection:
        await _wait_in_line(connection)
        await connection.run_sync(_upgrade)


async def write_revision(message: str, tables: MetaData) -> None:
    """Write the revision that brings a migrated database to these tables, and say where."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/scratch.db"
        await upgrade(url)
        async with _engine(url) as engine, engine.connect() as connection:
            await connection.run_sync(_write, message, tables)


def _write(connection: Connection, message: str, tables: MetaData) -> None:
    number = len(list(_scripts().walk_revisions())) + 1
    config = _config(connection=connection, tables=tables)
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


@asynccontextmanager
async def _engine(url: str, begin: str = "BEGIN") -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(async_url(url))
    if is_sqlite(url):
        _begin_transactions(engine, begin)
    try:
        yield engine
    finally:
        await engine.dispose()


def _begin_transactions(engine: AsyncEngine, begin: str) -> None:
    """Make a migration of SQLite one transaction: its driver would begin none for DDL.

    Foreign keys stay off, as they must while tables are rebuilt: dropping the old one would else
    delete what refers to it.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=5000")

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


async def _wait_in_line(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection=connection), "head")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(**attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("gqlspaces") / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(attributes)
    return config


def main() -> None:
    """Write the revision that the command line names."""
    from sqlmodel import SQLModel  # noqa: PLC0415 - only this needs the tables

    import gqlspaces.schema  # noqa: F401, PLC0415 - registers every table

    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and one name
        sys.exit("usage: python -m gqlspaces.migration NAME")
    asyncio.run(write_revision(sys.argv[1], SQLModel.metadata))


if __name__ == "__main__":
    main()
