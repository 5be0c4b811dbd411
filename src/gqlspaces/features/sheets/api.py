"""Sheets in GraphQL."""

import strawberry
from strawberry import auto

from gqlspaces.blueprint.constraint import SheetConstraint as SheetConstraintConfig
from gqlspaces.blueprint.sheet import SheetAccess, SheetConfig, SheetPatch
from gqlspaces.features.actions.api import Action
from gqlspaces.features.actions.model import Action as ActionRow
from gqlspaces.features.columns import checked
from gqlspaces.features.sheets import model, service
from gqlspaces.features.sheets.fields.api import MUTATIONS as FIELD_MUTATIONS
from gqlspaces.features.sheets.fields.api import Field
from gqlspaces.features.sheets.topics import CATALOGUE, TOPICS
from gqlspaces.features.workbooks.api import Workbook
from gqlspaces.features.workbooks.model import Workbook as WorkbookRow
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, children, exposes, extend, graphql_enum, one
from gqlspaces.kernel.graphql.inputs import (
    accepts,
    body_of,
    index_of,
    optional,
    repeatable,
    required,
    sent,
)
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.outputs import output_of
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.transaction import Transaction

SheetConstraint = output_of(SheetConstraintConfig)
Access = graphql_enum(SheetAccess)


@exposes(model.Sheet)
class Sheet(Node):
    """One table of records."""

    id: auto
    space_id: auto
    workbook_id: auto
    name: auto
    slug: auto
    description: auto
    readonly: auto
    allow_additional_fields: auto
    mapping_confidence_threshold: auto
    access: auto
    constraints: list[SheetConstraint]  # type: ignore[valid-type]
    treatments: auto
    collection: auto
    meta: auto
    locked_by: auto
    locked_at: auto
    created_from: auto
    last_propagated_at: auto
    created_at: auto
    updated_at: auto
    workbook: Workbook | None = one(
        WorkbookRow, Workbook, by="workbook_id", description="The Workbook it is in."
    )
    fields: list[Field] = children(
        model.Field, Field, by="sheet_id", description="Its columns, in order."
    )
    actions: list[Action] = children(
        ActionRow, Action, by="target_id", description="Buttons on the Sheet, in order."
    )


@query(Scope.SPACE_READ, id="The Sheet.")
async def sheet(info: Info, id: strawberry.ID) -> Sheet | None:
    """A Sheet, or null where this key sees none."""
    return await info.context.reader.find(model.Sheet, id)  # type: ignore[return-value]


_INDEX = "Its place among the others, from 0; behind them when absent."


@accepts(SheetConfig)
class CreateSheetInput:
    """What a new Sheet is and where."""

    workbook_id: strawberry.ID = required("The Workbook it is in.")
    index: int | None = optional(_INDEX)
    idempotency_key: str | None = repeatable()


@accepts(SheetPatch)
class UpdateSheetInput:
    """What to change of a Sheet; absent leaves as it is, null clears, metadata is merged."""

    id: strawberry.ID = required("The Sheet.")


@strawberry.input(description="Which Sheet to delete.")
class DeleteSheetInput:
    """Which Sheet to delete."""

    id: strawberry.ID = required("The Sheet.")


@strawberry.input(description="The order of the Sheets of a Workbook.")
class ReorderSheetsInput:
    """The order of the Sheets of a Workbook."""

    workbook_id: strawberry.ID = required("The Workbook.")
    ids: list[strawberry.ID] = required("All its Sheets in the order wanted.")


@strawberry.input(description="Which Sheet to copy and what to call the copy.")
class DuplicateSheetInput:
    """Which Sheet to copy and what to call the copy."""

    id: strawberry.ID = required("The Sheet.")
    name: str | None = optional("What people call the copy; `Copy of …` when absent.")
    slug: str | None = optional("The copy's name in code; `…-copy-<time>` when absent.")
    index: int | None = optional(_INDEX)
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which Sheet to lock.")
class LockSheetInput:
    """Which Sheet to lock."""

    id: strawberry.ID = required("The Sheet.")


