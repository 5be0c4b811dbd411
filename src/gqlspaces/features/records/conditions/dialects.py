"""The databases that conditions are compiled for."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from gqlspaces.features.records.conditions.dialect import Dialect, DialectName
from gqlspaces.features.records.conditions.postgresql import PostgresqlDialect
from gqlspaces.features.records.conditions.sqlite import SqliteDialect

_DIALECTS: Final[Mapping[DialectName, Dialect]] = {
    "sqlite": SqliteDialect(),
    "postgresql": PostgresqlDialect(),
}


def dialect_of(name: DialectName) -> Dialect:
    """Give the expressions of a database."""
    return _DIALECTS[name]


def dialect_name(connection: Connection) -> DialectName:
    """Tell which database a connection is to."""
    return "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
