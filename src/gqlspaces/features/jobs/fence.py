"""The fence around mutations made inside a Job: a listener that lost its Job changes nothing."""

from gqlspaces.features.jobs.model import Job
from gqlspaces.features.jobs.service.refusals import require_lease
from gqlspaces.kernel.errors import DomainError, ErrorCode, NotFound
from gqlspaces.kernel.transaction import Transaction


async def fence(tx: Transaction, lease: str) -> None:
    """Refuse unless ``lease``, ``<jobId> <token>``, holds its Job; what follows is the Job's act.

    The Job's row stays locked until the transaction ends, so it cannot be lost meanwhile.
    """
    id, _, token = lease.strip().partition(" ")
    try:
        job = await tx.find(Job, id, path=())
    except NotFound as error:
        msg = "The lease of this request holds no Job: it is x-gqlspaces-lease: <jobId> <lease>."
        raise DomainError(msg, code=ErrorCode.LEASE_LOST) from error
    try:
        require_lease(job, token.strip(), tx.now, "worked on")
    except DomainError as error:
        code = error.code if error.code == ErrorCode.JOB_CANCELED else ErrorCode.LEASE_LOST
        raise DomainError(error.message, code=code, extra=error.extra) from error
    tx.actor_id = job.id
