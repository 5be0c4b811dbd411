"""Rollouts in GraphQL: one Blueprint for many Spaces."""

from collections.abc import Sequence
from typing import Any

import strawberry
from sqlalchemy import bindparam, func, select
from strawberry import auto

from gqlspaces.features.apps import model as apps
from gqlspaces.features.apps.api import App
from gqlspaces.features.blueprints.api import DRY_RUN, BlueprintChange
from gqlspaces.features.jobs.api import Job
from gqlspaces.features.jobs.model import Job as JobRow
from gqlspaces.features.rollouts import model, service
from gqlspaces.features.rollouts.model import OnDrift
from gqlspaces.features.rollouts.plan import plan_rollout
from gqlspaces.features.rollouts.report import drift_of_spaces, drifted_spaces
from gqlspaces.features.rollouts.topics import TOPICS
from gqlspaces.features.spaces import model as spaces
from gqlspaces.features.spaces.api import Space
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import (
    Node,
    children,
    computed,
    exposes,
    extend,
    graphql_enum,
    one,
)
from gqlspaces.kernel.graphql.inputs import optional, repeatable, required, sent
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.reader import Reader
from gqlspaces.kernel.transaction import Transaction

MOST_EXCEPTIONS = 100

Outcome = graphql_enum(model.StepOutcome)
Drift = graphql_enum(OnDrift)
_steps = table(model.RolloutStep)
_numbered = (
    select(
        _steps,
        func.row_number()
        .over(partition_by=_steps.c.rollout_id, order_by=_steps.c.space_id)
        .label("place"),
    )
    .where(
        _steps.c.rollout_id.in_(bindparam("rollouts", expanding=True)),
        _steps.c.outcome != model.StepOutcome.MIGRATED,
    )
    .subquery()
)
_EXCEPTIONS = (
    select(_numbered).where(_numbered.c.place <= MOST_EXCEPTIONS).order_by(_numbered.c.space_id)
)


@strawberry.type(description="A Space that a rollout passed over, or that refused it.")
class RolloutException:
    """A Space that a rollout passed over, or that refused it."""

    space_id: strawberry.ID = strawberry.field(description="The Space.")
    outcome: Outcome = strawberry.field(description="What became of it.")  # type: ignore[valid-type]
    message: str | None = strawberry.field(description="Why, for people.")
    space: Space | None = one(spaces.Space, Space, by="space_id", description="The Space.")


async def _exceptions(reader: Reader, ids: Sequence[str]) -> list[Any]:
    found: dict[str, list[Any]] = {id: [] for id in ids}
    for row in await reader.rows(_EXCEPTIONS, {"rollouts": list(ids)}):
        found[row.rollout_id].append(row)
    return [found[id] for id in ids]


@exposes(model.Rollout)
class Rollout(Node):
    """A revision of an App's Blueprint on its way to the App's Spaces."""

    id: auto
    app_id: auto
    revision: auto
    reverts_id: auto
    on_drift: auto
    status: auto
    space_ids: auto
    total: auto
    migrated: auto
    skipped: auto
    failed: auto
    job_id: auto
    created_by: auto
    created_at: auto
    updated_at: auto
    finished_at: auto
    app: App | None = one(apps.App, App, by="app_id", description="The App.")
    job: Job | None = one(
        JobRow, Job, by="job_id", description="Its Job; what it did to each Space is a part."
    )
    exceptions: list[RolloutException] = computed(
        _exceptions,
        list[RolloutException],
        description="The Spaces that were passed over or have failed; at most a hundred.",
    )


@strawberry.type(description="What a rollout would do to one Space.")
class RolloutPlanSpace:
    """What a rollout would do to one Space."""

    space_id: strawberry.ID = strawberry.field(description="The Space.")
    name: str = strawberry.field(description="Its name.")
    app_revision: int | None = strawberry.field(description="The revision that it has.")
    skipped: bool = strawberry.field(description="Whether it would be passed over.")
    drift: list[BlueprintChange] = strawberry.field(
        description="How it differs from what it was given."
    )
    changes: list[BlueprintChange] = strawberry.field(description="What would change of it.")


@strawberry.type(description="What a rollout would do.")
class RolloutPlan:
    """What a rollout would do."""

    revision: int = strawberry.field(description="The revision it leads to.")
    total: int = strawberry.field(description="To how many Spaces it would go.")
    looked_at: int = strawberry.field(description="How many of them were looked at.")
    changed: int = strawberry.field(description="How many of these would change.")
    drifted: int = strawberry.field(description="How many are not what they were given.")
    skipped: int = strawberry.field(description="How many would be passed over.")
    spaces: list[RolloutPlanSpace] = strawberry.field(
        description="Those that would change or be passed over; at most a hundred."
    )


