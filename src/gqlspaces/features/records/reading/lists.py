"""Commits in the order they were made, and records by their ids."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from gqlspaces.features.records.model import commit, record
from gqlspaces.features.records.numbers import first_of, last_of, local_number, sheet_of
from gqlspaces.features.records.reading.numbered import Stretch
from gqlspaces.features.records.reading.sheet import OpenSheet, read_sheet
from gqlspaces.features.records.reading.view import CommitView, RecordView, commit_view, record_view
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.reader import Reader


async def find_records(reader: Reader, ids: Sequence[str]) -> list[RecordView | None]:
    """Give the record, or None, for each id in order; one read per Sheet."""

    def work(sheet: OpenSheet, numbers: list[int]) -> dict[str, Any]:
        rows = sheet.rows(select(record).where(record.c.n.in_(numbers)))
        views = [record_view(sheet.id, sheet.layout, row) for row in rows]
        return {view.id: view for view in views}

    return await find_numbered(reader, ids, "rc", work)


async def find_commits(reader: Reader, ids: Sequence[str]) -> list[CommitView | None]:
    """Give the commit, or None, for each id in order; one read per Sheet."""

    def work(sheet: OpenSheet, numbers: list[int]) -> dict[str, Any]:
        rows = sheet.rows(select(commit).where(commit.c.n.in_(numbers)))
        views = [commit_view(sheet.id, row) for row in rows]
        return {view.id: view for view in views}

    return await find_numbered(reader, ids, "vr", work)


def read_commits(sheet: OpenSheet, *, completed: bool | None, stretch: Stretch) -> list[CommitView]:
    """Give a stretch of the commits, and one more."""
    first = first_of(sheet.state.number)
    statement = select(commit).where(commit.c.n.between(first, last_of(sheet.state.number)))
    if completed is not None:
        at = commit.c.completed_at
        statement = statement.where(at.is_not(None) if completed else at.is_(None))
    rows = sheet.rows(stretch.cut(statement, commit.c.n, first))
    return [commit_view(sheet.id, row) for row in rows]


async def find_numbered(reader: Reader, ids: Sequence[str], prefix: str, work: Any) -> list[Any]:
    """Give, for each id in order, what work over an open Sheet and numbers in it finds, or None."""
    wanted: dict[str, list[int]] = {}
    for id in ids:
        sheet_id = sheet_of(id, prefix)
        if sheet_id is not None:
            wanted.setdefault(sheet_id, []).append(local_number(id, prefix, sheet_id) or 0)
    found: dict[str, Any] = {}
    for sheet_id, local in wanted.items():

        def read(sheet: OpenSheet, local: list[int] = local) -> dict[str, Any]:
            known: dict[str, Any] = work(sheet, [first_of(sheet.state.number) | n for n in local])
            return known

        try:
            found |= await read_sheet(reader, sheet_id, read)
        except NotFound:
            continue  # what is not to be seen is not there
    return [found.get(id) for id in ids]
