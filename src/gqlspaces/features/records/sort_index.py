"""Indexes for sorting: each unique Field has one, over the records of its Sheet alone."""

from collections.abc import Sequence

from sqlalchemy import Connection

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.dialects import dialect_name
from gqlspaces.features.records.conditions.sql import sort_expression
from gqlspaces.features.records.layout import Cell
from gqlspaces.features.records.model import record
from gqlspaces.features.records.rulebook import Rulebook
from gqlspaces.features.records.selection import written_range
from gqlspaces.features.records.state import SheetState
from gqlspaces.features.records.values.index import unique_rule_name
from gqlspaces.kernel.own.tables import SCHEMA


def align(connection: Connection, rulebook: Rulebook) -> None:
    """Make the indexes that a Sheet should have now, and drop those it should not."""
    state, dialect = rulebook.state, dialect_name(connection)
    unique = rulebook.rules.unique
    cells = (cell for cell in rulebook.layout.cells if unique_rule_name(cell.key) in unique)
    wanted = {name_of(state, cell): cell for cell in cells}
    drop(connection, sorted(set(state.indexes) - set(wanted)))
    for name in sorted(set(wanted) - set(state.indexes)):
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {_named(connection, name)}"
            f" (({_expression(connection, wanted[name])}), n)"
            f" WHERE {written_range(state, dialect)}"
        )
    state.indexes = sorted(wanted)


def drop(connection: Connection, names: Sequence[str]) -> None:
    """Drop indexes."""
    for name in names:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {_place(connection)}{name}")


def name_of(state: SheetState, cell: Cell) -> str:
    """Give the name that the index on a Field has, if there is one: it says what is sorted."""
    kind = "number" if cell.type is FieldType.NUMBER else "text"
    return f"ix_sort_{state.number}_{cell.slot}_{kind}"


def _expression(connection: Connection, cell: Cell) -> str:
    """Write what is sorted by as an index wants it: without the table's name."""
    written = sort_expression(cell, dialect_name(connection)).compile(
        dialect=connection.dialect,
        compile_kwargs={"include_table": False, "literal_binds": True},
    )
    return str(written)


def _named(connection: Connection, name: str) -> str:
    """Write an index and its table: SQLite names the place with one, PostgreSQL with the other."""
    place = _place(connection)
    if dialect_name(connection) == "sqlite":
        return f"{place}{name} ON {record.name}"
    return f"{name} ON {place}{record.name}"


def _place(connection: Connection) -> str:
    space = connection.get_execution_options()["schema_translate_map"][SCHEMA]
    return f'"{space}".' if space else ""
