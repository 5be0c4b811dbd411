"""Writing rows of the table of records, many at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, bindparam, delete, insert, update

from gqlspaces.features.records.driver import execute_many, json_text
from gqlspaces.features.records.model import record

Row: TypeAlias = Mapping[str, Any]
"""A record as it is stored, by the names of the columns."""

_WRITTEN: Final = (
    "values",
    "messages",
    "meta",
    "config",
    "changed",
    "valid",
    "commit_n",
    "updated_at",
)
_INSERT: Final = insert(record)
_UPDATE: Final = (
    update(record)
    .where(record.c.n == bindparam("b_n"))
    .values({name: bindparam(f"b_{name}", type_=record.c[name].type) for name in _WRITTEN})
)
_DELETE: Final = delete(record).where(record.c.n == bindparam("b_n"))


def insert_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Store new records."""
    moment = _moment(connection)
    execute_many(
        connection,
        _INSERT,
        [
            (row["n"], *_content(row), moment(row["created_at"]), moment(row["updated_at"]))
            for row in rows
        ],
    )


def update_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Store records that are there already; when they were created stays."""
    moment = _moment(connection)
    changed = [(*_content(row), moment(row["updated_at"]), row["n"]) for row in rows]
    execute_many(connection, _UPDATE, changed)


def delete_rows(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete records."""
    execute_many(connection, _DELETE, [(n,) for n in numbers])


def _content(row: Row) -> tuple[Any, ...]:
    return (
        json_text(row["values"]),
        json_text(row["messages"]),
        json_text(row["meta"], sorted_keys=True),
        json_text(row["config"], sorted_keys=True),
        json_text(row["changed"]),
        row["valid"],
        row["commit_n"],
    )


def _moment(connection: Connection) -> Callable[[datetime], Any]:
    """Give the function that makes of a moment what the driver takes; most rows share one."""
    bind: Any = record.c.created_at.type.bind_processor(connection.dialect)
    return cache(bind) if bind is not None else lambda moment: moment
