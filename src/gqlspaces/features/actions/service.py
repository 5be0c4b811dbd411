"""The rules of Actions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gqlspaces.blueprint.action import ActionConfig, ActionPatch
from gqlspaces.blueprint.limits import ACTIONS_PER_TARGET
from gqlspaces.features.actions.model import Action
from gqlspaces.features.columns import columns_of, patched, store
from gqlspaces.features.siblings import check_free, check_room, make_room, reorder
from gqlspaces.kernel.entity import Entity, table
from gqlspaces.kernel.transaction import Transaction

_columns = table(Action).c

# Which column of an Action names what it is on; a Space is named by `space_id` already.
_OWN_COLUMN: Final = {
    "sp": "space_id",
    "wb": "workbook_id",
    "sh": "sheet_id",
    "fd": "field_id",
    "dc": "document_id",
}


async def create_action(
    tx: Transaction, *, target_id: str, config: ActionConfig, index: int | None = None
) -> Action:
    """Add a button to a Space, Workbook, Sheet, Field or Document."""
    target = await find_target(tx, target_id)
    siblings = await tx.siblings(Action, _columns.target_id == target.id)
    check_free(siblings, None, "operation", config.operation)
    check_room(siblings, ACTIONS_PER_TARGET, "Actions")
    action = _new_action(target, config)
    action.position = make_room(siblings, index)
    return tx.add(action)


async def update_action(tx: Transaction, *, id: str, patch: Mapping[str, Any]) -> Action:
    """Change a button: absent stays, null clears."""
    action = await tx.find(Action, id)
    siblings = await tx.siblings(Action, _columns.target_id == action.target_id)
    patched(action, ActionConfig, ActionPatch, patch)
    check_free(siblings, action, "operation", action.operation)
    return action


async def delete_action(tx: Transaction, *, id: str) -> Action:
    """Remove a button."""
    action = await tx.find(Action, id)
    await tx.remove(action)
    return action


async def reorder_actions(tx: Transaction, *, target_id: str, ids: Sequence[str]) -> list[Action]:
    """Put all buttons of a target into this order."""
    target = await find_target(tx, target_id)
    return reorder(await tx.siblings(Action, _columns.target_id == target.id), ids)


async def set_actions(tx: Transaction, target: Entity, configs: Sequence[ActionConfig]) -> None:
    """Make these the buttons of a stored target: matched by operation and changed in place."""
    known = await tx.siblings(Action, _columns.target_id == target.id)
    await replace_actions(tx, known, [(target, configs)])


async def replace_actions(
    tx: Transaction,
    known: Iterable[Action],
    wanted: Iterable[tuple[Entity, Sequence[ActionConfig]]],
) -> None:
    """Turn the known buttons of stored targets into those wanted of each, in declared order."""
    left = {(action.target_id, action.operation): action for action in known}
    for target, configs in wanted:
        for position, config in enumerate(configs):
            action = left.pop((target.id, config.operation), None)
            if action is None:
                action = tx.add(_new_action(target, config))
            else:
                store(action, config)
            action.position = position
    await tx.remove(*left.values())


async def find_target(tx: Transaction, id: str) -> Entity:
    """Give what a button can be on, or raise NotFound."""
    return await tx.find_any(id, tuple(_OWN_COLUMN), path=("targetId",))


def _new_action(target: Entity, config: ActionConfig) -> Action:
    columns = columns_of(Action, config)
    for column in _OWN_COLUMN.values():
        columns[column] = getattr(target, column, None)
    columns[_OWN_COLUMN[type(target).prefix]] = target.id
    return Action(**columns, target_id=target.id)
