"""Many rows at once, without what SQLAlchemy does for each of them."""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, cast

import orjson
from sqlalchemy import Connection, Dialect, Executable

from gqlspaces.kernel.own.tables import SCHEMA

_STATEMENTS: Final = 512
_TRANSLATED: Final = "schema_translate_map"


def execute_many(connection: Connection, statement: Executable, rows: Sequence[Any]) -> None:
    """Execute an INSERT, UPDATE or DELETE for rows of what the driver takes, such as JSON as text.

    The values of a row stand in the order in which the statement names its parameters.
    """
    if rows:
        schema = connection.get_execution_options()[_TRANSLATED][SCHEMA]
        connection.exec_driver_sql(_text(statement, connection.dialect, schema), list(rows))


def sqlite_of(connection: Connection) -> sqlite3.Connection | None:
    """Give the driver's own connection to a file of a Space; None on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return None
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def json_text(value: Any, *, sorted_keys: bool = False) -> str | None:
    """Write a value as the text of a JSON column; None is NULL."""
    if value is None:
        return None
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sorted_keys else None).decode()


@lru_cache(_STATEMENTS)
def _text(statement: Any, dialect: Dialect, schema: str | None) -> str:
    translated = {_TRANSLATED: {SCHEMA: schema}, "render_schema_translate": True}
    return str(statement.compile(dialect=dialect, **translated))
