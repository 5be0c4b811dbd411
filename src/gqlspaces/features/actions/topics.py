"""Which changes of an Action listeners hear about."""

from collections.abc import Iterator
from typing import Any, Final

from gqlspaces.features.actions.model import Action
from gqlspaces.kernel.recorder import Change, Fact

CATALOGUE = {
    "action:created": (
        "A button was added: `actionId, name, label, description?, type`; the name is its "
        "operation, the type what it is on."
    ),
    "action:updated": (
        "A button changed: `actionId, name, label, description?, type, changes[{field, …}]`."
    ),
    "action:deleted": "A button was removed by itself: `actionId, name`.",
}

TARGETS: Final = {
    "sp": "space",
    "wb": "workbook",
    "sh": "sheet",
    "fd": "field",
    "dc": "document",
}


def action_topics(action: Action, change: Change) -> Iterator[Fact]:
    """Announce every button; those that go with what they are on are announced by that alone."""
    payload: dict[str, Any] = {"actionId": action.id, "name": action.operation}
    if change.kind == "deleted":
        yield Fact("action:deleted", payload)
        return
    payload |= {"label": action.label, "type": TARGETS[action.target_id.partition("_")[0]]}
    if action.description is not None:
        payload["description"] = action.description
    if change.kind == "created":
        yield Fact("action:created", payload)
    elif changes := change.listed(action):
        yield Fact("action:updated", payload | {"changes": changes})


TOPICS = {Action: action_topics}
