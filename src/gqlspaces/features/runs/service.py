"""The rules of running Actions."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.features.actions.model import Action
from gqlspaces.features.jobs.model import Job, JobMode
from gqlspaces.features.jobs.service import JobDetails, create_job
from gqlspaces.features.runs.availability import Obstacle, ObstacleType, obstacles
from gqlspaces.features.runs.form import answers
from gqlspaces.features.runs.spot import Spot
from gqlspaces.features.runs.survey import Survey
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.database import Raced
from gqlspaces.kernel.errors import Conflict, Refused
from gqlspaces.kernel.transaction import Transaction


async def run_action(
    tx: Transaction,
    *,
    id: str,
    seen: Survey,
    input: Mapping[str, Any] | None = None,
    details: JobDetails | None = None,
) -> Job:
    """Make the Job of an Action, as things stood when they were looked at (domain reference 2.7).

    ``input`` answers its form; ``details`` are more of the Job, such as its subject. Raises Raced
    when the Space has changed since it was looked at.
    """
    action = await tx.find(Action, id, path=("actionId",))
    space = await tx.find(Space, action.space_id)
    if space.version != seen.version:
        raise Raced("The Space has changed; look at the Action again.", path=("actionId",))
    in_the_way = list(obstacles(action, seen.standing))
    if in_the_way:
        raise Refused([Conflict(one.message, path=(_path(one),)) for one in in_the_way])
    given = answers(action.input_form, input or {})
    job = await _create(tx, action, seen.spot, {"input": given, **(details or {})})
    job.action_id = action.id
    return job


def _path(obstacle: Obstacle) -> str:
    return _PATHS.get(obstacle.type, "actionId")


_PATHS = {
    ObstacleType.HAS_SELECTION: "selection",
    ObstacleType.HAS_COLUMN_ENABLED: "columnKey",
}


async def _create(tx: Transaction, action: Action, spot: Spot, details: JobDetails) -> Job:
    details["mode"] = JobMode(action.mode)
    try:
        return await create_job(
            tx,
            type=spot.type,
            operation=action.operation,
            source_id=spot.source_id,
            **details,
        )
    except Refused as error:
        # The subject holds what the caller sent as the selection.
        for problem in error.problems:
            if problem.path[:1] == ("subject",):
                problem.path = ("selection",)
        raise
