"""Which changes of a Space listeners hear about."""

from collections.abc import Iterator
from typing import Any

from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.recorder import Change, Fact

CATALOGUE = {
    "space:created": "A Space was made: `spaceId, environmentId, name, appId?`.",
    "space:updated": "A Space itself changed: `spaceId, environmentId, changes[{field, …}]`.",
    "space:archived": "A Space was archived.",
    "space:unarchived": "An archived Space came back.",
    "space:deleted": "A Space was deleted with everything in it.",
}


def space_topics(space: Space, change: Change) -> Iterator[Fact]:
    """Announce a Space's own changes; what happens inside it is announced by its parts."""
    payload: dict[str, Any] = {"spaceId": space.id, "environmentId": space.environment_id}
    if change.kind == "created":
        about = {"name": space.name} | ({"appId": space.app_id} if space.app_id else {})
        yield Fact("space:created", payload | about)
    elif change.kind == "deleted":
        yield Fact("space:deleted")
    else:
        if change.touches("archived_at"):
            yield Fact("space:archived" if space.archived_at else "space:unarchived")
        changes = change.listed(space, without={"archived_at"})
        if changes:
            yield Fact("space:updated", payload | {"changes": changes})


TOPICS = {Space: space_topics}
