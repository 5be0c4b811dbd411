"""One step of a rollout: what it does to the next Space, wholly or not at all.

A single transaction takes the rollout's row, configures the Space, writes down its Job and moves
the rollout's position behind it. So whenever a node is killed, a Space is done or it is next, and
nodes that work on one rollout take turns. What a step asks of the database does not depend on how
many Spaces there are.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeAlias

from sqlalchemy import select

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.difference import apply_differences, differences
from gqlspaces.features.apps.model import App
from gqlspaces.features.apps.service import revision_of
from gqlspaces.features.blueprints.service import blueprint_in, configure_space
from gqlspaces.features.columns import checked
from gqlspaces.features.jobs.model import Job, JobStatus, JobType
from gqlspaces.features.jobs.service import order, steps
from gqlspaces.features.revisions.model import Revision
from gqlspaces.features.revisions.service import moment_in, revert_blueprint
from gqlspaces.features.rollouts.drift import judge
from gqlspaces.features.rollouts.model import (
    OnDrift,
    Rollout,
    RolloutStatus,
    RolloutStep,
    StepOutcome,
)
from gqlspaces.features.rollouts.service import HOLDER, job_of, percent, spaces_of
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.templates.service import give
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database, Overloaded, repeated
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.ids import new_id
from gqlspaces.kernel.transaction import Transaction

logger = logging.getLogger(__name__)

_revisions = table(Revision).c


class Done(NamedTuple):
    """What became of a Space, in words."""

    outcome: StepOutcome
    message: str


Work: TypeAlias = Callable[[Transaction, Rollout, Space], Awaitable[Done | None]]
"""Does it; None leaves the Space to the next step."""
Step: TypeAlias = Callable[[Transaction, Work], Awaitable[bool]]


async def take_step(database: Database, principal: Principal, rollout_id: str) -> bool:
    """Go one Space further; False when the rollout does not run, or not any more.

    A Space that refuses what it is given is written down as failed, and the next one is taken.
    """
    return await _take(database, principal, partial(_step, rollout_id))


async def take_again(database: Database, principal: Principal, part_id: str) -> bool:
    """Take the step of a Space again whose Job had failed and is ready again."""
    return await _take(database, principal, partial(_step_again, part_id))


async def _take(database: Database, principal: Principal, step: Step) -> bool:
    tried: list[str] = []

    async def change(tx: Transaction, rollout: Rollout, space: Space) -> Done | None:
        tried.append(space.id)
        return await _change(tx, rollout, space)

    async def attempt(work: Work) -> bool:
        async with database.transaction(principal) as tx:
            return await step(tx, work)

    try:
        return await repeated(lambda: attempt(change))
    except Exception as error:
        if not tried or isinstance(error, Overloaded):
            raise
        message = _told(error, tried[-1])
    return await repeated(lambda: attempt(partial(_give_up, tried[-1], message)))


async def _step(rollout_id: str, tx: Transaction, work: Work) -> bool:
    rollout = await tx.find(Rollout, rollout_id)
    if rollout.status != RolloutStatus.RUNNING:
        return False
    whole = await job_of(tx, rollout)
    if whole is None or whole.is_final:
        # Whoever called the Job off, or deleted it, has stopped the rollout.
        rollout.status = RolloutStatus.STOPPED
        return False
    space = await tx.first(Space, spaces_of(rollout))
    if space is None:
        await _finish(tx, rollout, whole)
        return False
    part = _part(rollout, space)
    before = RolloutStep(rollout_id=rollout.id, space_id=space.id, version=space.version)
    done = await _do(tx, work, rollout, space, part, before)
    if done is not None:
        tx.add(part)
        tx.session.add(before)
        rollout.position = space.id
        await _report(tx, rollout, whole)
    return True


async def _step_again(part_id: str, tx: Transaction, work: Work) -> bool:
    part, _whole = await order.find_with_parent(tx, part_id)
    if part.status != JobStatus.READY:
        return False
    rollout_id = (part.config or {}).get("rolloutId")
    is_known = isinstance(rollout_id, str) and part.space_id is not None
    place = (rollout_id, part.space_id)
    before = await tx.session.get(RolloutStep, place) if is_known else None
    if before is None or before.outcome != StepOutcome.FAILED:
        part.info = "There is nothing left to do."
        steps.end(part, JobStatus.COMPLETE, tx.now)
        return True
    rollout = await tx.find(Rollout, before.rollout_id)
    space = await tx.find(Space, before.space_id)
    if space.app_revision != before.app_revision:
        # A later rollout reached it: what this one was to bring would take it back.
        work = _pass_over
    if await _do(tx, work, rollout, space, part, before) is not None:
        rollout.failed -= 1
    return True


async def _do(
    tx: Transaction, work: Work, rollout: Rollout, space: Space, part: Job, before: RolloutStep
) -> Done | None:
    """Change a Space in the name of its Job, and write down what it was and what became of it."""
    tx.actor_id = part.id
    version, app_revision = space.version, space.app_revision
    done = await work(tx, rollout, space)
    if done is None:
        return None
    before.version, before.app_revision = version, app_revision
    before.outcome, before.message = done
    setattr(rollout, done.outcome, getattr(rollout, done.outcome) + 1)
    _end_part(tx, part, done)
    return done


async def _change(tx: Transaction, rollout: Rollout, space: Space) -> Done:
    if space.archived_at is not None:
        return Done(StepOutcome.SKIPPED, "It is archived.")
    return await (_migrate if rollout.reverts_id is None else _revert)(tx, rollout, space)


async def _give_up(
    tried: str, message: str, _tx: Transaction, _rollout: Rollout, space: Space
) -> Done | None:
    # Another node may have done it in the meantime.
    return Done(StepOutcome.FAILED, message) if space.id == tried else None


async def _pass_over(_tx: Transaction, _rollout: Rollout, _space: Space) -> Done:
    return Done(StepOutcome.SKIPPED, "It was given another revision since.")


def _told(error: Exception, space_id: str) -> str:
    if isinstance(error, DomainError):
        return error.message
    logger.error("rolling out to %s failed", space_id, exc_info=error)
    return "A bug stopped it; the log says more."


async def _migrate(tx: Transaction, rollout: Rollout, space: Space) -> Done:
    app = await _app(tx, rollout)
    target = await revision_of(tx, app.id, rollout.revision or 0)
    if target is None:
        return Done(StepOutcome.FAILED, f"Revision {rollout.revision} is gone.")
    known = space.app_revision and await revision_of(tx, app.id, space.app_revision)
    verdict = judge(
        rollout.on_drift,
        given=known.blueprint if known else None,
        wanted=target.blueprint,
        present=await blueprint_in(tx, space),
    )
    if verdict.obstacle is not None:
        return Done(StepOutcome.SKIPPED, verdict.obstacle)
    await give(tx, app, space, target, verdict.blueprint)
    return Done(StepOutcome.MIGRATED, f"Brought to revision {target.number}.")


async def _revert(tx: Transaction, rollout: Rollout, space: Space) -> Done:
    former = await tx.session.get(RolloutStep, (rollout.reverts_id, space.id))
    if former is None:
        return Done(StepOutcome.SKIPPED, "The rollout had not changed it.")
    drifted = await _changed_since(tx, space, former.version + 1)
    if drifted and rollout.on_drift == OnDrift.SKIP:
        return Done(StepOutcome.SKIPPED, "It was changed since.")
    if drifted and rollout.on_drift == OnDrift.MERGE:
        before = (await moment_in(tx, space, former.version)).blueprint
        after = (await moment_in(tx, space, former.version + 1)).blueprint
        present = await blueprint_in(tx, space)
        document = apply_differences(present, differences(after, before))
        await configure_space(tx, id=space.id, blueprint=checked(Blueprint, document))
    else:
        await revert_blueprint(tx, space_id=space.id, number=former.version)
    space.app_revision = former.app_revision
    space.last_propagated_at = tx.now
    return Done(StepOutcome.MIGRATED, f"Brought back to version {former.version}.")


async def _app(tx: Transaction, rollout: Rollout) -> App:
    """Give the App, not locked: others lock it before its Spaces."""
    return await tx.session.get_one(App, rollout.app_id)


async def _changed_since(tx: Transaction, space: Space, version: int) -> bool:
    later = select(_revisions.id).where(
        _revisions.space_id == space.id, _revisions.number > version, _revisions.structural
    )
    return (await tx.session.execute(later.limit(1))).first() is not None


def _part(rollout: Rollout, space: Space) -> Job:
    return Job(
        id=new_id(Job.prefix),
        type=JobType.SPACE,
        operation="rollout",
        source_id=space.id,
        space_id=space.id,
        app_id=rollout.app_id,
        parent_id=rollout.job_id,
        part=rollout.done,
        managed=True,
        config={"rolloutId": rollout.id},
        holder=HOLDER,
        created_by=rollout.job_id,
    )


def _end_part(tx: Transaction, part: Job, done: Done) -> None:
    part.info = done.message
    part.started_at = tx.now
    part.result = {"outcome": str(done.outcome)}
    if done.outcome == StepOutcome.FAILED:
        part.outcome = {"acknowledge": True, "message": done.message, "hideDefaultButton": False}
    is_failed = done.outcome == StepOutcome.FAILED
    steps.end(part, JobStatus.FAILED if is_failed else JobStatus.COMPLETE, tx.now)


async def _report(tx: Transaction, rollout: Rollout, whole: Job) -> None:
    """Tell how far it is whenever that is another percent."""
    if percent(rollout) > whole.progress:
        app = await _app(tx, rollout)
        whole.progress = percent(rollout)
        whole.info = f"{rollout.done} of {rollout.total} {app.entity_plural}."


async def _finish(tx: Transaction, rollout: Rollout, whole: Job) -> None:
    app = await _app(tx, rollout)
    rollout.status, rollout.finished_at = RolloutStatus.COMPLETE, tx.now
    aim = (
        f"at revision {rollout.revision}" if rollout.reverts_id is None else "back where they were"
    )
    told = [f"{rollout.migrated} of {rollout.total} {app.entity_plural} are {aim}"]
    told += [f"{rollout.skipped} were passed over"] if rollout.skipped else []
    told += [f"{rollout.failed} failed"] if rollout.failed else []
    message = f"{', '.join(told)}."
    whole.info = message
    whole.outcome = {
        "acknowledge": bool(rollout.failed),
        "message": message,
        "hideDefaultButton": False,
    }
    await order.account_for_parts(tx, whole)
    steps.end(whole, JobStatus.COMPLETE, tx.now)
