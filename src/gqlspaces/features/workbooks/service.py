"""The rules of Workbooks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from gqlspaces.blueprint.limits import WORKBOOKS_PER_SPACE
from gqlspaces.blueprint.workbook import WorkbookConfig, WorkbookPatch
from gqlspaces.features.actions.service import set_actions
from gqlspaces.features.columns import columns_of, patched
from gqlspaces.features.siblings import check_free, check_room, make_room, reorder
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.reader import Reader
from gqlspaces.kernel.transaction import Transaction

_columns = table(Workbook).c
_COUNT = (
    select(_columns.space_id, func.count().label("total"))
    .where(_columns.space_id.in_(bindparam("keys", expanding=True)))
    .group_by(_columns.space_id)
)


async def create_workbook(
    tx: Transaction, *, space: Space, config: WorkbookConfig, index: int | None = None
) -> Workbook:
    """Add a Workbook with its buttons, still without Sheets."""
    siblings = await tx.siblings(Workbook, _columns.space_id == space.id)
    check_free(siblings, None, "name", config.name)
    check_room(siblings, WORKBOOKS_PER_SPACE, "Workbooks")
    workbook = Workbook(**columns_of(Workbook, config), space_id=space.id)
    workbook.position = make_room(siblings, index)
    tx.add(workbook)
    await tx.flush()
    await set_actions(tx, workbook, config.actions)
    return workbook


async def update_workbook(tx: Transaction, *, id: str, patch: Mapping[str, Any]) -> Workbook:
    """Change a Workbook: absent stays, null clears, metadata and settings are merged."""
    workbook = await tx.find(Workbook, id)
    siblings = await tx.siblings(Workbook, _columns.space_id == workbook.space_id)
    config = patched(workbook, WorkbookConfig, WorkbookPatch, patch)
    check_free(siblings, workbook, "name", workbook.name)
    if "actions" in patch:
        await set_actions(tx, workbook, config.actions)
    return workbook


async def delete_workbook(tx: Transaction, *, id: str) -> Workbook:
    """Remove a Workbook with everything in it; the Space forgets it as its primary one."""
    workbook = await tx.find(Workbook, id)
    space = await tx.find(Space, workbook.space_id)
    if space.primary_workbook_id == workbook.id:
        space.primary_workbook_id = None
    await tx.remove(workbook)
    return workbook


async def count_workbooks(reader: Reader, space_ids: Sequence[str]) -> list[int]:
    """Give how many Workbooks each Space has."""
    rows = await reader.scoped_rows(_COUNT, Workbook, {"keys": list(space_ids)})
    counted = {row.space_id: row.total for row in rows}
    return [counted.get(id, 0) for id in space_ids]


async def reorder_workbooks(
    tx: Transaction, *, space_id: str, ids: Sequence[str]
) -> list[Workbook]:
    """Put all Workbooks of a Space into this order."""
    space = await tx.find(Space, space_id, path=("spaceId",))
    return reorder(await tx.siblings(Workbook, _columns.space_id == space.id), ids)
