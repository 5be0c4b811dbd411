"""References between Sheets of one Workbook: none may lead nowhere."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select

from gqlspaces.blueprint.field import FieldConfig
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.blueprint.problems import echo
from gqlspaces.blueprint.sheet import SheetConfig
from gqlspaces.blueprint.workbook import reference_faults
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Conflict, DomainError, Invalid, Refused
from gqlspaces.kernel.transaction import Transaction

_fields = table(Field).c
_sheets = table(Sheet).c


async def check_references(
    tx: Transaction,
    workbook_id: str,
    *,
    sent: Mapping[str, tuple[str, ...]],
    path: tuple[str, ...] = (),
) -> None:
    """Raise Refused for every reference of a Workbook that leads nowhere.

    In a Field that was ``sent`` (its id with its place in the input) it is INVALID there; in any
    other it is a CONFLICT at ``path``, the change that broke it.
    """
    await tx.flush()
    referrers = await tx.siblings(
        Field,
        _fields.workbook_id == workbook_id,
        _fields.type.in_([FieldType.REFERENCE, FieldType.REFERENCE_LIST]),
    )
    if not referrers:
        return
    sheets = await _outlines(tx, workbook_id)
    by_slug = {sheet.slug: sheet for sheet in sheets.values()}
    found: list[DomainError] = []
    for field in referrers:
        sheet = sheets[field.sheet_id]
        for key, message in reference_faults(field.config, sheet, by_slug):
            if field.id in sent:
                place = (*sent[field.id], "config", *key.split("."))
                found.append(Invalid(message, path=place))
            else:
                referrer = f"Field {echo(field.key)} of Sheet {echo(sheet.slug)}"
                found.append(Conflict(f"{referrer} refers to it. {message}", path=path))
    if found:
        raise Refused(found)


async def _outlines(tx: Transaction, workbook_id: str) -> dict[str, SheetConfig]:
    """Give what a reference asks of each Sheet, by the Sheet's id: its slug and keys."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    rows = await tx.session.execute(
        select(_fields.sheet_id, _fields.key).where(_fields.workbook_id == workbook_id)
    )
    for sheet_id, key in rows:
        keys[sheet_id].append(key)
    return {
        sheet.id: SheetConfig.model_construct(
            name=sheet.name,
            slug=sheet.slug,
            allow_additional_fields=sheet.allow_additional_fields,
            fields=[FieldConfig.model_construct(key=key) for key in keys[sheet.id]],
        )
        for sheet in await tx.siblings(Sheet, _sheets.workbook_id == workbook_id)
    }
