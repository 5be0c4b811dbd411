"""Workbooks in GraphQL; a Workbook is made together with its Sheets by `blueprints`."""

import strawberry
from strawberry import auto

from gqlspaces.blueprint.workbook import WorkbookPatch
from gqlspaces.blueprint.workbook import WorkbookSettings as WorkbookSettingsConfig
from gqlspaces.features.actions.api import Action
from gqlspaces.features.actions.model import Action as ActionRow
from gqlspaces.features.spaces.api import Space
from gqlspaces.features.spaces.model import Space as SpaceRow
from gqlspaces.features.workbooks import model, service
from gqlspaces.features.workbooks.topics import CATALOGUE, TOPICS
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, children, computed, exposes, extend, one
from gqlspaces.kernel.graphql.inputs import accepts, body_of, required
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.outputs import output_of
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.transaction import Transaction

WorkbookSettings = output_of(WorkbookSettingsConfig)


@exposes(model.Workbook)
class Workbook(Node):
    """Sheets that belong together."""

    id: auto
    environment_id: auto
    space_id: auto
    name: auto
    namespace: auto
    labels: auto
    settings: WorkbookSettings  # type: ignore[valid-type]
    meta: auto
    treatments: auto
    storage_strategy: auto
    folder: auto
    created_from: auto
    last_propagated_at: auto
    expired_at: auto
    created_at: auto
    updated_at: auto
    space: Space | None = one(SpaceRow, Space, by="space_id", description="The Space it is in.")
    actions: list[Action] = children(
        ActionRow, Action, by="target_id", description="Buttons on the Workbook, in order."
    )


@query(Scope.SPACE_READ, id="The Workbook.")
async def workbook(info: Info, id: strawberry.ID) -> Workbook | None:
    """A Workbook, or null where this key sees none."""
    return await info.context.reader.find(model.Workbook, id)  # type: ignore[return-value]


@accepts(WorkbookPatch, leave_out=frozenset({"sheets"}))
class UpdateWorkbookInput:
    """What to change of a Workbook; absent leaves as it is, null clears, metadata is merged."""

    id: strawberry.ID = required("The Workbook.")


@strawberry.input(description="Which Workbook to delete.")
class DeleteWorkbookInput:
    """Which Workbook to delete."""

    id: strawberry.ID = required("The Workbook.")


@strawberry.input(description="The order of the Workbooks of a Space.")
class ReorderWorkbooksInput:
    """The order of the Workbooks of a Space."""

    space_id: strawberry.ID = required("The Space.")
    ids: list[strawberry.ID] = required("All its Workbooks in the order wanted.")


@mutation(Scope.SPACE_WRITE, workbook=Workbook)
async def update_workbook(tx: Transaction, input: UpdateWorkbookInput) -> model.Workbook:
    """Change a Workbook; a list of buttons is the whole list."""
    return await service.update_workbook(tx, id=input.id, patch=body_of(input))


@mutation(Scope.SPACE_WRITE, deleted_id=strawberry.ID)
async def delete_workbook(tx: Transaction, input: DeleteWorkbookInput) -> str:
    """Delete a Workbook with everything in it."""
    return (await service.delete_workbook(tx, id=input.id)).id


@mutation(Scope.SPACE_WRITE, workbooks=list[Workbook])
async def reorder_workbooks(
    tx: Transaction, input: ReorderWorkbooksInput
) -> dict[str, list[model.Workbook]]:
    """Put the Workbooks of a Space into another order."""
    ordered = await service.reorder_workbooks(tx, space_id=input.space_id, ids=input.ids)
    return {"workbooks": ordered}


extend(
    Space,
    workbooks=children(
        model.Workbook, Workbook, by="space_id", description="Its Workbooks, in order."
    ),
    workbooks_count=computed(
        service.count_workbooks, int, description="How many Workbooks it has."
    ),
)

feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[workbook],
    mutations=[update_workbook, delete_workbook, reorder_workbooks],
    types=[Workbook],
)
