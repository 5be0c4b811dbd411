"""Snapshots of a Sheet, and how its records differ from them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import select

from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.model import snapshot
from gqlspaces.features.records.numbers import (
    first_of,
    last_of,
    local_number,
    record_id,
    snapshot_id,
)
from gqlspaces.features.records.reading.lists import find_numbered
from gqlspaces.features.records.reading.numbered import Stretch
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.snapshots import RecordChange, beside, counted, difference
from gqlspaces.features.records.values.digest import same
from gqlspaces.kernel.reader import Reader


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """A snapshot."""

    id: str
    sheet_id: str
    label: str | None
    created_by: str
    created_at: datetime
    total: int
    valid: int


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A record that differs from what a snapshot has of it; ``fields`` are those that do."""

    record_id: str
    change: RecordChange
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    fields: list[str]


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """How many records became what since a snapshot."""

    created: int
    updated: int
    deleted: int


async def find_snapshots(reader: Reader, ids: Sequence[str]) -> list[SnapshotView | None]:
    """Give the snapshot, or None, for each id in order; one read per Sheet."""

    def work(sheet: OpenSheet, numbers: list[int]) -> dict[str, Any]:
        rows = sheet.rows(select(snapshot).where(snapshot.c.n.in_(numbers)))
        views = [_view(sheet.id, row) for row in rows]
        return {view.id: view for view in views}

    return await find_numbered(reader, ids, "ss", work)


async def load_changes(reader: Reader, ids: Sequence[str]) -> list[ChangeCounts | None]:
    """Count what changed since each snapshot; one statement per Sheet."""

    def work(sheet: OpenSheet, numbers: list[int]) -> dict[str, Any]:
        rows = sheet.rows(counted(numbers, sheet.state, sheet.layout, sheet.dialect))
        return {
            snapshot_id(sheet.id, row["n"]): ChangeCounts(
                int(row["created"]), int(row["updated"]), int(row["deleted"])
            )
            for row in rows
        }

    return await find_numbered(reader, ids, "ss", work)


def read_snapshots(sheet: OpenSheet, *, stretch: Stretch) -> list[SnapshotView]:
    """Give a stretch of the snapshots, and one more."""
    first = first_of(sheet.state.number)
    statement = select(snapshot).where(snapshot.c.n.between(first, last_of(sheet.state.number)))
    rows = sheet.rows(stretch.cut(statement, snapshot.c.n, first))
    return [_view(sheet.id, row) for row in rows]


def read_changes(
    sheet: OpenSheet, id: str, changes: Collection[RecordChange], *, stretch: Stretch
) -> list[ChangeView]:
    """Give a stretch of the records that differ from a snapshot, and one more."""
    first = first_of(sheet.state.number)
    n = first | (local_number(id, "ss", sheet.id) or 0)
    found = []
    for change in changes:
        statement = difference(change, n, sheet.state, sheet.layout, sheet.dialect)
        page = sheet.rows(stretch.cut(statement, statement.selected_columns.n, first))
        rows = beside(sheet.connection, page) if change is RecordChange.UPDATED else page
        found.append([(row["n"], change, row) for row in rows])
    ordered = merge(*found, key=lambda item: int(item[0]), reverse=stretch.descending)
    in_order = islice(ordered, stretch.size + 1)
    return [_change(sheet.id, sheet.layout, change, row) for _, change, row in in_order]


def _view(sheet_id: str, row: Mapping[str, Any]) -> SnapshotView:
    return SnapshotView(
        id=snapshot_id(sheet_id, row["n"]),
        sheet_id=sheet_id,
        label=row["label"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        total=row["total"],
        valid=row["valid"],
    )


def _change(
    sheet_id: str, layout: Layout, change: RecordChange, row: Mapping[str, Any]
) -> ChangeView:
    before = None if change is RecordChange.CREATED else _content(layout, row, "was_")
    after = None if change is RecordChange.DELETED else _content(layout, row, "")
    old, new = ((content or {"values": {}})["values"] for content in (before, after))
    fields = [c.key for c in layout.cells if not same(old.get(c.key), new.get(c.key))]
    return ChangeView(record_id(sheet_id, row["n"]), change, before, after, fields)


def _content(layout: Layout, row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Give what is a record's own, as a line of a stream of records has it."""
    content = {"values": layout.unpacked(row[f"{prefix}values"])}
    named = {"metadata": row[f"{prefix}meta"], "config": row[f"{prefix}config"]}
    return content | {name: value for name, value in named.items() if value}
