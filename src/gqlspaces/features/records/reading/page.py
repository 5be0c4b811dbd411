"""Pages of records by keyset: sorted by a Field or as they were added, stable under change."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func

from gqlspaces.features.records.model import record
from gqlspaces.features.records.reading.order import Order, Sorting
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.reading.view import RecordView, record_view
from gqlspaces.features.records.selection import Selection


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
    order = Order(sheet, sorting)
    after, before = order.place(wanted.after, "after"), order.place(wanted.before, "before")
    chosen = selection.statement(
        sheet.state, sheet.layout, sheet.dialect, by_number=not order.has_index
    )
    rows: list[Any] = []
    for part in order.parts(chosen, after, before, backwards=wanted.backwards):
        if len(rows) <= wanted.size:
            rows += sheet.rows(part.limit(wanted.size + 1 - len(rows)))
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
