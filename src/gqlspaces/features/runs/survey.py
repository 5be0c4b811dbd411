"""Looking at what an Action is to be run on, before a transaction begins.

The records are in a database of their own, which no transaction of the main one can read. What was
seen there is as true as it can be: others write records whenever they like.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import case, func

from gqlspaces.blueprint.sheet import SheetAccess
from gqlspaces.features.records.counts import Counts, load_counts
from gqlspaces.features.records.model import record
from gqlspaces.features.records.reading.sheet import OpenSheet, read_sheet
from gqlspaces.features.records.selection import Selection
from gqlspaces.features.runs.availability import Standing, looks_at_column, looks_at_selection
from gqlspaces.features.runs.spot import FIELD, SHEET, SPACE, WORKBOOK, Load, Spot, find_spot
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.reader import Reader

_EDITING: Final = {SheetAccess.ALL, SheetAccess.EDIT}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to run an Action on; ``selected`` counts what only they can see."""

    source_id: str | None = None
    column_key: str | None = None
    selection: Selection | None = None
    selected: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """Where an Action is to be run and how things stand there, at one version of the Space."""

    spot: Spot
    standing: Standing
    version: int


async def survey(reader: Reader, load: Load, action: Any, wanted: Wanted) -> Survey:
    """Look at what an Action is to be run on, or raise NotFound.

    A selection of records means nothing but on a Sheet.
    """
    space = await load(SPACE, action.space_id)
    if space is None:
        raise NotFound("The Space of the Action is gone.", path=("actionId",))
    spot = await find_spot(load, action, source_id=wanted.source_id, column_key=wanted.column_key)
    workbook = await load(WORKBOOK, spot.workbook_id) if spot.workbook_id else None
    data: Counts = await load(load_counts, spot.sheet_id or spot.workbook_id or spot.space_id)
    selected, invalid = await _selected(reader, spot, action, wanted, data)
    standing = Standing(
        data=data,
        invalid=invalid,
        selected=selected,
        column_enabled=not looks_at_column(action) or await _is_enabled(load, spot),
        tracks_changes=bool(workbook and workbook.settings.get("trackChanges")),
        archived=space.archived_at is not None,
    )
    return Survey(spot, standing, int(space.version))


async def subject_of(load: Load, spot: Spot, selection: Selection | None) -> Any:
    """Tell a listener which records are meant, as it would ask for them (domain reference 2.7)."""
    if spot.sheet_id is None:
        return None
    params = {"sheetId": spot.sheet_id}
    field = await load(FIELD, spot.field_id) if spot.field_id else None
    if field is not None:
        params["columnKey"] = field.key
    query = selection.query() if selection is not None else {}
    return {"type": "collection", "resource": "records", "params": params, "query": query}


async def _is_enabled(load: Load, spot: Spot) -> bool:
    """Tell whether people may change the column; what is no column is not asked."""
    if spot.field_id is None or spot.sheet_id is None:
        return True
    field, sheet = await load(FIELD, spot.field_id), await load(SHEET, spot.sheet_id)
    if field is None or sheet is None or field.readonly or sheet.readonly:
        return False
    return sheet.locked_at is None and not _EDITING.isdisjoint(sheet.access)


async def _selected(
    reader: Reader, spot: Spot, action: Any, wanted: Wanted, data: Counts
) -> tuple[int | None, int]:
    """Give how many records are selected, and how many of them, or of all, have errors."""
    if spot.sheet_id is None:
        return None, data.error
    if wanted.selection is None:
        return wanted.selected, data.error
    if wanted.selection == Selection():
        return data.total, data.error
    work = partial(_count, selection=wanted.selection, matters=looks_at_selection(action))
    return await read_sheet(reader, spot.sheet_id, work)


def _count(sheet: OpenSheet, *, selection: Selection, matters: bool) -> tuple[int, int]:
    """Count the records that are selected; where that does not matter, only see that it could."""
    chosen = selection.statement(sheet.state, sheet.layout, sheet.dialect)
    if not matters:
        return 0, 0
    errors = func.count(case((~record.c.valid, 1)))
    counted = chosen.with_only_columns(func.count(record.c.n), errors).order_by(None)
    [row] = sheet.connection.execute(counted).all()
    return int(row[0]), int(row[1])
