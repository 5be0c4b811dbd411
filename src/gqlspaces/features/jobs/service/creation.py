"""Making, starting and deleting Jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from gqlspaces.features.columns import checked, store
from gqlspaces.features.jobs.configuration import JobConfig
from gqlspaces.features.jobs.model import Job, JobMode, JobStatus, JobTrigger, JobType
from gqlspaces.features.jobs.service import order
from gqlspaces.features.jobs.service.refusals import require_status
from gqlspaces.kernel.entity import Entity
from gqlspaces.kernel.errors import Forbidden, Invalid
from gqlspaces.kernel.transaction import Transaction

# What Jobs of a type work on, by the prefix of its id; the other types may name any of them.
_SOURCES = {
    JobType.SPACE: "sp",
    JobType.WORKBOOK: "wb",
    JobType.SHEET: "sh",
    JobType.DOCUMENT: "dc",
    JobType.APP: "app",
}
_ANY_SOURCE = (*_SOURCES.values(), "env")
_PLACES = ("space_id", "workbook_id", "sheet_id", "document_id")
_OWN_PLACE = {
    "app": "app_id",
    "sp": "space_id",
    "wb": "workbook_id",
    "sh": "sheet_id",
    "dc": "document_id",
}


class JobDetails(TypedDict, total=False):
    """What may be said of a new Job beside its name and its source; see JobConfig."""

    destination_id: str | None
    config: Mapping[str, Any] | None
    trigger: JobTrigger
    mode: JobMode
    input: Mapping[str, Any] | None
    subject: Mapping[str, Any] | None
    info: str | None
    managed: bool
    metadata: Mapping[str, Any] | None
    run_at: datetime | None
    predecessor_ids: list[str]
    max_attempts: int
    estimated_completion_at: datetime | None


async def create_job(
    tx: Transaction,
    *,
    type: JobType | str,
    operation: str,
    source_id: str,
    space_id: str | None = None,
    **details: Unpack[JobDetails],
) -> Job:
    """Make a Job for what ``source_id`` names; it begins at once unless it has to wait.

    Without ``space_id`` it belongs to the Space of its source, if that is in one.
    """
    config = checked(JobConfig, {"type": type, "operation": operation, **details})
    kinds = (_SOURCES[config.type],) if config.type in _SOURCES else _ANY_SOURCE
    source = await tx.find_any(source_id, kinds, path=("sourceId",))
    places = await _places(tx, source, space_id)
    await order.lock_predecessors(tx, config.predecessor_ids, places["space_id"])
    if config.destination_id is not None:
        await tx.find_any(config.destination_id, ("wb",), path=("destinationId",))
    job = Job(source_id=source_id, created_by=tx.actor_id, **places)
    store(job, config)
    if job.trigger == JobTrigger.MANUAL:
        job.status = JobStatus.PLANNING
    else:
        await order.begin(tx, job)
    return tx.add(job)


async def execute_job(tx: Transaction, *, id: str) -> Job:
    """Let a Job begin that waited for somebody to say so."""
    job = await tx.find(Job, id)
    require_status(job, "executed", JobStatus.PLANNING)
    await order.begin(tx, job)
    return job


async def delete_job(tx: Transaction, *, id: str) -> Job:
    """Delete a Job, and its parts with it, whoever holds it."""
    job, parent = await order.find_with_parent(tx, id)
    await tx.remove(job)
    await order.release_successors(tx, job, with_parts=job.part_execution is not None)
    await order.account_for_parts(tx, parent)
    return job


async def _places(tx: Transaction, source: Entity, space_id: str | None) -> dict[str, Any]:
    places: dict[str, Any] = {name: getattr(source, name, None) for name in _PLACES}
    if type(source).prefix in _OWN_PLACE:
        places[_OWN_PLACE[type(source).prefix]] = source.id
    if space_id is not None and places["space_id"] is None:
        await tx.find_any(space_id, ("sp",), path=("spaceId",))
        places["space_id"] = space_id
    if space_id not in {None, places["space_id"]}:
        msg = "What the Job works on is in another Space."
        raise Invalid(msg, path=("spaceId",))
    if places["space_id"] is None and tx.principal.namespaces is not None:
        msg = "A key limited to namespaces can only make Jobs in a Space."
        raise Forbidden(msg, path=("spaceId",))
    return places
