"""Relay connections by keyset: stable while rows come and go, never an OFFSET."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
import strawberry
from sqlalchemy import ColumnElement, Select, and_, func, or_

from gqlspaces.kernel.entity import Entity, table
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.reader import AnyRow, Reader

T = TypeVar("T")

PAGE = 25
MAX_PAGE = 100


@strawberry.type(description="Where a page of a connection begins and ends.")
class PageInfo:
    """The ends of a page."""

    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether some came before.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge.")


@strawberry.type(description="One item of a connection and its cursor.")
class Edge(Generic[T]):
    """An item with its cursor."""

    node: T = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="Where the item stands; opaque.")


@strawberry.type(description="A page of a long list.")
class Connection(Generic[T]):
    """A page of items."""

    edges: list[Edge[T]] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page begins and ends.")
    count: strawberry.Private[Any]

    @strawberry.field(
        description="How many items there are on all pages; null where that is not known."
    )
    async def total_count(self, info: Info) -> int | None:
        """Count by a statement of its own, only when asked."""
        return await self.count(info.context.reader)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for, as the Relay specification names it."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @classmethod
    def of(cls, first: Any, after: Any, last: Any, before: Any) -> "Page":
        """Make a page of GraphQL arguments, where absent is UNSET."""
        given = (first, after, last, before)
        return cls(*(None if value is strawberry.UNSET else value for value in given))

    @property
    def size(self) -> int:
        """How many items at the most."""
        if self.first is not None and self.last is not None:
            raise bad_input("Give first or last, not both.", "first")
        size = self.first if self.first is not None else self.last
        if size is None:
            return PAGE
        if not 0 <= size <= MAX_PAGE:
            raise bad_input(f"A page has 0 to {MAX_PAGE} items.", "first")
        return size


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column a list is ordered; the id settles ties."""

    column: str
    descending: bool = False


def bad_input(message: str, argument: str) -> DomainError:
    """Make the error for an argument that cannot be taken."""
    return DomainError(message, path=(argument,), code="BAD_USER_INPUT")


async def paginate(
    reader: Reader, statement: Select[Any], entity: type[Entity], page: Page, sort: Sort
) -> Connection[Any]:
    """Read one page of a statement over ``entity``, limited to what the caller may see."""
    columns = table(entity).c
    keys = [columns[sort.column], columns.id]
    backwards = page.last is not None
    limited = statement
    for cursor, forward in ((page.after, True), (page.before, False)):
        if cursor is not None:
            values = read_cursor(cursor, sort)
            limited = limited.where(_beyond(keys, values, greater=forward != sort.descending))
    descending = sort.descending != backwards
    ordered = limited.order_by(*(key.desc() if descending else key.asc() for key in keys))
    rows = list(await reader.scoped_rows(ordered.limit(page.size + 1), entity, {}))
    more = len(rows) > page.size
    rows = rows[: page.size]
    if backwards:
        rows.reverse()
    edges = [Edge(node=row, cursor=make_cursor(row, sort)) for row in rows]
    info = PageInfo(
        has_next_page=page.before is not None if backwards else more,
        has_previous_page=more if backwards else page.after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )

    async def count(reader: Reader) -> int:
        counted = statement.with_only_columns(func.count(columns.id).label("total"))
        rows = await reader.scoped_rows(counted.order_by(None), entity, {})
        return int(rows[0].total)

    return Connection(edges=edges, page_info=info, count=count)


def make_cursor(row: AnyRow, sort: Sort) -> str:
    """Give the opaque cursor of a row in a list of this order."""
    values = row._mapping  # noqa: SLF001 - a row's public mapping
    text = orjson.dumps([sort.column, values[sort.column], values["id"]])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(cursor: str, sort: Sort) -> list[Any]:
    """Read a cursor back into the values a row is compared by; raise BAD_USER_INPUT."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        column, value, id = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError) as error:
        message = "This cursor was not given out by this list."
        raise bad_input(message, "after") from error
    if column != sort.column or not isinstance(id, str):
        message = "This cursor belongs to a list of another order."
        raise bad_input(message, "after")
    return [value, id]


def _beyond(
    keys: Sequence[ColumnElement[Any]], values: Sequence[Any], *, greater: bool
) -> ColumnElement[bool]:
    first, second = keys
    value = _typed(first, values[0])
    if greater:
        return or_(first > value, and_(first == value, second > values[1]))
    return or_(first < value, and_(first == value, second < values[1]))


def _typed(column: ColumnElement[Any], value: Any) -> Any:
    wanted = column.type.python_type
    try:
        typed = wanted.fromisoformat(value) if hasattr(wanted, "fromisoformat") else value
    except (ValueError, TypeError) as error:
        message = "This cursor was not given out by this list."
        raise bad_input(message, "after") from error
    if not isinstance(typed, wanted) or getattr(typed, "tzinfo", typed) is None:
        message = "This cursor was not given out by this list."
        raise bad_input(message, "after")
    return typed
