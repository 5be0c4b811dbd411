"""The calls that move a job through its life: `api.jobs`."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Unpack, cast

from gqlspaces.listener import documents
from gqlspaces.listener.arguments import JobChanges, JsonObject, NewJob, Progress
from gqlspaces.listener.calls import Calls
from gqlspaces.listener.entities import Claim, Job, JobOutcome
from gqlspaces.listener.errors import JobConflict
from gqlspaces.listener.lease import Lease
from gqlspaces.listener.outcome import Outcome, outcome_input
from gqlspaces.listener.structure import arguments

_PLAIN_LEASE = 300


class Jobs:
    """Jobs; the lease of a job that was acknowledged here is remembered and presented."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def get(self, job_id: str) -> Job | None:
        """Return the job, or None if there is none that this key may see."""
        data = await self._calls.query(documents.GET_JOB, {"id": job_id})
        return cast("Job | None", data["job"])

    async def create(self, **job: Unpack[NewJob]) -> Job:
        """Create a job for a listener to pick up."""
        payload = await self._calls.mutate(documents.CREATE_JOB, arguments(job))
        return cast("Job", payload["job"])

    async def ack(self, job_id: str, **progress: Unpack[Progress]) -> Job:
        """Take the job, or report on it if it is taken already, as it is in a job's handler."""
        if self.holds(job_id):
            return await self.update(job_id, **progress)
        claim = await self.take(job_id, _PLAIN_LEASE, arguments(progress))
        return claim["job"]

    async def update(self, job_id: str, **changes: Unpack[JobChanges]) -> Job:
        """Report progress, which also renews the lease."""
        lease = self._calls.leases.get(job_id)
        input = {"id": job_id, **arguments(changes)}
        if lease:
            input["leaseSeconds"] = int(lease.seconds)
        payload = await self._calls.mutate_leased(documents.UPDATE_JOB, input, lease)
        return cast("Job", payload["job"])

    async def complete(
        self,
        job_id: str,
        *,
        outcome: Outcome | JobOutcome | None = None,
        info: str | None = None,
        result: JsonObject | None = None,
    ) -> Job:
        """End the job well; `outcome` is what a person is shown."""
        input = {"outcome": outcome_input(outcome), "info": info, "result": result}
        return await self._settle(documents.COMPLETE_JOB, job_id, input)

    async def fail(
        self,
        job_id: str,
        *,
        outcome: Outcome | JobOutcome | None = None,
        info: str | None = None,
        retry: bool = False,
    ) -> Job:
        """End the job badly; with `retry` it becomes ready again while attempts are left."""
        input = {"outcome": outcome_input(outcome), "info": info, "retry": retry or None}
        return await self._settle(documents.FAIL_JOB, job_id, input)

    async def cancel(self, job_id: str, *, info: str | None = None) -> Job:
        """Cancel a job, whoever holds it."""
        input = {"id": job_id} if info is None else {"id": job_id, "info": info}
        payload = await self._calls.mutate(documents.CANCEL_JOB, input)
        return cast("Job", payload["job"])

    async def split(
        self, job_id: str, parts: int | Sequence[JsonObject], *, run_in_parallel: bool = False
    ) -> list[Job]:
        """Split a job into parts, each a job of its own; return them.

        The handler may return then: the job stays held, and a handler that is registered for
        `job:parts-completed` by name completes it, in this replica, when all parts have ended.
        A job that an earlier holder has split keeps the parts it has.
        """
        input = {"id": job_id, "parts": parts, "runInParallel": run_in_parallel}
        lease = self._calls.leases.get(job_id)
        try:
            payload = await self._calls.mutate_leased(documents.SPLIT_JOB, input, lease)
        except JobConflict:
            job = await self.get(job_id)
            if job is None or job["partExecution"] is None:
                raise
            self.wait_for_parts(job)
            return await self.parts(job_id)
        self.wait_for_parts(cast("Job", payload["job"]))
        return cast("list[Job]", payload["parts"])

    async def parts(self, job_id: str) -> list[Job]:
        """Return the parts of a job in their order; none if it was not split."""
        data = await self._calls.query(documents.GET_PARTS, {"id": job_id})
        return cast("list[Job]", data["job"]["parts"] if data["job"] else [])

    def wait_for_parts(self, job: Job) -> None:
        """Let the handler return although the job, split before, is not ended; as in `split`."""
        if lease := self._calls.leases.get(job["id"]):
            lease.split = job

    async def claim(
        self,
        jobs: Sequence[str],
        *,
        namespaces: Sequence[str] | None = None,
        limit: int = 1,
        lease_seconds: int = _PLAIN_LEASE,
    ) -> list[Claim]:
        """Take up to `limit` ready jobs whose names match one of the patterns in `jobs`."""
        input: dict[str, Any] = {
            "jobs": list(jobs),
            "holder": self._calls.client.holder,
            "limit": limit,
            "leaseSeconds": lease_seconds,
            "idempotencyKey": uuid.uuid4().hex,
        }
        if namespaces:
            input["namespaces"] = list(namespaces)
        payload = await self._calls.mutate(documents.CLAIM_JOBS, input)
        claims = cast("list[Claim]", payload["claims"])
        for claim in claims:
            self._remember(claim, lease_seconds)
        return claims

    async def take(self, job_id: str, lease_seconds: int, progress: Mapping[str, Any]) -> Claim:
        """Take one job; raise `JobConflict` if another replica was faster."""
        input = {
            "id": job_id,
            "holder": self._calls.client.holder,
            "leaseSeconds": lease_seconds,
            "idempotencyKey": uuid.uuid4().hex,
            **progress,
        }
        payload = await self._calls.mutate_leased(documents.ACK_JOB, input, None)
        claim = cast("Claim", payload)
        self._remember(claim, lease_seconds)
        return claim

    def holds(self, job_id: str) -> bool:
        """Whether the job was taken here and is not ended yet."""
        lease = self._calls.leases.get(job_id)
        return lease is not None and not lease.settled

    def _remember(self, claim: Claim, seconds: int) -> None:
        job_id = claim["job"]["id"]
        lease = Lease(job_id, claim["lease"], seconds, self._calls.client.pace.clock)
        self._calls.leases[job_id] = lease

    async def _settle(
        self, mutation: documents.Mutation, job_id: str, input: Mapping[str, Any]
    ) -> Job:
        lease = self._calls.leases.get(job_id)
        given = {key: value for key, value in input.items() if value is not None}
        if lease:
            lease.settling = True
        try:
            payload = await self._calls.mutate_leased(mutation, {"id": job_id, **given}, lease)
            if lease:
                lease.settled = True
        finally:
            if lease:
                lease.settling = False
        return cast("Job", payload["job"])
