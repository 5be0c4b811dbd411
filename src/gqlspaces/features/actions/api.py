"""Actions in GraphQL."""

import strawberry
from strawberry import auto

from gqlspaces.blueprint.action import (
    ActionConfig,
    ActionConstraint,
    ActionMessage,
    ActionMount,
    ActionPatch,
    ActionText,
)
from gqlspaces.blueprint.input_form import InputForm
from gqlspaces.features.actions import model, service
from gqlspaces.features.actions.topics import CATALOGUE, TOPICS
from gqlspaces.features.columns import checked
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.exposure import Node, exposes
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

Message = output_of(ActionMessage)
Constraint = output_of(ActionConstraint)
Form = output_of(InputForm)
Mount = output_of(ActionMount)
Text = output_of(ActionText)


@exposes(model.Action)
class Action(Node):
    """A button on a Space, Workbook, Sheet, Field or Document; using it makes a Job."""

    id: auto
    space_id: auto
    target_id: auto
    operation: auto
    label: auto
    mode: auto
    primary: auto
    confirm: auto
    description: auto
    tooltip: auto
    icon: auto
    messages: list[Message]  # type: ignore[valid-type]
    constraints: list[Constraint]  # type: ignore[valid-type]
    schedule: auto
    input_form: Form | None  # type: ignore[valid-type]
    mount: Mount | None  # type: ignore[valid-type]
    guide: Text | None  # type: ignore[valid-type]
    guardrail: Text | None  # type: ignore[valid-type]
    invalid_conditional_messaging: auto
    valid_records_message: auto
    invalid_records_message: auto
    created_from: auto
    last_propagated_at: auto
    created_at: auto
    updated_at: auto


@accepts(ActionConfig)
class CreateActionInput:
    """What a new button is and where."""

    target_id: strawberry.ID = required("The Space, Workbook, Sheet, Field or Document it is on.")
    index: int | None = optional("Its place among the others, from 0; behind them when absent.")
    idempotency_key: str | None = repeatable()


@accepts(ActionPatch)
class UpdateActionInput:
    """What to change of a button; absent leaves as it is, null clears."""

    id: strawberry.ID = required("The Action.")


@strawberry.input(description="Which Action to remove.")
class DeleteActionInput:
    """Which Action to remove."""

    id: strawberry.ID = required("The Action.")


@strawberry.input(description="The order of the buttons on something.")
class ReorderActionsInput:
    """The order of the buttons on something."""

    target_id: strawberry.ID = required("The Space, Workbook, Sheet, Field or Document.")
    ids: list[strawberry.ID] = required("All its Actions in the order wanted.")


@mutation(Scope.SPACE_WRITE, action=Action)
async def create_action(tx: Transaction, input: CreateActionInput) -> model.Action:
    """Add a button to a Space, Workbook, Sheet, Field or Document."""
    config = checked(ActionConfig, body_of(input, without=("target_id", "index")))
    return await service.create_action(
        tx, target_id=input.target_id, config=config, index=index_of(input)
    )


@mutation(Scope.SPACE_WRITE, action=Action)
async def update_action(tx: Transaction, input: UpdateActionInput) -> model.Action:
    """Change a button."""
    return await service.update_action(tx, id=input.id, patch=body_of(input))


@mutation(Scope.SPACE_WRITE, deleted_id=strawberry.ID)
async def delete_action(tx: Transaction, input: DeleteActionInput) -> str:
    """Remove a button."""
    return (await service.delete_action(tx, id=input.id)).id


@mutation(Scope.SPACE_WRITE, actions=list[Action])
async def reorder_actions(
    tx: Transaction, input: ReorderActionsInput
) -> dict[str, list[model.Action]]:
    """Put the buttons on something into another order."""
    ordered = await service.reorder_actions(tx, target_id=input.target_id, ids=input.ids)
    return {"actions": ordered}


feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    mutations=[create_action, update_action, delete_action, reorder_actions],
    types=[Action],
)
