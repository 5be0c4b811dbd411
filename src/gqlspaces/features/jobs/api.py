"""Jobs in GraphQL."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Any, cast

import strawberry
from strawberry import auto

from gqlspaces.features.jobs import model, service
from gqlspaces.features.jobs.configuration import JobSubjectConfig
from gqlspaces.features.jobs.inputs import (
    AckJobInput,
    AcknowledgeJobOutcomeInput,
    CancelJobInput,
    ClaimJobsInput,
    CompleteJobInput,
    CreateJobInput,
    DeleteJobInput,
    ExecuteJobInput,
    FailJobInput,
    JobFilter,
    RetryJobInput,
    SplitJobInput,
    UpdateJobInput,
)
from gqlspaces.features.jobs.listing import filtered
from gqlspaces.features.jobs.namespaces import load_namespaces
from gqlspaces.features.jobs.outcome import JobOutcomeConfig
from gqlspaces.features.jobs.progress import follow_job, follow_space
from gqlspaces.features.jobs.topics import CATALOGUE, TOPICS
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.connection import PAGED, Connection, Page, Sort, bad_input, paginate
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, children, exposes, extend, one
from gqlspaces.kernel.graphql.inputs import body_of, sent
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.outputs import output_of
from gqlspaces.kernel.graphql.query import query, subscription
from gqlspaces.kernel.transaction import Transaction

JobOutcome = output_of(JobOutcomeConfig)
JobSubject = output_of(JobSubjectConfig)


def _name(root: Any) -> str:
    return f"{root.type}:{root.operation}"


def _is_part(root: Any) -> bool:
    return root.parent_id is not None


def _lease_expires_at(root: Any) -> datetime | None:
    return cast("datetime | None", root.lease_until)


async def _namespaces(root: Any, info: Info) -> list[str]:
    return cast("list[str]", await info.context.load(load_namespaces, root.id))


@exposes(model.Job)
class Job(Node):
    """A piece of work for a listener, held by at most one at a time."""

    id: auto
    environment_id: auto
    space_id: auto
    app_id: auto
    workbook_id: auto
    sheet_id: auto
    document_id: auto
    action_id: auto
    type: auto
    operation: auto
    source_id: auto
    destination_id: auto
    config: auto
    trigger: auto
    status: auto
    progress: auto
    mode: auto
    input: auto
    subject: JobSubject | None  # type: ignore[valid-type]
    outcome: JobOutcome | None  # type: ignore[valid-type]
    result: auto
    info: auto
    managed: auto
    part: auto
    part_data: auto
    part_execution: auto
    parts_result: auto
    parent_id: auto
    predecessor_ids: auto
    meta: auto
    created_by: auto
    attempt: auto
    max_attempts: auto
    holder: auto
    silences: auto
    silent_holder: auto
    run_at: auto
    available_at: auto
    started_at: auto
    finished_at: auto
    estimated_completion_at: auto
    outcome_acknowledged_at: auto
    created_at: auto
    updated_at: auto

    name: str = strawberry.field(
        resolver=_name, description="Its type and operation, such as `space:configure`."
    )
    is_part: bool = strawberry.field(
        resolver=_is_part, description="Whether it is a part of another Job."
    )
    lease_expires_at: datetime | None = strawberry.field(
        resolver=_lease_expires_at,
        description="When its holder loses it without a heartbeat; null while nobody holds it or "
        "its holder waits for its parts.",
    )
    namespaces: list[str] = strawberry.field(
        resolver=_namespaces, description="Where its events are heard, such as `space:red`."
    )


extend(
    Job,
    parent=one(model.Job, Job, by="parent_id", description="The Job it is a part of."),
    parts=children(
        model.Job, Job, by="parent_id", order=("part", "id"), description="Its parts, in order."
    ),
)


@strawberry.type(description="A Job just taken.")
class Claim:
    """A Job just taken."""

    job: Job = strawberry.field(description="The Job.")
    lease: str = strawberry.field(
        description="The secret that holds it, to be presented with every later call."
    )
    lease_expires_at: datetime | None = strawberry.field(
        description="When it is lost without a heartbeat."
    )


@query(Scope.SPACE_READ, id="The Job.")
async def job(info: Info, id: strawberry.ID) -> Job | None:
    """A Job, or null where this key sees none."""
    return await info.context.reader.find(model.Job, id)  # type: ignore[return-value]


@query(
    Scope.SPACE_READ,
    filter="Which Jobs are wanted.",
    **PAGED,
)
async def jobs(
    info: Info,
    filter: JobFilter | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Connection[Job]:
    """The Jobs this key may see, newest first."""
    reader = info.context.reader
    statement = await filtered(reader, sent(filter) if filter else {})
    page = Page.of(first, after, last, before)
    return await paginate(reader, statement, model.Job, page, Sort("created_at", descending=True))


@subscription(
    Scope.SPACE_READ,
    job_id="Follow this Job until it has ended.",
    space_id="Follow all Jobs of this Space; the stream does not end.",
)
async def job_progress(
    info: Info,
    job_id: strawberry.ID | None = strawberry.UNSET,
    space_id: strawberry.ID | None = strawberry.UNSET,
) -> AsyncIterator[Job]:
    """The present state of a Job, or of a Space's newest Jobs, at once, and then every change."""
    if bool(job_id) == bool(space_id):
        raise bad_input("Give jobId or spaceId, and not both.", "jobId")
    context = info.context
    follow = follow_job if job_id else follow_space
    states = follow(context.delivery, context.principal, str(job_id or space_id))
    async with aclosing(states):
        async for state in states:
            yield state


