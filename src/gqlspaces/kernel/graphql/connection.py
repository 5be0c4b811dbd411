"""Relay connections by keyset: stable while rows come and go, never an OFFSET."""

import base64
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
import strawberry
from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    TypeDecorator,
    and_,
    func,
    literal,
    or_,
    tuple_,
)

from gqlspaces.kernel.entity import Entity, table
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.reader import AnyRow, Reader

T = TypeVar("T")

PAGE = 25
MAX_PAGE = 100

PAGED = {
    "first": f"How many to give from the front; at most {MAX_PAGE}.",
    "after": "Give those behind this cursor.",
    "last": f"How many to give from the end; at most {MAX_PAGE}.",
    "before": "Give those in front of this cursor.",
}
"""What the arguments of a connection mean."""
MAX_INT = 2**31 - 1


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

    @strawberry.field(  # type: ignore[untyped-decorator]
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
        return self.sized(MAX_PAGE)

    def sized(self, most: int) -> int:
        """Give how many items are wanted, where a page may have so many at the most."""
        if self.first is not None and self.last is not None:
            raise bad_input("Give first or last, not both.", "first")
        argument, size = ("first", self.first) if self.last is None else ("last", self.last)
        if size is None:
            return PAGE
        if not 0 <= size <= most:
            raise bad_input(f"A page has 0 to {most} items.", argument)
        return size


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column a list is ordered; the id settles ties, and absent comes behind all else."""

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
    key = columns[sort.column]
    backwards = page.last is not None
    limited = statement
    for argument, cursor in (("after", page.after), ("before", page.before)):
        if cursor is not None:
            value, id = _read_cursor(cursor, key, argument)
            greater = (argument == "after") != sort.descending
            limited = limited.where(_beyond(key, columns.id, value, id, greater=greater))
    ordered = limited.order_by(*_order(key, columns.id, descending=sort.descending != backwards))
    rows = list(await reader.scoped_rows(ordered.limit(page.size + 1), entity, {}))
    more = len(rows) > page.size
    rows = rows[: page.size]
    if backwards:
        rows.reverse()
    edges = [Edge(node=row, cursor=_make_cursor(row, sort)) for row in rows]
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


def _make_cursor(row: AnyRow, sort: Sort) -> str:
    values = row._mapping  # noqa: SLF001 - a row's public mapping
    text = orjson.dumps([sort.column, values[sort.column], values["id"]])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _read_cursor(cursor: str, key: Column[Any], argument: str) -> tuple[Any, str]:
    """Read a cursor back into the values a row is compared by; raise BAD_USER_INPUT."""
    with suppress(ValueError, TypeError, OverflowError):
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        column, value, id = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if column == key.name and prefix_of(id):
            return _value_of(key, value), id
    raise bad_input("This cursor was not given out by this list.", argument)


def _value_of(key: Column[Any], value: Any) -> Any:
    """Give the value of a column as its cursor tells it; raise ValueError for any other."""
    # SQLModel's strings decorate those of SQLAlchemy and do not say themselves what they hold.
    plain = key.type.impl_instance if isinstance(key.type, TypeDecorator) else key.type
    wanted = plain.python_type
    if value is None and key.nullable:
        return None
    if wanted is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    fits = type(value) is wanted and (wanted is not str or "\0" not in value)
    if not fits or (wanted is int and not -MAX_INT <= value <= MAX_INT):
        raise ValueError("The column holds no such value.")
    return value


def _order(key: Column[Any], id: Column[Any], *, descending: bool) -> list[ColumnElement[Any]]:
    ordered = key.desc() if descending else key.asc()
    if key.nullable:
        # The databases disagree about where NULL belongs.
        ordered = ordered.nulls_first() if descending else ordered.nulls_last()
    return [ordered, id.desc() if descending else id.asc()]


def _beyond(
    key: Column[Any], id: Column[Any], value: Any, than: str, *, greater: bool
) -> ColumnElement[bool]:
    if value is None:
        tied = and_(key.is_(None), id > than if greater else id < than)
        return tied if greater else or_(key.is_not(None), tied)
    here, there = tuple_(key, id), tuple_(literal(value, key.type), than)
    if not greater:
        return here < there
    return or_(here > there, key.is_(None)) if key.nullable else here > there
