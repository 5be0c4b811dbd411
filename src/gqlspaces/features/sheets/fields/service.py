"""The rules of Fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from gqlspaces.blueprint.field import FieldConfig, FieldPatch
from gqlspaces.blueprint.limits import FIELDS_PER_SHEET
from gqlspaces.blueprint.problems import echo
from gqlspaces.features.actions.model import Action
from gqlspaces.features.actions.service import replace_actions, set_actions
from gqlspaces.features.columns import columns_of, patched, store
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.sheets.references import check_references
from gqlspaces.features.siblings import check_free, check_room, make_room, reorder
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Conflict
from gqlspaces.kernel.transaction import Transaction

_columns = table(Field).c
_actions = table(Action).c


async def create_field(
    tx: Transaction, *, sheet_id: str, config: FieldConfig, index: int | None = None
) -> Field:
    """Add a column to a Sheet."""
    sheet = await tx.find(Sheet, sheet_id, path=("sheetId",))
    siblings = await tx.siblings(Field, _columns.sheet_id == sheet.id)
    check_free(siblings, None, "key", config.key)
    check_room(siblings, FIELDS_PER_SHEET, "Fields")
    field = new_field(sheet, config)
    field.position = make_room(siblings, index)
    tx.add(field)
    await check_references(tx, sheet.workbook_id, sent={field.id: ()})
    await set_actions(tx, field, config.actions)
    return field


async def update_field(tx: Transaction, *, id: str, patch: Mapping[str, Any]) -> Field:
    """Change a column: absent stays, null clears, metadata is merged."""
    field = await tx.find(Field, id)
    sheet = await tx.find(Sheet, field.sheet_id)
    siblings = await tx.siblings(Field, _columns.sheet_id == sheet.id)
    config = patched(field, FieldConfig, FieldPatch, patch)
    check_free(siblings, field, "key", field.key)
    _check_rules(sheet, siblings, path=("key",))
    await check_references(tx, sheet.workbook_id, sent={field.id: ()}, path=("key",))
    if "actions" in patch:
        await set_actions(tx, field, config.actions)
    return field


async def delete_field(tx: Transaction, *, id: str) -> Field:
    """Remove a column, unless it is the last one or something refers to it."""
    field = await tx.find(Field, id)
    sheet = await tx.find(Sheet, field.sheet_id)
    siblings = await tx.siblings(Field, _columns.sheet_id == sheet.id)
    left = [other for other in siblings if other is not field]
    if not left:
        msg = "A Sheet has at least one Field."
        raise Conflict(msg, path=("id",))
    _check_rules(sheet, left, path=("id",))
    await tx.remove(field)
    await check_references(tx, sheet.workbook_id, sent={}, path=("id",))
    return field


async def reorder_fields(tx: Transaction, *, sheet_id: str, ids: Sequence[str]) -> list[Field]:
    """Put all columns of a Sheet into this order."""
    sheet = await tx.find(Sheet, sheet_id, path=("sheetId",))
    return reorder(await tx.siblings(Field, _columns.sheet_id == sheet.id), ids)


async def set_fields(tx: Transaction, sheet: Sheet, configs: Sequence[FieldConfig]) -> list[Field]:
    """Make these the columns of a stored Sheet: matched by key and changed in place."""
    known = {field.key: field for field in await tx.siblings(Field, _columns.sheet_id == sheet.id)}
    fields = []
    for position, config in enumerate(configs):
        field = known.pop(config.key, None)
        if field is None:
            field = tx.add(new_field(sheet, config))
        else:
            store(field, config)
        field.position = position
        fields.append(field)
    await tx.remove(*known.values())
    actions = await tx.siblings(
        Action, _actions.sheet_id == sheet.id, _actions.field_id.is_not(None)
    )
    wanted = [(field, config.actions) for field, config in zip(fields, configs, strict=True)]
    await replace_actions(tx, actions, wanted)
    return fields


def new_field(sheet: Sheet, config: FieldConfig) -> Field:
    """Make the Field of a configuration, not stored yet and without its buttons."""
    return Field(
        **columns_of(Field, config),
        space_id=sheet.space_id,
        workbook_id=sheet.workbook_id,
        sheet_id=sheet.id,
    )


def _check_rules(sheet: Sheet, fields: Sequence[Field], *, path: tuple[str, ...]) -> None:
    """Raise Conflict when a rule of the Sheet would read a column that is not there."""
    if sheet.allow_additional_fields:
        return
    keys = {field.key for field in fields}
    for rule in sheet.constraints:
        if missing := set(rule.get("fields", [])) - keys:
            name = rule.get("name") or rule.get("validator", "")
            msg = f"The Sheet's constraint {echo(name)} reads Field {echo(min(missing))}."
            raise Conflict(msg, path=path)
