"""What the mutations of Jobs take."""

import strawberry
from strawberry.scalars import JSON

from gqlspaces.features.jobs.configuration import (
    JobAck,
    JobChanges,
    JobClaim,
    JobConfig,
    JobSettlement,
)
from gqlspaces.features.jobs.model import JobStatus, JobType
from gqlspaces.kernel.graphql.exposure import graphql_enum
from gqlspaces.kernel.graphql.inputs import accepts, optional, repeatable, required

_LEASE = "The lease that holds the Job."
_JobStatus = graphql_enum(JobStatus)
_JobType = graphql_enum(JobType)


@accepts(JobConfig)
class CreateJobInput:
    """What a new Job is."""

    source_id: strawberry.ID = required("What it works on, of the kind that its type names.")
    space_id: strawberry.ID | None = optional(
        "The Space it belongs to; without it, that of what it works on."
    )
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which Job begins.")
class ExecuteJobInput:
    """Which Job begins."""

    id: strawberry.ID = required("The Job.")


@accepts(JobAck)
class AckJobInput:
    """Which Job is taken, and by whom."""

    id: strawberry.ID = required("The Job.")
    idempotency_key: str | None = repeatable()


@accepts(JobClaim)
class ClaimJobsInput:
    """Which ready Jobs are taken, and by whom."""

    idempotency_key: str | None = repeatable()


@accepts(JobChanges)
class UpdateJobInput:
    """What the holder of a Job reports; absent leaves as it is, null clears."""

    id: strawberry.ID = required("The Job.")
    lease: str | None = optional(_LEASE)


@accepts(JobSettlement)
class CompleteJobInput:
    """How a Job ended well."""

    id: strawberry.ID = required("The Job.")
    lease: str | None = optional(_LEASE)
    idempotency_key: str | None = repeatable()


@accepts(JobSettlement)
class FailJobInput:
    """How a Job, or one attempt at it, ended badly."""

    id: strawberry.ID = required("The Job.")
    lease: str | None = optional(f"{_LEASE} Not needed for a ready Job, which nobody holds.")
    retry: bool | None = optional("Whether it is tried again later, while attempts are left.")
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which Job is called off.")
class CancelJobInput:
    """Which Job is called off."""

    id: strawberry.ID = required("The Job.")
    info: str | None = optional("Why, for people.")


@strawberry.input(description="Which failed Job begins again.")
class RetryJobInput:
    """Which failed Job begins again."""

    id: strawberry.ID = required("The Job.")


@strawberry.input(description="Whose outcome a person has seen.")
class AcknowledgeJobOutcomeInput:
    """Whose outcome a person has seen."""

    id: strawberry.ID = required("The Job.")


@strawberry.input(description="How a held Job is cut into parts.")
class SplitJobInput:
    """How a held Job is cut into parts."""

    id: strawberry.ID = required("The Job.")
    lease: str | None = optional(_LEASE)
    parts: JSON = required("How many parts, or a list with an object for each part.")
    run_in_parallel: bool | None = optional(
        "Whether the parts run side by side; else one after the other."
    )
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which Job is deleted.")
class DeleteJobInput:
    """Which Job is deleted."""

    id: strawberry.ID = required("The Job.")


@strawberry.input(description="Which Jobs are wanted: every member given must match.")
class JobFilter:
    """Which Jobs are wanted."""

    space_id: strawberry.ID | None = optional("Those of this Space.")
    workbook_id: strawberry.ID | None = optional("Those on this Workbook or in it.")
    source_id: strawberry.ID | None = optional("Those that work on this.")
    parent_id: strawberry.ID | None = optional("The parts of this Job.")
    status: list[_JobStatus] | None = optional("Those with one of these.")  # type: ignore[valid-type]
    type: _JobType | None = optional("Those of this type.")  # type: ignore[valid-type]
    operation: str | None = optional("Those with this operation.")
    job: list[str] | None = optional("Those whose name matches one of these, as `space:*`.")
    exclude_child_jobs: bool | None = optional("Leave parts of other Jobs out.")
