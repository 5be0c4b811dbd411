"""Why a Job does not take a step, with what its caller needs to know about it."""

import secrets
from datetime import datetime

from gqlspaces.features.jobs.model import Job, JobStatus
from gqlspaces.kernel.errors import DomainError, ErrorCode


def conflict(job: Job, step: str) -> DomainError:
    """Make the error for a step that the present status does not allow, such as "completed"."""
    return _refusal(job, f"it cannot be {step} now", ErrorCode.JOB_CONFLICT, ("id",))


def require_status(job: Job, step: str, *allowed: JobStatus) -> None:
    """Raise a conflict unless the Job is in one of these statuses."""
    if job.status not in allowed:
        raise conflict(job, step)


def is_held(job: Job, now: datetime) -> bool:
    """Tell whether somebody holds the Job at this moment."""
    if job.status != JobStatus.EXECUTING or job.lease is None:
        return False
    return job.lease_until is None or job.lease_until > now


def is_lease(job: Job, lease: str, now: datetime) -> bool:
    """Tell whether this lease holds the Job at this moment."""
    return is_held(job, now) and _same(job.lease, lease)


def has_settled(job: Job, lease: str | None) -> bool:
    """Tell whether it was this lease that settled the Job."""
    return lease is not None and _same(job.last_lease, lease)


def require_lease(job: Job, lease: str | None, now: datetime, step: str) -> None:
    """Raise unless this lease holds the Job, and say whether it was canceled or lost."""
    if lease is not None and is_lease(job, lease, now):
        return
    if job.status == JobStatus.CANCELED:
        raise _refusal(job, "stop working on it", ErrorCode.JOB_CANCELED, ("id",))
    if has_settled(job, lease) or (lease is None and job.status != JobStatus.EXECUTING):
        raise conflict(job, step)
    wanted = "present the lease that holds it" if lease is None else "this lease does not hold it"
    raise _refusal(job, wanted, ErrorCode.LEASE_LOST, ("lease",))


def _refusal(job: Job, told: str, code: ErrorCode, path: tuple[str, ...]) -> DomainError:
    standing = {"status": str(job.status), "attempt": job.attempt, "holder": job.holder}
    by = f", holder {job.holder}" if job.holder else ""
    message = f"The Job is {job.status} (attempt {job.attempt} of {job.max_attempts}{by}): {told}."
    return DomainError(message, path=path, code=code, extra=standing)


def _same(known: str | None, lease: str) -> bool:
    # Compared in constant time: how long a refusal takes must not tell how much was right.
    return known is not None and secrets.compare_digest(
        known.encode(), lease.encode("utf-8", "replace")
    )
