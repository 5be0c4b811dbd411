"""Pages of records by keyset: sorted by a Field or as they were added, stable under change."""

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.sql import sort_expression
from gqlspaces.features.records.model import record
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.reading.view import RecordView, record_view
from gqlspaces.features.records.selection import Selection
from gqlspaces.kernel.errors import DomainError

_KEY = "sort_key"


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which Field a list is sorted; None is the order in which records were added.

    Empty cells come last in either direction.
    """

    field: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a list is wanted: ``size`` items behind or in front of a cursor."""

    size: int
    after: str | None = None
    before: str | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Records with the cursor of each, and whether there are more in the direction asked for."""

    records: list[RecordView]
    cursors: list[str]
    more: bool


def read_page(
    sheet: OpenSheet, selection: Selection, sorting: Sorting, wanted: Wanted
) -> RecordPage:
    """Read one page of the records chosen."""
    order = _Order(sheet, sorting)
    statement = selection.statement(sheet.state, sheet.layout, sheet.dialect)
    for argument, cursor in (("after", wanted.after), ("before", wanted.before)):
        if cursor is not None:
            value, n = order.read(cursor, argument)
            statement = statement.where(order.beyond(value, n, onwards=argument == "after"))
    if order.key is not None:
        statement = statement.add_columns(order.key.label(_KEY))
    ordered = statement.order_by(*order.clauses(backwards=wanted.backwards))
    rows = sheet.rows(ordered.limit(wanted.size + 1))
    more = len(rows) > wanted.size
    rows = rows[: wanted.size]
    if wanted.backwards:
        rows.reverse()
    records = [record_view(sheet.id, sheet.layout, row) for row in rows]
    return RecordPage(records, [order.cursor(row) for row in rows], more)


def count(sheet: OpenSheet, selection: Selection) -> int:
    """Count the records chosen."""
    if selection == Selection():
        return sheet.state.total
    chosen: Select[Any] = selection.statement(sheet.state, sheet.layout, sheet.dialect)
    counted = chosen.with_only_columns(func.count(record.c.n)).order_by(None)
    return int(sheet.connection.scalar(counted) or 0)


class _Order:
    def __init__(self, sheet: OpenSheet, sorting: Sorting) -> None:
        self._sorting = sorting
        self._cell = sheet.layout.by_key.get(sorting.field) if sorting.field is not None else None
        self.key: ColumnElement[Any] | None = None
        if sorting.field is not None:
            if self._cell is None:
                msg = f"The Sheet has no Field {sorting.field[:40]!r} to sort by."
                raise DomainError(msg, path=("orderBy",), code="BAD_USER_INPUT")
            self.key = sort_expression(self._cell, sheet.dialect)

    def clauses(self, *, backwards: bool) -> list[ColumnElement[Any]]:
        """Give what the list is ordered by: records with equal keys as they were added."""
        if self.key is None:
            descending = self._sorting.descending != backwards
            return [record.c.n.desc() if descending else record.c.n.asc()]
        ordered = self.key.desc() if self._sorting.descending != backwards else self.key.asc()
        ordered = ordered.nulls_first() if backwards else ordered.nulls_last()
        return [ordered, record.c.n.desc() if backwards else record.c.n.asc()]

    def beyond(self, value: Any, n: int, *, onwards: bool) -> ColumnElement[bool]:
        """Limit to what comes after a place in the list, or before it."""
        if self.key is None:
            greater = self._sorting.descending != onwards
            return record.c.n > n if greater else record.c.n < n
        tied = record.c.n > n if onwards else record.c.n < n
        if value is None:
            empty = and_(self.key.is_(None), tied)
            return empty if onwards else or_(self.key.is_not(None), empty)
        there = literal(value)
        greater = self._sorting.descending != onwards
        further = self.key > there if greater else self.key < there
        behind = [self.key.is_(None)] if onwards else []
        return or_(further, and_(self.key == there, tied), *behind)

    def cursor(self, row: Mapping[str, Any]) -> str:
        """Give the place of a record."""
        text = orjson.dumps([self._sorting.field, row.get(_KEY), row["n"]])
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    def read(self, cursor: str, argument: str) -> tuple[Any, int]:
        """Read a cursor back; raise BAD_USER_INPUT for one of another list."""
        with suppress(ValueError, TypeError):
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True)
            field, value, n = orjson.loads(text)
            if field == self._sorting.field and self._fits(value) and type(n) is int and n >= 0:
                return value, n
        msg = "This cursor was not given out by this list."
        raise DomainError(msg, path=(argument,), code="BAD_USER_INPUT")

    def _fits(self, value: Any) -> bool:
        if self._cell is None or value is None:
            return value is None
        if self._cell.type is FieldType.NUMBER:
            return type(value) in {int, float}
        return isinstance(value, str) and "\0" not in value