def _claimed(claim: service.Claim) -> dict[str, Any]:
    return {
        "job": claim.job,
        "lease": claim.lease,
        "lease_expires_at": claim.lease_expires_at,
    }


@mutation(Scope.SPACE_WRITE, job=Job)
async def create_job(tx: Transaction, input: CreateJobInput) -> model.Job:
    """Make a Job for a listener to pick up."""
    return await service.create_job(tx, **body_of(input))


@mutation(Scope.JOB_WORK, job=Job)
async def execute_job(tx: Transaction, input: ExecuteJobInput) -> model.Job:
    """Let a Job begin whose trigger is `MANUAL`."""
    return await service.execute_job(tx, id=input.id)


@mutation(Scope.JOB_WORK, fenced=False, job=Job, lease=str, lease_expires_at=datetime)
async def ack_job(tx: Transaction, input: AckJobInput) -> dict[str, Any]:
    """Take a ready Job under a lease; again under the same holder's name it is a heartbeat."""
    return _claimed(await service.ack_job(tx, id=input.id, said=body_of(input)))


@mutation(Scope.JOB_WORK, fenced=False, claims=list[Claim])
async def claim_jobs(tx: Transaction, input: ClaimJobsInput) -> dict[str, Any]:
    """Take the oldest ready Jobs that match and that nobody else is just taking."""
    return {"claims": await service.claim_jobs(tx, said=body_of(input))}


@mutation(Scope.JOB_WORK, fenced=False, job=Job)
async def update_job(tx: Transaction, input: UpdateJobInput) -> model.Job:
    """Report on a Job that this lease holds, which also prolongs the lease."""
    said = body_of(input, without={"lease"})
    return await service.update_job(tx, id=input.id, lease=input.lease or None, said=said)


@mutation(Scope.JOB_WORK, fenced=False, job=Job)
async def complete_job(tx: Transaction, input: CompleteJobInput) -> model.Job:
    """End a Job well."""
    said = body_of(input, without={"lease"})
    return await service.complete_job(tx, id=input.id, lease=input.lease or None, said=said)


@mutation(Scope.JOB_WORK, fenced=False, job=Job)
async def fail_job(tx: Transaction, input: FailJobInput) -> model.Job:
    """End a Job badly, or give it back to be tried again."""
    return await service.fail_job(
        tx,
        id=input.id,
        lease=input.lease or None,
        said=body_of(input, without={"lease", "retry"}),
        retry=bool(input.retry),
    )


@mutation(Scope.SPACE_WRITE, job=Job)
async def cancel_job(tx: Transaction, input: CancelJobInput) -> model.Job:
    """Call a Job off, whoever holds it, with its open parts."""
    return await service.cancel_job(tx, id=input.id, info=input.info or None)


@mutation(Scope.SPACE_WRITE, job=Job)
async def retry_job(tx: Transaction, input: RetryJobInput) -> model.Job:
    """Begin a Job again that failed or whose outcome offers it, and its failed parts with it."""
    return await service.retry_job(tx, id=input.id)


@mutation(Scope.SPACE_WRITE, job=Job)
async def acknowledge_job_outcome(tx: Transaction, input: AcknowledgeJobOutcomeInput) -> model.Job:
    """Note that a person saw how a Job ended."""
    return await service.acknowledge_outcome(tx, id=input.id)


@mutation(Scope.JOB_WORK, fenced=False, job=Job, parts=list[Job])
async def split_job(tx: Transaction, input: SplitJobInput) -> dict[str, Any]:
    """Cut a Job that this lease holds into parts; the lease lasts until they have all ended."""
    whole, parts = await service.split_job(
        tx,
        id=input.id,
        lease=input.lease or None,
        said=body_of(input, without={"lease"}),
    )
    return {"job": whole, "parts": parts}


@mutation(Scope.SPACE_WRITE, deleted_id=strawberry.ID)
async def delete_job(tx: Transaction, input: DeleteJobInput) -> str:
    """Delete a Job, and its parts with it."""
    return (await service.delete_job(tx, id=input.id)).id


feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[job, jobs],
    mutations=[
        create_job,
        execute_job,
        ack_job,
        claim_jobs,
        update_job,
        complete_job,
        fail_job,
        cancel_job,
        retry_job,
        acknowledge_job_outcome,
        split_job,
        delete_job,
    ],
    subscriptions=[job_progress],
    types=[Job],
)
