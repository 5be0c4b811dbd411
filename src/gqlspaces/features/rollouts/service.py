"""Beginning, stopping and taking back rollouts."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Select, func, select

from gqlspaces.features.apps.model import App, AppRevision
from gqlspaces.features.apps.service import revision_of
from gqlspaces.features.jobs.model import Job, JobType, PartExecution
from gqlspaces.features.jobs.service import cancel_job, create_job, steps
from gqlspaces.features.rollouts.model import (
    OnDrift,
    Rollout,
    RolloutStatus,
    RolloutStep,
    StepOutcome,
)
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.templates.service import start_of
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.transaction import Transaction

HOLDER: Final = "gqlspaces"
MOST_SPACES: Final = 1000
"""How many Spaces a rollout can be limited to; without a limit it takes any number."""

_spaces, _rollouts = table(Space).c, table(Rollout).c
_steps = table(RolloutStep).c


class Aim(NamedTuple):
    """What a rollout would bring to which Spaces; it has not begun."""

    app: App
    target: AppRevision
    rollout: Rollout


async def take_aim(
    tx: Transaction,
    *,
    app_id: str,
    revision: int | None,
    space_ids: Sequence[str] | None,
    on_drift: OnDrift,
) -> Aim:
    """Find what a rollout is about, or raise a DomainError."""
    app = await _app(tx, app_id)
    target = await _target(tx, app, revision)
    rollout = Rollout(
        app_id=app.id,
        revision=target.number,
        on_drift=on_drift,
        space_ids=None if space_ids is None else await _chosen(tx, app, space_ids),
    )
    if tx.principal.namespaces is not None:
        msg = "A rollout goes to all namespaces; this key is limited to some."
        raise Forbidden(msg)
    return Aim(app, target, rollout)


async def begin_rollout(tx: Transaction, aim: Aim) -> Rollout:
    """Begin to give the Spaces of an App a revision of its Blueprint."""
    return await _begin(tx, aim.app, aim.rollout, f"bring them to revision {aim.target.number}")


async def stop_rollout(tx: Transaction, *, id: str) -> Rollout:
    """Stop a rollout between two Spaces and call its Job off; doing it again changes nothing."""
    rollout = await tx.find(Rollout, id)
    if rollout.status == RolloutStatus.COMPLETE:
        raise _conflict("It is complete already: there is nothing to stop. It can be reverted.")
    if rollout.status == RolloutStatus.RUNNING:
        rollout.status = RolloutStatus.STOPPED
        job = await job_of(tx, rollout)
        if job is not None and not job.is_final:
            info = f"Stopped after {rollout.done} of {rollout.total}."
            await cancel_job(tx, id=job.id, info=info)
    return rollout


async def resume_rollout(tx: Transaction, *, id: str) -> Rollout:
    """Go on behind the last Space of a rollout that was stopped, under another Job."""
    rollout = await tx.find(Rollout, id)
    if rollout.status == RolloutStatus.COMPLETE:
        raise _conflict("It is complete already: there is nothing to go on with.")
    if rollout.status == RolloutStatus.RUNNING:
        return rollout
    app = await _app(tx, rollout.app_id)
    await _refuse_second(tx, app)
    rollout.status = RolloutStatus.RUNNING
    rollout.job_id = (await _make_job(tx, app, rollout, "go on")).id
    return rollout


async def revert_rollout(tx: Transaction, *, id: str, on_drift: OnDrift) -> Rollout:
    """Begin to give the Spaces that a rollout migrated the structure each had before."""
    former = await tx.find(Rollout, id)
    if former.status == RolloutStatus.RUNNING:
        raise _conflict("It is still running: stop it first.")
    app = await _app(tx, former.app_id)
    rollout = Rollout(app_id=app.id, reverts_id=former.id, on_drift=on_drift)
    return await _begin(tx, app, rollout, "bring them back to what they were")


def spaces_of(rollout: Rollout) -> Select[Space]:
    """Select the Spaces that a rollout has still before it, in its order.

    Templates are what others are made from and not among them.
    """
    statement = (
        select(Space)
        .where(_spaces.app_id == rollout.app_id, _spaces.is_app_template.is_(False))
        .where(_spaces.id > rollout.position)
        .order_by(_spaces.id)
    )
    if rollout.last_id:
        statement = statement.where(_spaces.id <= rollout.last_id)
    if rollout.space_ids is not None:
        left = [id for id in rollout.space_ids if id > rollout.position]
        statement = statement.where(_spaces.id.in_(left))
    if rollout.reverts_id is not None:
        migrated = select(_steps.space_id).where(
            _steps.rollout_id == rollout.reverts_id, _steps.outcome == StepOutcome.MIGRATED
        )
        statement = statement.where(_spaces.id.in_(migrated))
    return statement


async def job_of(tx: Transaction, rollout: Rollout) -> Job | None:
    """Give the Job of a rollout, locked, unless somebody deleted it."""
    return await tx.first(Job, select(Job).where(table(Job).c.id == rollout.job_id))


async def _target(tx: Transaction, app: App, number: int | None) -> AppRevision:
    """Give the revision of this number or, without one, what new Spaces start from now."""
    if number is not None:
        found = await revision_of(tx, app.id, number)
        if found is None:
            msg = f"The App {app.name!r} has no revision {number} of its Blueprint."
            raise NotFound(msg, path=("revision",))
        return found
    start = await start_of(tx, app)
    if start is None:
        msg = f"The App {app.name!r} has neither a Blueprint nor a template {app.entity}."
        raise Conflict(msg, path=("appId",))
    return start


async def _begin(tx: Transaction, app: App, rollout: Rollout, aim: str) -> Rollout:
    await _refuse_second(tx, app)
    rollout.created_by = tx.principal.key_id
    known = spaces_of(rollout).order_by(None).subquery().c.id
    total, last = (await tx.session.execute(select(func.count(), func.max(known)))).one()
    # Without a last one it ends before all those that are made from now on.
    rollout.total, rollout.last_id = total, last or Space.prefix
    rollout.job_id = (await _make_job(tx, app, rollout, aim)).id
    return tx.add(rollout)


async def _make_job(tx: Transaction, app: App, rollout: Rollout, aim: str) -> Job:
    job = await create_job(
        tx,
        type=JobType.APP,
        operation="rollout",
        source_id=app.id,
        managed=True,
        info=f"{rollout.done} of {rollout.total} {app.entity_plural}: to {aim}.",
    )
    steps.take(job, HOLDER, None, tx.now)
    job.part_execution = PartExecution.SEQUENTIAL
    job.progress = percent(rollout)
    steps.suspend(job)
    return job


def percent(rollout: Rollout) -> int:
    """Give how far a rollout that runs has come."""
    return min(99, 100 * rollout.done // max(1, rollout.total))


async def _chosen(tx: Transaction, app: App, ids: Sequence[str]) -> list[str]:
    if not 1 <= len(ids) <= MOST_SPACES:
        msg = f"Must name 1 to {MOST_SPACES} {app.entity_plural}."
        raise DomainError(msg, path=("spaceIds",))
    asked = [id for id in ids if prefix_of(id) == Space.prefix]
    statement = select(Space).where(_spaces.id.in_(asked), _spaces.app_id == app.id)
    known = {space.id for space in await tx.all(Space, statement.order_by(_spaces.id))}
    for index, id in enumerate(ids):
        if id not in known:
            msg = f"There is no Space {id!r} in the App {app.name!r}."
            raise NotFound(msg, path=("spaceIds", str(index)))
    return sorted(known)


async def _app(tx: Transaction, id: str) -> App:
    return await tx.find(App, id, path=("appId",))


async def _refuse_second(tx: Transaction, app: App) -> None:
    running = (_rollouts.app_id == app.id, _rollouts.status == RolloutStatus.RUNNING)
    if await tx.siblings(Rollout, *running):
        msg = f"A rollout of the App {app.name!r} is running: stop it, or wait until it is over."
        raise Conflict(msg, path=("appId",))


def _conflict(message: str) -> Conflict:
    return Conflict(message, path=("id",))
