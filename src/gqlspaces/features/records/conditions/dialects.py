"""The databases that conditions are compiled for."""

from collections.abc import Mapping
from typing import Final

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
