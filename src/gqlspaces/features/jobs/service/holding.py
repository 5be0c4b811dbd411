"""Taking Jobs, and reporting on them while they are held."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from gqlspaces.blueprint.merge import merge_patch
from gqlspaces.features.columns import checked
from gqlspaces.features.jobs.configuration import JobAck, JobChanges, JobClaim
from gqlspaces.features.jobs.model import Job, JobStatus
from gqlspaces.features.jobs.namespaces import namespaces_of, with_namespaces
from gqlspaces.features.jobs.service import steps
from gqlspaces.features.jobs.service.refusals import conflict, is_held, require_lease
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.scope import scoped
from gqlspaces.kernel.transaction import Transaction
from gqlspaces.matching import topic_matches

_PAGE = 500
_jobs = table(Job).c
_READY = with_namespaces(_jobs.id, _jobs.type, _jobs.operation).where(
    _jobs.status == JobStatus.READY
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A Job with the lease that now holds it: a secret to be presented with every later call."""

    job: Job
    lease: str
    lease_expires_at: datetime | None


async def ack_job(tx: Transaction, *, id: str, said: Mapping[str, Any]) -> Claim:
    """Take a ready Job; by the name that holds it already, acknowledging is a heartbeat.

    Of any number of callers at the same moment exactly one takes it: the row is locked.
    """
    ack = checked(JobAck, said)
    job = await tx.find(Job, id)
    if job.status == JobStatus.READY:
        steps.take(job, ack.holder, ack.lease_seconds, tx.now)
    elif ack.holder is not None and ack.holder == job.holder and is_held(job, tx.now):
        steps.prolong(job, ack.lease_seconds, tx.now)
    else:
        raise conflict(job, "acknowledged")
    steps.report(job, ack)
    return _claim(job)


async def claim_jobs(tx: Transaction, *, said: Mapping[str, Any]) -> list[Claim]:
    """Take the oldest ready Jobs that match, passing over those that others are taking."""
    wanted = checked(JobClaim, said)
    claims: list[Claim] = []
    async for ids in _matching(tx, wanted):
        room = wanted.limit - len(claims)
        statement = select(Job).where(_jobs.id.in_(ids), _jobs.status == JobStatus.READY)
        free = await tx.all(Job, statement.order_by(_jobs.id).limit(room), skip_locked=True)
        for job in free:
            steps.take(job, wanted.holder, wanted.lease_seconds, tx.now)
            claims.append(_claim(job))
        if len(claims) == wanted.limit:
            break
    return claims


async def update_job(
    tx: Transaction, *, id: str, lease: str | None, said: Mapping[str, Any]
) -> Job:
    """Report on a held Job, which is also the heartbeat that keeps it held."""
    changes = checked(JobChanges, said)
    job = await tx.find(Job, id)
    require_lease(job, lease, tx.now, "updated")
    steps.prolong(job, changes.lease_seconds, tx.now)
    steps.report(job, changes)
    if "metadata" in changes.model_fields_set:
        job.meta = merge_patch(job.meta, changes.metadata or {}) if changes.metadata else {}
    return job


def _claim(job: Job) -> Claim:
    return Claim(job, job.lease or "", job.lease_until)


async def _matching(tx: Transaction, wanted: JobClaim) -> AsyncIterator[Sequence[str]]:
    """Give the ids of ready Jobs that match, oldest first, page by page."""
    last = ""
    while True:
        page = scoped(_READY.where(_jobs.id > last), Job, tx.principal)
        rows = (await tx.session.execute(page.order_by(_jobs.id).limit(_PAGE))).all()
        ids = [row.id for row in rows if _is_wanted(row, wanted)]
        if ids:
            yield ids
        if len(rows) < _PAGE:
            return
        last = rows[-1].id


def _is_wanted(row: Any, wanted: JobClaim) -> bool:
    if not topic_matches(f"{row.type}:{row.operation}", wanted.jobs):
        return False
    if wanted.namespaces is None:
        return True
    return any(topic_matches(name, wanted.namespaces) for name in namespaces_of(row))
