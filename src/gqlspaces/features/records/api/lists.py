"""What a Sheet tells of its records: pages, counts, what a column holds, and commits."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import strawberry
from strawberry.scalars import JSON

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.api.types import Commit, Level, Record
from gqlspaces.features.records.conditions.search import RecordFilter
from gqlspaces.features.records.counts import load_counts
from gqlspaces.features.records.numbers import local_number
from gqlspaces.features.records.reading.column import distinct_values, figures
from gqlspaces.features.records.reading.lists import find_commits, find_records, read_commits
from gqlspaces.features.records.reading.messages import message_counts
from gqlspaces.features.records.reading.numbered import Stretch
from gqlspaces.features.records.reading.order import Sorting
from gqlspaces.features.records.reading.page import RecordPage, Wanted, read_page
from gqlspaces.features.records.reading.page import count as count_records
from gqlspaces.features.records.reading.sheet import read_sheet
from gqlspaces.features.records.selection import Selection
from gqlspaces.features.sheets.api import Sheet
from gqlspaces.features.spaces.api import Direction
from gqlspaces.features.workbooks.api import Workbook
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.connection import (
    PAGED,
    Connection,
    Edge,
    Page,
    PageInfo,
    bad_input,
)
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import computed, extend, graphql_enum
from gqlspaces.kernel.graphql.inputs import optional, sent
from gqlspaces.kernel.graphql.query import asked, query
from gqlspaces.kernel.reader import Reader

T = TypeVar("T")

Filter = graphql_enum(RecordFilter)

MOST_RECORDS = 1000
"""How many records a page has at the most; more at once go as a stream over HTTP."""


@strawberry.input(description="How records are ordered; empty cells come last.")
class RecordOrder:
    """How records are ordered."""

    field: str | None = optional("The key of a Field; the order of their addition when absent.")
    direction: graphql_enum(Direction) | None = optional("Which end comes first; ASC.")  # type: ignore[valid-type]


@strawberry.input(description="Which records are meant.")
class RecordSelection:
    """Which records are meant: every member given must match."""

    filter: Filter | None = optional("By whether they are valid.")  # type: ignore[valid-type]
    filter_field: str | None = optional("Narrow `filter` to the cell of this Field.")
    search: str | None = optional(
        'A part of a text; `"x"` in quotes is the whole of it, `""` is an empty cell.'
    )
    search_field: str | None = optional("Narrow `search` to this Field.")
    q: str | None = optional('A query such as `email like "%@acme.com" and age gt 30` (FFQL).')
    ids: list[strawberry.ID] | None = optional(
        "These records; together with a filter, search or query, all but these."
    )
    commit_id: strawberry.ID | None = optional("Those that this Commit added or changed.")
    since_commit_id: strawberry.ID | None = optional(
        "Those that Commits after this one added, changed or judged anew."
    )


@strawberry.type(description="How many records a Sheet has.")
class RecordCounts:
    """How many records a Sheet has."""

    total: int = strawberry.field(description="All of them.")
    valid: int = strawberry.field(description="Those without an error.")
    error: int = strawberry.field(description="Those with an error.")


def selection_of(value: Any) -> Selection:
    """Read a selection; absent and null members say nothing."""
    given = {name: item for name, item in (sent(value) or {}).items() if item is not None}
    if "ids" in given:
        given["ids"] = tuple(given["ids"])
    if "filter" in given:
        given["filter"] = RecordFilter(given["filter"])
    return Selection(**given)


async def record_page(
    reader: Reader, sheet_id: str, selection: Selection, sorting: Sorting, page: Page
) -> Connection[Any]:
    """Read a page of records as a connection."""
    wanted = Wanted(
        page.sized(MOST_RECORDS), page.after, page.before, backwards=page.last is not None
    )
    work = partial(read_page, selection=selection, sorting=sorting, wanted=wanted)
    found: RecordPage = await read_sheet(reader, sheet_id, work)
    edges = [
        Edge(node=record, cursor=cursor)
        for record, cursor in zip(found.records, found.cursors, strict=True)
    ]

    async def count(reader: Reader) -> int:
        return await read_sheet(reader, sheet_id, partial(count_records, selection=selection))

    return Connection(edges=edges, page_info=_page_info(edges, page, more=found.more), count=count)


def stretch_of(page: Page, prefix: str, sheet_id: str, *, newest_first: bool = True) -> Stretch:
    """Read a page whose cursors are ids of what is numbered in a Sheet; raise BAD_USER_INPUT."""

    def end(argument: str, cursor: str | None) -> int | None:
        number = local_number(cursor, prefix, sheet_id) if cursor is not None else None
        if cursor is not None and number is None:
            raise bad_input("This cursor was not given out by this list.", argument)
        return number

    return Stretch(
        page.size,
        after=end("after", page.after),
        before=end("before", page.before),
        backwards=page.last is not None,
        newest_first=newest_first,
    )


def connection_of(
    found: list[T], cursor: Callable[[T], str], page: Page, count: Any
) -> Connection[Any]:
    """Make a connection of what was read from the end asked for: one more, if there are more."""
    nodes = found[: page.size]
    if page.last is not None:
        nodes.reverse()
    edges = [Edge(node=node, cursor=cursor(node)) for node in nodes]
    info = _page_info(edges, page, more=len(found) > page.size)
    return Connection(edges=edges, page_info=info, count=count)


def _page_info(edges: list[Any], page: Page, *, more: bool) -> PageInfo:
    backwards = page.last is not None
    return PageInfo(
        has_next_page=page.before is not None if backwards else more,
        has_previous_page=more if backwards else page.after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )


@strawberry.type(description="A value of a column and how often it is there.")
class CellValue:
    """A value of a column and how often it is there."""

    value: JSON = strawberry.field(description="The value.")
    count: int = strawberry.field(description="How many of the records chosen have it.")


@strawberry.type(description="Figures worked out over a column.")
class Calculations:
    """Figures worked out over a column."""

    count: int = strawberry.field(description="How many records were chosen.")
    empty: int = strawberry.field(description="How many cells are empty.")
    non_empty: int = strawberry.field(description="How many cells hold something.")
    changed: int = strawberry.field(description="How many cells changed since they were added.")
    sum: float | None = strawberry.field(description="The sum of its numbers.")
    average: float | None = strawberry.field(description="The average of its numbers.")
    min: JSON | None = strawberry.field(description="The first of its values in their order.")
    max: JSON | None = strawberry.field(description="The last of its values in their order.")


@strawberry.type(description="How many records have a message about a Field.")
class MessageCount:
    """How many records have a message about a Field."""

    field: str | None = strawberry.field(description="The key; null: about records as a whole.")
    level: Level = strawberry.field(description="How serious.")
    count: int = strawberry.field(description="How many of the records chosen have one.")


@strawberry.type(description="A Field that was removed while records held values of it.")
class RemovedField:
    """A Field that was removed while records held values of it."""

    key: str = strawberry.field(description="The key it had.")
    type: graphql_enum(FieldType) = strawberry.field(description="The type it had.")  # type: ignore[valid-type]


_RECORDS = {**PAGED, "first": f"How many to give from the front; at most {MOST_RECORDS}."}
_RECORDS["last"] = f"How many to give from the end; at most {MOST_RECORDS}."
_SELECTION = "Which records; all of them without it."
_FIELD = "The key of the Field."


@asked(Connection[Record], selection=_SELECTION, order_by="How they are ordered.", **_RECORDS)
async def _records(
    root: Any,
    info: Info,
    selection: RecordSelection | None = strawberry.UNSET,
    order_by: RecordOrder | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Any:
    """Its records, as they were added unless another order is asked for."""
    wanted = sent(order_by) or {}
    sorting = Sorting(wanted.get("field"), descending=wanted.get("direction") == Direction.DESC)
    page = Page.of(first, after, last, before)
    chosen = selection_of(selection)
    return await record_page(info.context.reader, root.id, chosen, sorting, page)


@asked(list[CellValue], field=_FIELD, selection=_SELECTION, first="How many; at most 1000.")
async def _distinct_values(
    root: Any,
    info: Info,
    field: str,
    selection: RecordSelection | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
) -> Any:
    """The values that a column holds, the most frequent first."""
    size = Page.of(first, None, None, None).sized(MOST_RECORDS)
    work = partial(distinct_values, selection=selection_of(selection), field=field, size=size)
    return await read_sheet(info.context.reader, root.id, work)


@asked(Calculations, field=_FIELD, selection=_SELECTION)
async def _calculations(
    root: Any,
    info: Info,
    field: str,
    selection: RecordSelection | None = strawberry.UNSET,
) -> Any:
    """Figures worked out over a column."""
    work = partial(figures, selection=selection_of(selection), field=field)
    return await read_sheet(info.context.reader, root.id, work)


@asked(list[MessageCount], selection=_SELECTION)
async def _message_counts(
    root: Any, info: Info, selection: RecordSelection | None = strawberry.UNSET
) -> Any:
    """How many records have messages, by Field and level."""
    work = partial(message_counts, selection=selection_of(selection))
    return await read_sheet(info.context.reader, root.id, work)


@asked(
    Connection[Commit],
    completed="Only completed ones, or only the others.",
    **PAGED,
)
async def _commits(
    root: Any,
    info: Info,
    completed: bool | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Any:
    """What was written to its records, the newest first."""
    page = Page.of(first, after, last, before)
    only = None if completed is strawberry.UNSET else completed
    work = partial(read_commits, completed=only, stretch=stretch_of(page, "vr", root.id))
    found = await read_sheet(info.context.reader, root.id, work)

    async def count(_reader: Reader) -> None:
        """Nobody asks how many there ever were."""

    return connection_of(found, lambda commit: commit.id, page, count)


@asked(list[RemovedField])
async def _removed_fields(root: Any, info: Info) -> Any:
    """Fields that were removed, as long as their values are kept: see `purgeRemovedFields`."""
    return await read_sheet(info.context.reader, root.id, lambda sheet: sheet.layout.removed)


@asked(Connection[Record], **_RECORDS)
async def _commit_records(
    root: Any,
    info: Info,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Any:
    """The records it added or changed, as they are now."""
    page = Page.of(first, after, last, before)
    chosen = Selection(commit_id=root.id)
    return await record_page(info.context.reader, root.sheet_id, chosen, Sorting(), page)


extend(
    Sheet,
    records=_records,
    record_counts=computed(
        load_counts, RecordCounts, description="How many records it has; from the latest write."
    ),
    distinct_values=_distinct_values,
    calculations=_calculations,
    message_counts=_message_counts,
    commits=_commits,
    removed_fields=_removed_fields,
)
extend(
    Workbook,
    record_counts=computed(
        load_counts, RecordCounts, description="How many records its Sheets have together."
    ),
)
extend(Commit, records=_commit_records)


@query(Scope.SPACE_READ, id="The Record.")
async def record(info: Info, id: strawberry.ID) -> Record | None:
    """A Record, or null where this key sees none."""
    return (await find_records(info.context.reader, [id]))[0]  # type: ignore[return-value]


@query(Scope.SPACE_READ, id="The Commit.")
async def commit(info: Info, id: strawberry.ID) -> Commit | None:
    """A Commit, or null where this key sees none."""
    return (await find_commits(info.context.reader, [id]))[0]  # type: ignore[return-value]
