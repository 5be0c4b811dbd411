"""The order of a list of records, such that an index on what it is sorted by can give it.

Records with something to sort by come first, in either direction, then the others: two parts, for
no index has its NULLs at the end in both directions. Equal keys go by the number of the record.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, false, literal, or_, true

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.sql import sort_expression
from gqlspaces.features.records.model import record
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.sort_index import name_of
from gqlspaces.kernel.errors import DomainError

KEY = "sort_key"


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which Field a list is sorted; None is the order in which records were added.

    Empty cells come last in either direction.
    """

    field: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in a list: what it is sorted by, and its number."""

    key: Any
    n: int


class Order:
    """A sorting as SQL, and the cursors of its places."""

    def __init__(self, sheet: OpenSheet, sorting: Sorting) -> None:
        """Know the Field, or raise BAD_USER_INPUT."""
        self._sorting = sorting
        self._cell = sheet.layout.by_key.get(sorting.field) if sorting.field is not None else None
        self._key: ColumnElement[Any] | None = None
        if sorting.field is not None:
            if self._cell is None:
                msg = f"The Sheet has no Field {sorting.field[:40]!r} to sort by."
                raise DomainError(msg, path=("orderBy",), code="BAD_USER_INPUT")
            self._key = sort_expression(self._cell, sheet.dialect)
        self.has_index = (
            self._cell is not None and name_of(sheet.state, self._cell) in sheet.state.indexes
        )

    def parts(
        self, chosen: Select[Any], after: Place | None, before: Place | None, *, backwards: bool
    ) -> Iterator[Select[Any]]:
        """Give the statements whose rows, one after the other, are the list between two places.

        With ``backwards`` they begin at its end.
        """
        if self._key is not None:
            chosen = chosen.add_columns(self._key.label(KEY))
        filled = [True] if self._key is None else [True, False]
        for is_filled in reversed(filled) if backwards else filled:
            limits = [self._part(is_filled)]
            for place, onwards in ((after, True), (before, False)):
                if place is not None:
                    limits += self._beyond(place, is_filled, onwards=onwards)
            ordered = self._clauses(is_filled, backwards=backwards)
            yield chosen.where(*limits).order_by(*ordered)

    def cursor(self, row: Mapping[str, Any]) -> str:
        """Give the place of a record, opaque."""
        text = orjson.dumps([self._sorting.field, row.get(KEY), row["n"]])
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    def place(self, cursor: str | None, argument: str) -> Place | None:
        """Read a cursor back; raise BAD_USER_INPUT for one of another list."""
        if cursor is None:
            return None
        with suppress(ValueError, TypeError):
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True)
            field, key, n = orjson.loads(text)
            if field == self._sorting.field and self._fits(key) and type(n) is int and n >= 0:
                return Place(key, n)
        msg = "This cursor was not given out by this list."
        raise DomainError(msg, path=(argument,), code="BAD_USER_INPUT")

    def _part(self, is_filled: bool) -> ColumnElement[bool]:  # noqa: FBT001 - one of two parts
        if self._key is None:
            return true()
        return self._key.is_not(None) if is_filled else self._key.is_(None)

    def _clauses(self, is_filled: bool, *, backwards: bool) -> list[ColumnElement[Any]]:  # noqa: FBT001
        descending = self._sorting.descending != backwards
        keys = [self._key] if self._key is not None and is_filled else []
        return [one.desc() if descending else one.asc() for one in (*keys, record.c.n)]

    def _beyond(
        self,
        place: Place,
        is_filled: bool,  # noqa: FBT001
        *,
        onwards: bool,
    ) -> list[ColumnElement[bool]]:
        """Limit a part to what comes after a place, or before it."""
        greater = self._sorting.descending != onwards
        further = record.c.n > place.n if greater else record.c.n < place.n
        if self._key is None or (place.key is None and not is_filled):
            return [further]
        if place.key is None or not is_filled:
            # The whole of the other part comes after the place, or none of it.
            return [] if is_filled != onwards else [false()]
        there = literal(place.key)
        # Said twice, so that an index is entered at the place and not at its beginning.
        within = self._key >= there if greater else self._key <= there
        return [within, or_(self._key != there, further)]

    def _fits(self, key: Any) -> bool:
        if self._cell is None or key is None:
            return key is None
        if self._cell.type is FieldType.NUMBER:
            return type(key) in {int, float}
        return isinstance(key, str) and "\0" not in key
