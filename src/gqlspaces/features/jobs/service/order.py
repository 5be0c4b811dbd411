"""Which Job comes after which: predecessors, the parts of a Job, and the order of locks.

A Job is locked after the one it is a part of, so that two parts that end at the same moment see
each other. Predecessors are locked while a Job is made, so that none ends unseen.
"""

from collections.abc import Sequence

from sqlalchemy import Text, cast, func, select

from gqlspaces.features.jobs.model import FINAL, Job, JobStatus, PartExecution
from gqlspaces.features.jobs.service import steps
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.transaction import Transaction

_jobs = table(Job).c
_STARTED = frozenset({JobStatus.READY, JobStatus.EXECUTING, JobStatus.SCHEDULED})


async def find_with_parent(tx: Transaction, id: str) -> tuple[Job, Job | None]:
    """Give a Job and the one it is a part of, both locked, or raise NotFound."""
    if prefix_of(id) != Job.prefix:
        return await tx.find(Job, id), None
    owner = select(_jobs.parent_id).where(_jobs.id == id).scalar_subquery()
    parent = await tx.first(Job, select(Job).where(_jobs.id == owner))
    return await tx.find(Job, id), parent


async def lock_predecessors(tx: Transaction, ids: Sequence[str], space_id: str | None) -> None:
    """Lock the Jobs of the same Space that come before one to be made, or raise NotFound."""
    if not ids:
        return
    statement = select(Job).where(_jobs.id.in_(ids), _jobs.space_id.is_not_distinct_from(space_id))
    known = {job.id for job in await tx.all(Job, statement.order_by(_jobs.id))}
    for index, id in enumerate(ids):
        if id not in known:
            msg = f"There is no Job {id!r} in the same Space."
            raise NotFound(msg, path=("predecessorIds", str(index)))


async def begin(tx: Transaction, job: Job) -> None:
    """Make a Job ready, or let it wait for its turn or its time."""
    if await _waits_for_predecessors(tx, job) or await _waits_for_siblings(tx, job):
        job.status = JobStatus.WAITING
    elif job.run_at is not None and job.run_at > tx.now:
        job.status, job.available_at = JobStatus.SCHEDULED, job.run_at
    else:
        job.status = JobStatus.READY


async def release_successors(tx: Transaction, job: Job, *, with_parts: bool = False) -> None:
    """Let the Jobs begin that waited for this one alone; it is complete, or gone with its parts."""
    await tx.flush()
    named = cast(_jobs.predecessor_ids, Text)
    # Other Jobs may wait for any of the parts, whose ids nobody knows any more.
    may_wait = named != "[]" if with_parts else named.contains(job.id, autoescape=True)
    statement = select(Job).where(
        _jobs.space_id.is_not_distinct_from(job.space_id),
        _jobs.status == JobStatus.WAITING,
        may_wait,
    )
    for successor in await tx.all(Job, statement.order_by(_jobs.id)):
        await begin(tx, successor)


async def account_for_parts(tx: Transaction, parent: Job | None) -> None:
    """Start the next part of a Job, or tell it how its parts ended when none is open.

    While it is held its progress is at least that of its parts.
    """
    if parent is None or parent.is_final:
        return
    await tx.flush()
    statement = select(_jobs.status, func.count()).where(_jobs.parent_id == parent.id)
    rows = await tx.session.execute(statement.group_by(_jobs.status))
    standing = {JobStatus(status): number for status, number in rows}
    steps.go_along(parent, standing)
    if standing.keys() <= FINAL:
        _tell_parent(tx, parent, standing)
        return
    parent.parts_result = None
    if not standing.keys() & _STARTED:
        await _start_next_part(tx, parent)


async def open_parts(tx: Transaction, parent: Job) -> list[Job]:
    """Give the parts of a Job that have not ended, locked."""
    statement = select(Job).where(_jobs.parent_id == parent.id, _jobs.status.not_in(FINAL))
    return await tx.all(Job, statement.order_by(_jobs.id))


async def failed_parts(tx: Transaction, parent: Job) -> list[Job]:
    """Give the parts of a Job that have failed, in their order, locked."""
    statement = select(Job).where(_jobs.parent_id == parent.id, _jobs.status == JobStatus.FAILED)
    return await tx.all(Job, statement.order_by(_jobs.part, _jobs.id))


async def _waits_for_predecessors(tx: Transaction, job: Job) -> bool:
    if not job.predecessor_ids:
        return False
    statement = select(_jobs.id).where(
        _jobs.id.in_(job.predecessor_ids), _jobs.status != JobStatus.COMPLETE
    )
    return (await tx.session.execute(statement.limit(1))).first() is not None


async def _waits_for_siblings(tx: Transaction, job: Job) -> bool:
    if job.parent_id is None:
        return False
    parent = await tx.find(Job, job.parent_id)
    if parent.part_execution != PartExecution.SEQUENTIAL:
        return False
    statement = select(_jobs.id).where(
        _jobs.parent_id == parent.id, _jobs.id != job.id, _jobs.status.in_(_STARTED)
    )
    return (await tx.session.execute(statement.limit(1))).first() is not None


async def _start_next_part(tx: Transaction, parent: Job) -> None:
    waiting = select(Job).where(_jobs.parent_id == parent.id, _jobs.status == JobStatus.WAITING)
    following = await tx.first(Job, waiting.order_by(_jobs.part))
    if following is not None:
        await begin(tx, following)


def _tell_parent(tx: Transaction, parent: Job, ended: dict[JobStatus, int]) -> None:
    parent.parts_result = {
        "total": sum(ended.values()),
        "completed": ended.get(JobStatus.COMPLETE, 0),
        "failed": ended.get(JobStatus.FAILED, 0),
        "canceled": ended.get(JobStatus.CANCELED, 0),
    }
    steps.resume(parent, tx.now)
