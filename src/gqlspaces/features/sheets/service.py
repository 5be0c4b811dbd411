"""The rules of Sheets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gqlspaces.blueprint.action import ActionConfig
from gqlspaces.blueprint.field import FieldConfig
from gqlspaces.blueprint.limits import KEY_LENGTH, NAME_LENGTH, SHEETS_PER_WORKBOOK
from gqlspaces.blueprint.sheet import SheetAccess, SheetConfig, SheetPatch
from gqlspaces.features.actions.model import Action
from gqlspaces.features.actions.service import set_actions
from gqlspaces.features.columns import checked, columns_of, configuration_of, patched
from gqlspaces.features.sheets.fields.service import set_fields
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.sheets.references import check_references
from gqlspaces.features.siblings import check_free, check_room, make_room, reorder
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.transaction import Transaction

_columns = table(Sheet).c
_fields = table(Field).c
_actions = table(Action).c

# What of a Sheet references depend on, as the API spells it.
_REFERENCED: Final = {
    "slug": "slug",
    "fields": "fields",
    "allow_additional_fields": "allowAdditionalFields",
}


async def create_sheet(
    tx: Transaction, *, workbook: Workbook, config: SheetConfig, index: int | None = None
) -> Sheet:
    """Add a Sheet with its columns and buttons to a stored Workbook."""
    siblings = await tx.siblings(Sheet, _columns.workbook_id == workbook.id)
    check_free(siblings, None, "slug", config.slug)
    check_room(siblings, SHEETS_PER_WORKBOOK, "Sheets")
    sheet = new_sheet(workbook, config)
    sheet.position = make_room(siblings, index)
    tx.add(sheet)
    await tx.flush()
    fields = await set_fields(tx, sheet, config.fields)
    await set_actions(tx, sheet, config.actions)
    await check_references(tx, workbook.id, sent=_places(fields))
    return sheet


async def update_sheet(tx: Transaction, *, id: str, patch: Mapping[str, Any]) -> Sheet:
    """Change a Sheet: absent stays, null clears, metadata is merged."""
    sheet = await tx.find(Sheet, id)
    siblings = await tx.siblings(Sheet, _columns.workbook_id == sheet.workbook_id)
    fields = await tx.siblings(Field, _fields.sheet_id == sheet.id)
    keys = [{"key": field.key} for field in fields]
    config = patched(sheet, SheetConfig, SheetPatch, patch, fields=keys)
    check_free(siblings, sheet, "slug", sheet.slug)
    if "fields" in patch:
        fields = await set_fields(tx, sheet, config.fields)
    if "actions" in patch:
        await set_actions(tx, sheet, config.actions)
    if changed := [name for name in _REFERENCED if name in patch]:
        sent = _places(fields) if "fields" in patch else {}
        path = (_REFERENCED[changed[0]],)
        await check_references(tx, sheet.workbook_id, sent=sent, path=path)
    return sheet


async def delete_sheet(tx: Transaction, *, id: str) -> Sheet:
    """Remove a Sheet with everything in it, unless another one refers to it."""
    sheet = await tx.find(Sheet, id)
    await tx.remove(sheet)
    await check_references(tx, sheet.workbook_id, sent={}, path=("id",))
    return sheet


async def reorder_sheets(tx: Transaction, *, workbook_id: str, ids: Sequence[str]) -> list[Sheet]:
    """Put all Sheets of a Workbook into this order."""
    workbook = await tx.find(Workbook, workbook_id, path=("workbookId",))
    return reorder(await tx.siblings(Sheet, _columns.workbook_id == workbook.id), ids)


async def duplicate_sheet(
    tx: Transaction, *, id: str, changes: Mapping[str, Any], index: int | None = None
) -> Sheet:
    """Copy the structure of a Sheet within its Workbook, under another name and slug.

    ``changes`` may give both; else they tell that it is a copy and when it was made.
    """
    sheet = await tx.find(Sheet, id)
    workbook = await tx.find(Workbook, sheet.workbook_id)
    given = checked(SheetPatch, {k: v for k, v in changes.items() if v is not None})
    stamp = f"-copy-{int(tx.now.timestamp() * 1000)}"
    names = {
        "name": given.get("name") or f"Copy of {sheet.name}"[:NAME_LENGTH],
        "slug": given.get("slug") or sheet.slug[: KEY_LENGTH - len(stamp)] + stamp,
    }
    config = (await read_sheet(tx, sheet)).model_copy(update=names)
    copy = await create_sheet(tx, workbook=workbook, config=config, index=index)
    copy.created_from = sheet.id
    return copy


async def lock_sheet(tx: Transaction, *, id: str) -> Sheet:
    """Lock a Sheet; one that is locked already keeps who locked it and when."""
    sheet = await tx.find(Sheet, id)
    if sheet.locked_at is None:
        sheet.locked_by, sheet.locked_at = tx.actor_id, tx.now
    return sheet


async def unlock_sheet(tx: Transaction, *, id: str) -> Sheet:
    """Unlock a Sheet; doing it again changes nothing."""
    sheet = await tx.find(Sheet, id)
    sheet.locked_by = sheet.locked_at = None
    return sheet


async def set_sheet_access(tx: Transaction, *, id: str, access: list[SheetAccess]) -> Sheet:
    """Say what people may do with the records of a Sheet; nothing at all makes it read-only."""
    return await update_sheet(tx, id=id, patch={"access": access})


async def read_sheet(tx: Transaction, sheet: Sheet) -> SheetConfig:
    """Give the whole configuration of a stored Sheet."""
    buttons: defaultdict[str, list[Action]] = defaultdict(list)
    for action in await tx.siblings(Action, _actions.sheet_id == sheet.id):
        buttons[action.target_id].append(action)
    fields = [
        configuration_of(FieldConfig, field, actions=_buttons(buttons[field.id]))
        for field in await tx.siblings(Field, _fields.sheet_id == sheet.id)
    ]
    return configuration_of(SheetConfig, sheet, fields=fields, actions=_buttons(buttons[sheet.id]))


def new_sheet(workbook: Workbook, config: SheetConfig) -> Sheet:
    """Make the Sheet of a configuration, not stored yet, without its columns and buttons."""
    return Sheet(**columns_of(Sheet, config), space_id=workbook.space_id, workbook_id=workbook.id)


def _buttons(actions: Sequence[Action]) -> list[ActionConfig]:
    return [configuration_of(ActionConfig, action) for action in actions]


def _places(fields: Sequence[Field]) -> dict[str, tuple[str, ...]]:
    """Give where in the input each of these columns came from."""
    return {field.id: ("fields", str(index)) for index, field in enumerate(fields)}