@query(Scope.SPACE_READ, id="The rollout.")
async def rollout(info: Info, id: strawberry.ID) -> Rollout | None:
    """A rollout, or null where this key sees none."""
    return await info.context.reader.find(model.Rollout, id)  # type: ignore[return-value]


@strawberry.input(description="Which Spaces get which revision.")
class RolloutBlueprintInput:
    """Which Spaces get which revision."""

    app_id: strawberry.ID = required("The App.")
    revision: int | None = optional(
        "The revision of the App's Blueprint; what new Spaces start from without it."
    )
    space_ids: list[strawberry.ID] | None = optional(
        "Only these Spaces of the App, at most 1,000; all without it."
    )
    on_drift: Drift | None = optional(  # type: ignore[valid-type]
        "What happens to Spaces that are not what they were given; MERGE without it."
    )
    dry_run: bool | None = optional(DRY_RUN)
    idempotency_key: str | None = repeatable()


@mutation(Scope.ADMIN, rollout=Rollout, plan=RolloutPlan)
async def rollout_blueprint(tx: Transaction, input: RolloutBlueprintInput) -> dict[str, Any]:
    """Bring the Spaces of an App to a revision of its Blueprint, one Job for each of them."""
    given = sent(input)
    aim = await service.take_aim(
        tx,
        app_id=str(input.app_id),
        revision=given.get("revision"),
        space_ids=given.get("space_ids"),
        on_drift=OnDrift(given.get("on_drift") or OnDrift.MERGE),
    )
    if given.get("dry_run"):
        return {"plan": await plan_rollout(tx, aim)}
    return {"rollout": await service.begin_rollout(tx, aim)}


@strawberry.input(description="Which rollout to stop.")
class StopRolloutInput:
    """Which rollout to stop."""

    id: strawberry.ID = required("The rollout.")


@mutation(Scope.ADMIN, rollout=Rollout)
async def stop_rollout(tx: Transaction, input: StopRolloutInput) -> model.Rollout:
    """Stop a rollout between two Spaces; what is done stays done. Canceling its Job does it too."""
    return await service.stop_rollout(tx, id=input.id)


@strawberry.input(description="Which rollout goes on.")
class ResumeRolloutInput:
    """Which rollout goes on."""

    id: strawberry.ID = required("The rollout.")


@mutation(Scope.ADMIN, rollout=Rollout)
async def resume_rollout(tx: Transaction, input: ResumeRolloutInput) -> model.Rollout:
    """Go on with a rollout that was stopped, where it was."""
    return await service.resume_rollout(tx, id=input.id)


@strawberry.input(description="Which rollout to take back.")
class RevertRolloutInput:
    """Which rollout to take back."""

    id: strawberry.ID = required("The rollout; it does not run any more.")
    on_drift: Drift | None = optional(  # type: ignore[valid-type]
        "What happens to Spaces that were changed since: MERGE takes back only what the rollout "
        "changed, OVERWRITE the later changes too; MERGE without it."
    )
    idempotency_key: str | None = repeatable()


@mutation(Scope.ADMIN, rollout=Rollout)
async def revert_rollout(tx: Transaction, input: RevertRolloutInput) -> model.Rollout:
    """Give the Spaces that a rollout migrated the structure that each had before it."""
    on_drift = OnDrift(sent(input).get("on_drift") or OnDrift.MERGE)
    return await service.revert_rollout(tx, id=input.id, on_drift=on_drift)


extend(
    App,
    rollouts=children(
        model.Rollout, Rollout, by="app_id", order=("id",), description="Its rollouts, in order."
    ),
    drift=computed(
        drifted_spaces,
        list[Space],
        description="Its Spaces that are not what it gave them, with `Space.drift`; at most a "
        "hundred.",
    ),
)
extend(
    Space,
    drift=computed(
        drift_of_spaces,
        list[BlueprintChange] | None,
        description="How it differs from the revision of its App's Blueprint that it was given; "
        "null where its App gave it none.",
    ),
)

feature = Feature(
    topics=TOPICS,
    queries=[rollout],
    mutations=[rollout_blueprint, stop_rollout, resume_rollout, revert_rollout],
    types=[Rollout],
)
