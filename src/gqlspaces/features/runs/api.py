"""Running Actions, in GraphQL."""

from collections.abc import Mapping
from datetime import datetime
from functools import wraps
from types import SimpleNamespace
from typing import Any, NamedTuple

import strawberry
from strawberry.scalars import JSON
from strawberry.utils.str_converters import to_camel_case

from gqlspaces.features.actions import model as actions
from gqlspaces.features.actions.api import Action
from gqlspaces.features.jobs import model as jobs
from gqlspaces.features.jobs.api import Job
from gqlspaces.features.jobs.service import JobDetails
from gqlspaces.features.records.api.lists import RecordSelection, selection_of
from gqlspaces.features.runs import service
from gqlspaces.features.runs.availability import ObstacleType, obstacles
from gqlspaces.features.runs.spot import loading
from gqlspaces.features.runs.survey import Survey, Wanted, subject_of, survey
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.errors import DomainError, Invalid, NotFound, Refused
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.context import Context, Info
from gqlspaces.kernel.graphql.exposure import extend, graphql_enum, one
from gqlspaces.kernel.graphql.inputs import optional, repeatable, required, sent
from gqlspaces.kernel.graphql.mutation import Rule, mutation, once
from gqlspaces.kernel.graphql.query import asked
from gqlspaces.kernel.transaction import Transaction

_SOURCE = "What to run it on, where it is mounted on other things; else what it is declared on."
_COLUMN = "The key of the column, where it is mounted on Fields and `sourceId` is a Sheet."
_SELECTION = "Which records are selected, on a Sheet or a column of it; none if absent."


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


@asked(
    ActionAvailability,
    selected="How many records are selected, where `selection` is not given.",
    selection=_SELECTION,
    source_id=_SOURCE,
    column_key=_COLUMN,
)
async def _availability(
    root: Any,
    info: Info,
    selected: int | None = strawberry.UNSET,
    selection: RecordSelection | None = strawberry.UNSET,
    source_id: strawberry.ID | None = strawberry.UNSET,
    column_key: str | None = strawberry.UNSET,
) -> Any:
    """Whether it can be run now, and why not: `runAction` refuses what this does not allow."""
    wanted = Wanted(
        source_id=source_id or None,
        column_key=column_key or None,
        selection=selection_of(selection) if selection else None,
        selected=selected or 0,
    )
    seen = await survey(info.context.reader, info.context.load, root, wanted)
    in_the_way = list(obstacles(root, seen.standing))
    return SimpleNamespace(available=not in_the_way, obstacles=in_the_way)


extend(Action, availability=_availability)
extend(
    Job,
    action=one(actions.Action, Action, by="action_id", description="The Action that made it."),
)


@strawberry.input(description="Which Action is run, on what, and what was answered.")
class RunActionInput:
    """Which Action is run, on what, and what was answered."""

    action_id: strawberry.ID = required("The Action.")
    source_id: strawberry.ID | None = optional(_SOURCE)
    column_key: str | None = optional(_COLUMN)
    selection: RecordSelection | None = optional(_SELECTION)
    input: JSON | None = optional("The answers to its form, by the keys of the questions.")
    metadata: JSON | None = optional("Any JSON of yours, kept with the Job.")
    run_at: datetime | None = optional("When the Job is to start; at once if absent.")
    idempotency_key: str | None = repeatable()


class _Sight(NamedTuple):
    """What was seen of an Action, and what its Job would be about."""

    survey: Survey
    subject: Any


class _Run(NamedTuple):
    """A transaction, and what was seen before it began, or why nothing could be."""

    tx: Transaction
    seen: _Sight | DomainError


async def _having_looked(context: Context, rule: Rule, input: Any, *, fenced: bool) -> Any:
    """Carry out what needs to know how things stand where an Action is to be run."""
    seen: _Sight | DomainError
    try:
        seen = await _look(context, input)
    except DomainError as error:
        seen = error  # to be told by the rule: a repetition is answered although this is gone

    @wraps(rule)
    async def with_sight(tx: Transaction, input: Any) -> Any:
        return await rule(_Run(tx, seen), input)

    return await once(context, with_sight, input, fenced=fenced)


async def _look(context: Context, input: Any) -> _Sight:
    reader = context.reader
    action = await reader.find(actions.Action, input.action_id)
    if action is None:
        raise NotFound(f"There is no Action {input.action_id!r}.", path=("actionId",))
    given = sent(input)
    wanted = Wanted(
        source_id=given.get("source_id"),
        column_key=given.get("column_key"),
        selection=selection_of(input.selection) if given.get("selection") is not None else None,
    )
    load = loading(reader)
    seen = await survey(reader, load, action, wanted)
    if wanted.selection is not None and seen.spot.sheet_id is None:
        msg = "Only what is run on a Sheet or a column has records to select from."
        members = [to_camel_case(name) for name in given["selection"]]
        paths: list[tuple[str, ...]] = [("selection", member) for member in members]
        raise Refused([Invalid(msg, path=path) for path in paths or [("selection",)]])
    return _Sight(seen, await subject_of(load, seen.spot, wanted.selection))


@mutation(Scope.SPACE_WRITE, by=_having_looked, job=Job)
async def run_action(run: _Run, input: RunActionInput) -> jobs.Job:
    """Do what a click on a button does: make its Job, unless something is in the way."""
    if isinstance(run.seen, DomainError):
        raise run.seen
    given = sent(input)
    answers = {} if given.get("input") is None else given["input"]
    if not isinstance(answers, Mapping):
        msg = "Must be an object with the answers by the keys of the questions."
        raise Invalid(msg, path=("input",))
    details: JobDetails = {
        "subject": run.seen.subject,
        "metadata": given.get("metadata"),
        "run_at": given.get("run_at"),
    }
    return await service.run_action(
        run.tx, id=input.action_id, seen=run.seen.survey, input=answers, details=details
    )


feature = Feature(mutations=[run_action], types=[ActionAvailability])
