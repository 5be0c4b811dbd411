"""Whether Actions can be run, in GraphQL."""

from types import SimpleNamespace
from typing import Any

import strawberry

from gqlspaces.features.actions.api import Action
from gqlspaces.features.records.availability import ObstacleType, obstacles
from gqlspaces.features.records.counts import load_counts
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import One, extend, graphql_enum
from gqlspaces.kernel.graphql.query import asked

_workbook = One(Workbook)


@strawberry.type(description="One thing that keeps an Action from being run.")
class ActionObstacle:
    """One thing that keeps an Action from being run."""

    type: graphql_enum(ObstacleType) = strawberry.field(description="What it is.")  # type: ignore[valid-type]
    message: str = strawberry.field(description="For a person.")


@strawberry.type(description="Whether an Action can be run at this moment.")
class ActionAvailability:
    """Whether an Action can be run at this moment."""

    available: bool = strawberry.field(description="Whether nothing is in its way.")
    obstacles: list[ActionObstacle] = strawberry.field(description="What is in its way.")


@asked(ActionAvailability, selected="How many records the person has selected; none without it.")
async def _availability(root: Any, info: Info, selected: int | None = strawberry.UNSET) -> Any:
    """Whether it can be run now, and why not: its constraints and open Commits."""
    load = info.context.load
    counts = await load(load_counts, root.sheet_id or root.workbook_id or root.space_id)
    workbook = await load(_workbook, root.workbook_id) if root.workbook_id else None
    found = obstacles(
        root,
        counts,
        selected=selected or 0,
        tracks_changes=bool(workbook and workbook.settings.get("trackChanges")),
    )
    in_the_way = list(found)
    return SimpleNamespace(available=not in_the_way, obstacles=in_the_way)


extend(Action, availability=_availability)
