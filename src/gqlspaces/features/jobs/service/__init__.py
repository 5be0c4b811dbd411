"""The rules of Jobs (reliability reference 2)."""

from gqlspaces.features.jobs.service.creation import (
    JobDetails,
    create_job,
    delete_job,
    execute_job,
)
from gqlspaces.features.jobs.service.holding import Claim, ack_job, claim_jobs, update_job
from gqlspaces.features.jobs.service.parts import split_job
from gqlspaces.features.jobs.service.settlement import (
    acknowledge_outcome,
    cancel_job,
    complete_job,
    expire_job,
    fail_job,
    retry_job,
)

__all__ = [
    "Claim",
    "JobDetails",
    "ack_job",
    "acknowledge_outcome",
    "cancel_job",
    "claim_jobs",
    "complete_job",
    "create_job",
    "delete_job",
    "execute_job",
    "expire_job",
    "fail_job",
    "retry_job",
    "split_job",
    "update_job",
]
