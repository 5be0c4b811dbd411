"""Ending Jobs, and trying again those that failed."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.features.columns import checked
from gqlspaces.features.jobs.configuration import JobSettlement
from gqlspaces.features.jobs.model import Job, JobStatus
from gqlspaces.features.jobs.outcome import RETRY
from gqlspaces.features.jobs.service import order, steps
from gqlspaces.features.jobs.service.refusals import (
    conflict,
    has_settled,
    require_lease,
    require_status,
)
from gqlspaces.kernel.transaction import Transaction


async def complete_job(
    tx: Transaction, *, id: str, lease: str | None, said: Mapping[str, Any]
) -> Job:
    """End a held Job well; repeated with the same lease it gives the first answer."""
    settlement = checked(JobSettlement, said)
    job, parent = await order.find_with_parent(tx, id)
    if job.status == JobStatus.COMPLETE and has_settled(job, lease):
        return job
    require_lease(job, lease, tx.now, "completed")
    job.last_lease = lease
    _record(job, settlement)
    await _end(tx, job, parent, JobStatus.COMPLETE)
    return job


async def fail_job(
    tx: Transaction, *, id: str, lease: str | None, said: Mapping[str, Any], retry: bool = False
) -> Job:
    """End a held Job badly, or with ``retry`` only this attempt while there are others left.

    Handlers may also fail a ready Job that nobody holds, without a lease: that is final.
    Repeated with the same lease it gives the first answer.
    """
    settlement = checked(JobSettlement, said)
    job, parent = await order.find_with_parent(tx, id)
    if job.status != JobStatus.COMPLETE and has_settled(job, lease):
        return job
    is_held = lease is not None or job.status != JobStatus.READY
    if is_held:
        require_lease(job, lease, tx.now, "failed")
        job.last_lease = lease
    if is_held and retry and job.attempt < job.max_attempts:
        job.info = settlement.info
        steps.give_back(job, tx.now + steps.backoff(job.attempt))
        return job
    _record(job, settlement)
    await _end(tx, job, parent, JobStatus.FAILED)
    return job


async def expire_job(tx: Transaction, job: Job, parent: Job | None) -> None:
    """Take a Job from a holder that fell silent: it is ready again, or failed after its last try.

    The lease of the silent holder settled nothing, so it does not become ``last_lease``.
    """
    steps.fall_silent(job)
    if job.attempt < job.max_attempts:
        steps.give_back(job)
        return
    message = f"Its listener fell silent, {job.attempt} times in all; nobody finished the job."
    job.outcome = {"acknowledge": True, "message": message, "hideDefaultButton": False}
    job.info = message
    await _end(tx, job, parent, JobStatus.FAILED)


async def cancel_job(tx: Transaction, *, id: str, info: str | None = None) -> Job:
    """Call a Job off, with its open parts; a holder learns it at its next call.

    Canceling it again changes nothing.
    """
    settlement = checked(JobSettlement, {"info": info})
    job, parent = await order.find_with_parent(tx, id)
    if job.status == JobStatus.CANCELED:
        return job
    if job.is_final:
        raise conflict(job, "canceled")
    _record(job, settlement)
    await _end(tx, job, parent, JobStatus.CANCELED)
    await _cancel_parts(tx, job)
    return job


async def retry_job(tx: Transaction, *, id: str) -> Job:
    """Begin a Job again under its own id, with all its attempts before it.

    It has failed, or has ended with an outcome that offers to retry it. Its parts that have failed
    begin again too.
    """
    job, parent = await order.find_with_parent(tx, id)
    if not (job.status == JobStatus.COMPLETE and _offers_retry(job)):
        require_status(job, "retried", JobStatus.FAILED)
    steps.renew(job)
    if parent is not None and not parent.is_final:
        parent.parts_result = None
    await order.begin(tx, job)
    await _retry_parts(tx, job)
    return job


async def acknowledge_outcome(tx: Transaction, *, id: str) -> Job:
    """Note that a person saw how a Job ended; doing it again changes nothing."""
    job = await tx.find(Job, id)
    if not job.is_final:
        raise conflict(job, "acknowledged as ended")
    job.outcome_acknowledged_at = job.outcome_acknowledged_at or tx.now
    return job


def _offers_retry(job: Job) -> bool:
    following = (job.outcome or {}).get("next") or {}
    return following.get("type") == RETRY


def _record(job: Job, settlement: JobSettlement) -> None:
    said = settlement.model_dump(mode="json", by_alias=True, exclude_none=True)
    for name, value in said.items():
        setattr(job, name, value)


async def _end(tx: Transaction, job: Job, parent: Job | None, status: JobStatus) -> None:
    steps.end(job, status, tx.now)
    if status == JobStatus.COMPLETE:
        await order.release_successors(tx, job)
    await order.account_for_parts(tx, parent)


async def _retry_parts(tx: Transaction, job: Job) -> None:
    """Begin failed parts again, and go on with the others: nobody did after the Job had ended."""
    if job.part_execution is None:
        return
    for part in await order.failed_parts(tx, job):
        steps.renew(part)
        # In sequence a part waits for the one before it, which must be seen to have begun.
        await tx.flush()
        await order.begin(tx, part)
        await _retry_parts(tx, part)
    await order.account_for_parts(tx, job)


async def _cancel_parts(tx: Transaction, job: Job) -> None:
    for part in await order.open_parts(tx, job):
        steps.end(part, JobStatus.CANCELED, tx.now)
        await _cancel_parts(tx, part)
