"""Fields in GraphQL."""

from typing import Any

import strawberry
from strawberry import auto

from gqlspaces.blueprint.constraint import FieldConstraint as FieldConstraintConfig
from gqlspaces.blueprint.field import FieldAppearance as FieldAppearanceConfig
from gqlspaces.blueprint.field import FieldConfig, FieldPatch
from gqlspaces.features.actions.api import Action
from gqlspaces.features.actions.model import Action as ActionRow
from gqlspaces.features.columns import checked
from gqlspaces.features.sheets import model
from gqlspaces.features.sheets.fields import service
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.exposure import Node, children, exposes
from gqlspaces.kernel.graphql.inputs import (
    accepts,
    body_of,
    index_of,
    optional,
    repeatable,
    required,
)
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.outputs import output_of
from gqlspaces.kernel.transaction import Transaction

FieldConstraint = output_of(FieldConstraintConfig)
FieldAppearance = output_of(FieldAppearanceConfig)


def _label(root: Any) -> str:
    label: str = root.label or root.key
    return label


@exposes(model.Field)
class Field(Node):
    """One column of data."""

    id: auto
    space_id: auto
    workbook_id: auto
    sheet_id: auto
    key: auto
    type: auto
    label: str = strawberry.field(
        resolver=_label, description="What people see; the key unless it was given."
    )
    description: auto
    constraints: list[FieldConstraint]  # type: ignore[valid-type]
    readonly: auto
    appearance: FieldAppearance | None  # type: ignore[valid-type]
    config: auto
    alternative_names: auto
    treatments: auto
    meta: auto
    created_at: auto
    updated_at: auto
    actions: list[Action] = children(
        ActionRow, Action, by="target_id", description="Buttons on its column, in order."
    )


@accepts(FieldConfig)
class CreateFieldInput:
    """What a new column is and where."""

    sheet_id: strawberry.ID = required("The Sheet it is in.")
    index: int | None = optional("Its place among the others, from 0; behind them when absent.")
    idempotency_key: str | None = repeatable()


@accepts(FieldPatch)
class UpdateFieldInput:
    """What to change of a column; absent leaves as it is, null clears, metadata is merged."""

    id: strawberry.ID = required("The Field.")


@strawberry.input(description="Which Field to delete.")
class DeleteFieldInput:
    """Which Field to delete."""

    id: strawberry.ID = required("The Field.")


@strawberry.input(description="The order of the Fields of a Sheet.")
class ReorderFieldsInput:
    """The order of the Fields of a Sheet."""

    sheet_id: strawberry.ID = required("The Sheet.")
    ids: list[strawberry.ID] = required("All its Fields in the order wanted.")


@mutation(Scope.SPACE_WRITE, field=Field)
async def create_field(tx: Transaction, input: CreateFieldInput) -> model.Field:
    """Add a column to a Sheet."""
    config = checked(FieldConfig, body_of(input, without=("sheet_id", "index")))
    return await service.create_field(
        tx, sheet_id=input.sheet_id, config=config, index=index_of(input)
    )


@mutation(Scope.SPACE_WRITE, field=Field)
async def update_field(tx: Transaction, input: UpdateFieldInput) -> model.Field:
    """Change a column; a list of buttons is the whole list."""
    return await service.update_field(tx, id=input.id, patch=body_of(input))


@mutation(Scope.SPACE_WRITE, deleted_id=strawberry.ID)
async def delete_field(tx: Transaction, input: DeleteFieldInput) -> str:
    """Delete a column; the last one, and one that something refers to, stay."""
    return (await service.delete_field(tx, id=input.id)).id


@mutation(Scope.SPACE_WRITE, fields=list[Field])
async def reorder_fields(
    tx: Transaction, input: ReorderFieldsInput
) -> dict[str, list[model.Field]]:
    """Put the columns of a Sheet into another order."""
    return {"fields": await service.reorder_fields(tx, sheet_id=input.sheet_id, ids=input.ids)}


MUTATIONS = [create_field, update_field, delete_field, reorder_fields]
