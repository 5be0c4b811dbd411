"""Cutting a Job into parts, each a Job of its own."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.features.columns import checked
from gqlspaces.features.jobs.configuration import JobSplit
from gqlspaces.features.jobs.model import Job, JobStatus, PartExecution
from gqlspaces.features.jobs.service import steps
from gqlspaces.features.jobs.service.refusals import conflict, require_lease
from gqlspaces.kernel.transaction import Transaction

# What a part has in common with the Job that it is a part of.
_INHERITED = (
    "space_id",
    "app_id",
    "workbook_id",
    "sheet_id",
    "document_id",
    "action_id",
    "type",
    "operation",
    "source_id",
    "destination_id",
    "config",
    "mode",
    "input",
    "subject",
    "managed",
    "max_attempts",
)


async def split_job(
    tx: Transaction, *, id: str, lease: str | None, said: Mapping[str, Any]
) -> tuple[Job, list[Job]]:
    """Cut a held Job into parts; its lease lasts until they have all ended.

    Its holder then settles it. In sequence a part becomes ready when the one before has ended,
    however that was.
    """
    split = checked(JobSplit, said)
    job = await tx.find(Job, id)
    require_lease(job, lease, tx.now, "split")
    if job.part_execution is not None:
        raise conflict(job, "split again")
    parallel = split.run_in_parallel
    job.part_execution = PartExecution.PARALLEL if parallel else PartExecution.SEQUENTIAL
    steps.suspend(job)
    common = {name: getattr(job, name) for name in _INHERITED}
    parts = [
        Job(
            **common,
            parent_id=job.id,
            part=index,
            part_data=data,
            status=JobStatus.READY if parallel or index == 0 else JobStatus.WAITING,
            created_by=tx.actor_id,
        )
        for index, data in enumerate(split.parts)
    ]
    return job, [tx.add(part) for part in parts]