@strawberry.input(description="Which Sheet to unlock.")
class UnlockSheetInput:
    """Which Sheet to unlock."""

    id: strawberry.ID = required("The Sheet.")


@strawberry.input(description="What people may do with the records of a Sheet.")
class SetSheetAccessInput:
    """What people may do with the records of a Sheet."""

    id: strawberry.ID = required("The Sheet.")
    access: list[Access] = required("All that is allowed; an empty list is read-only.")  # type: ignore[valid-type]


@mutation(Scope.SPACE_WRITE, sheet=Sheet)
async def create_sheet(tx: Transaction, input: CreateSheetInput) -> model.Sheet:
    """Add a Sheet with its columns and buttons to a Workbook."""
    config = checked(SheetConfig, body_of(input, without=("workbook_id", "index")))
    workbook = await tx.find(WorkbookRow, input.workbook_id, path=("workbookId",))
    return await service.create_sheet(tx, workbook=workbook, config=config, index=index_of(input))


@mutation(Scope.SPACE_WRITE, sheet=Sheet)
async def update_sheet(tx: Transaction, input: UpdateSheetInput) -> model.Sheet:
    """Change a Sheet; a list of columns or buttons is the whole list."""
    return await service.update_sheet(tx, id=input.id, patch=body_of(input))


@mutation(Scope.SPACE_WRITE, deleted_id=strawberry.ID)
async def delete_sheet(tx: Transaction, input: DeleteSheetInput) -> str:
    """Delete a Sheet with everything in it; one that another Sheet refers to stays."""
    return (await service.delete_sheet(tx, id=input.id)).id


@mutation(Scope.SPACE_WRITE, sheets=list[Sheet])
async def reorder_sheets(
    tx: Transaction, input: ReorderSheetsInput
) -> dict[str, list[model.Sheet]]:
    """Put the Sheets of a Workbook into another order."""
    ordered = await service.reorder_sheets(tx, workbook_id=input.workbook_id, ids=input.ids)
    return {"sheets": ordered}


@mutation(Scope.SPACE_WRITE, sheet=Sheet)
async def duplicate_sheet(tx: Transaction, input: DuplicateSheetInput) -> model.Sheet:
    """Copy the structure of a Sheet within its Workbook."""
    changes = body_of(input, without=("index",))
    return await service.duplicate_sheet(tx, id=input.id, changes=changes, index=index_of(input))


@mutation(Scope.SPACE_WRITE, sheet=Sheet)
async def lock_sheet(tx: Transaction, input: LockSheetInput) -> model.Sheet:
    """Lock a Sheet; locking it again changes nothing."""
    return await service.lock_sheet(tx, id=input.id)


@mutation(Scope.SPACE_WRITE, sheet=Sheet)
async def unlock_sheet(tx: Transaction, input: UnlockSheetInput) -> model.Sheet:
    """Unlock a Sheet; unlocking it again changes nothing."""
    return await service.unlock_sheet(tx, id=input.id)


@mutation(Scope.SPACE_WRITE, sheet=Sheet)
async def set_sheet_access(tx: Transaction, input: SetSheetAccessInput) -> model.Sheet:
    """Say what people may do with the records of a Sheet."""
    access = sent(input)["access"]
    return await service.set_sheet_access(tx, id=input.id, access=access)


extend(
    Workbook,
    sheets=children(model.Sheet, Sheet, by="workbook_id", description="Its Sheets, in order."),
)
extend(Field, sheet=one(model.Sheet, Sheet, by="sheet_id", description="The Sheet it is in."))

feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[sheet],
    mutations=[
        create_sheet,
        update_sheet,
        delete_sheet,
        reorder_sheets,
        duplicate_sheet,
        lock_sheet,
        unlock_sheet,
        set_sheet_access,
        *FIELD_MUTATIONS,
    ],
    types=[Sheet, Field],
)
