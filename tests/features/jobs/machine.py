"""A machine that takes any steps with Jobs and knows what each of them must answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gqlspaces.bootstrap import create_bare_environment
from gqlspaces.features.jobs import service
from gqlspaces.features.jobs.model import FINAL, Job, JobStatus
from gqlspaces.features.jobs.sweeper import sweep
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.log import READ_AFTER, Event, event_of
from gqlspaces.kernel.transaction import Transaction

NEVER = datetime.max.replace(tzinfo=UTC)
EXECUTING, READY, SCHEDULED = JobStatus.EXECUTING, JobStatus.READY, JobStatus.SCHEDULED
COMPLETE, FAILED, CANCELED = JobStatus.COMPLETE, JobStatus.FAILED, JobStatus.CANCELED

# Which status an event may tell after which; None is before the Job was made.
FOLLOWS: dict[str | None, set[str]] = {
    None: {"created"},
    "created": {"ready", "scheduled"},
    "scheduled": {"ready", "canceled"},
    "ready": {"executing", "failed", "canceled"},
    "executing": {"executing", "ready", "scheduled", "complete", "failed", "canceled"},
    "failed": {"ready", "scheduled"},
    "complete": set(),
    "canceled": set(),
}
TOPICS = {
    "created": "job:created",
    "scheduled": "job:scheduled",
    "ready": "job:ready",
    "complete": "job:completed",
    "failed": "job:failed",
}


class StillClock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class Steps:
    """The steps as the service takes them."""

    async def ack(self, tx: Transaction, id: str, said: dict[str, Any]) -> str:
        return (await service.ack_job(tx, id=id, said=said)).lease

    async def update(self, tx: Transaction, id: str, lease: str | None, said: Any) -> Job:
        return await service.update_job(tx, id=id, lease=lease, said=said)

    async def complete(self, tx: Transaction, id: str, lease: str | None) -> Job:
        return await service.complete_job(tx, id=id, lease=lease, said={})

    async def fail(self, tx: Transaction, id: str, lease: str | None, retry: bool) -> Job:
        return await service.fail_job(tx, id=id, lease=lease, said={}, retry=retry)


@dataclass
class World:
    """Where a machine runs: a database, its clock, and how many steps were taken in it."""

    runner: asyncio.Runner
    database: Database
    clock: StillClock
    steps: Steps = field(default_factory=Steps)
    taken: int = 0


@dataclass
class Expected:
    """What a Job must be like."""

    id: str
    status: JobStatus
    most: int
    attempt: int = 0
    progress: int = 0
    lease: str | None = None
    holder: str | None = None
    seconds: int = 300
    until: datetime = NEVER
    available: datetime | None = None
    settled_by: str | None = None
    lost: str | None = None
    retries: int = 0

    def is_held(self, now: datetime) -> bool:
        return self.status == EXECUTING and now < self.until

    def refusal(self, lease: str | None, now: datetime) -> str | None:
        """Give the code that whoever presents this lease must get."""
        if lease is not None and lease == self.lease and self.is_held(now):
            return None
        if self.status == CANCELED:
            return "JOB_CANCELED"
        if lease is None:
            return "LEASE_LOST" if self.status == EXECUTING else "JOB_CONFLICT"
        return "JOB_CONFLICT" if lease == self.settled_by else "LEASE_LOST"

    def leave(self, status: JobStatus) -> None:
        """End the attempt."""
        self.lost = self.lease or self.lost
        self.lease = None
        self.status = status
        self.progress = 100 if status == COMPLETE else self.progress
        if status in {READY, SCHEDULED}:
            self.progress, self.holder = 0, None


LEASES = st.sampled_from(["live", "live", "live", "lost", "foreign", "none"])
HOLDERS = st.sampled_from(["here", "there", None])
SECONDS = st.sampled_from([5, 30])
WHICH = st.integers(0, 99)
MOST_OPEN = 3


class JobMachine(RuleBasedStateMachine):
    """Makes, takes, settles, cancels and retries Jobs while time passes."""

    world: ClassVar[World]

    @initialize()
    def begin(self) -> None:
        database = self.world.database
        self.environment = self._run(create_bare_environment(database, uuid4().hex))
        self.principal = Principal(self.environment, "key_machine")
        self.jobs: list[Expected] = []
        self.told: dict[str, list[Event]] = {}
        self.read = 0

    @precondition(lambda self: len(self._open()) < MOST_OPEN)
    @rule(later=st.sampled_from([0, 0, 20]), most=st.integers(1, 3))
    def create(self, later: int, most: int) -> None:
        run_at = self.now + timedelta(seconds=later)

        async def make(tx: Transaction) -> Job:
            return await service.create_job(
                tx,
                type="agent",
                operation="work",
                source_id=self.environment,
                run_at=run_at if later else None,
                max_attempts=most,
            )

        job = self._step(make, None)
        status = SCHEDULED if later else READY
        self.jobs.append(Expected(job.id, status, most, available=run_at))

    @precondition(lambda self: len(self._open()) < MOST_OPEN)
    @rule(holder=HOLDERS, seconds=SECONDS)
    def create_and_take(self, holder: str | None, seconds: int) -> None:
        self.create(later=0, most=2)
        self._ack(self.jobs[-1], holder, seconds, None)

    @precondition(lambda self: self.jobs)
    @rule(
        which=WHICH,
        holder=HOLDERS,
        seconds=SECONDS,
        progress=st.sampled_from([None, 0, 50]),
    )
    def ack(self, which: int, holder: str | None, seconds: int, progress: int | None) -> None:
        self._ack(self._job(which), holder, seconds, progress)

    @precondition(lambda self: self.jobs)
    @rule(which=WHICH, lease=LEASES, progress=st.sampled_from([None, 10, 60, 90]))
    def update(self, which: int, lease: str, progress: int | None) -> None:
        job = self._job(which)
        token = self._lease(job, lease)
        refusal = job.refusal(token, self.now)
        said = {"progress": progress}
        self._step(lambda tx: self.world.steps.update(tx, job.id, token, said), refusal)
        if refusal is None:
            job.progress = max(job.progress, progress or 0)
            job.until = self.now + timedelta(seconds=job.seconds)

    @precondition(lambda self: self.jobs)
    @rule(which=WHICH, lease=LEASES)
    def complete(self, which: int, lease: str) -> None:
        self._complete(self._job(which), lease)

    @precondition(lambda self: self.jobs)
    @rule(which=WHICH, lease=LEASES, retry=st.booleans())
    def fail(self, which: int, lease: str, retry: bool) -> None:
        job = self._job(which)
        token = self._lease(job, lease)
        repeated = token is not None and token == job.settled_by and job.status != COMPLETE
        untaken = token is None and job.status == READY
        refusal = None if repeated or untaken else job.refusal(token, self.now)
        self._step(lambda tx: self.world.steps.fail(tx, job.id, token, retry), refusal)
        if refusal is not None or repeated:
            return
        if retry and not untaken and job.attempt < job.most:
            job.leave(SCHEDULED)
            job.available = self.now + timedelta(seconds=5 * 2**job.attempt)
        else:
            job.leave(FAILED)
        job.settled_by = token or job.settled_by

    @precondition(lambda self: self._held())
    @rule(which=WHICH, lease=st.sampled_from(["lost", "foreign", "none"]))
    def trespass(self, which: int, lease: str) -> None:
        """Complete a Job that somebody else holds, as a listener that woke up too late would."""
        held = self._held()
        self._complete(held[which % len(held)], lease)

    @precondition(lambda self: self.jobs)
    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        job = self._job(which)
        refusal = "JOB_CONFLICT" if job.status in {COMPLETE, FAILED} else None
        self._step(lambda tx: service.cancel_job(tx, id=job.id), refusal)
        if refusal is None and job.status != CANCELED:
            job.leave(CANCELED)

    @precondition(lambda self: self.jobs)
    @rule(which=WHICH)
    def retry(self, which: int) -> None:
        job = self._job(which)
        refusal = None if job.status == FAILED else "JOB_CONFLICT"
        self._step(lambda tx: service.retry_job(tx, id=job.id), refusal)
        if refusal is None:
            job.attempt, job.retries = 0, job.retries + 1
            job.leave(READY)

    @rule(seconds=st.sampled_from([1, 4, 5, 29, 30, 60]))
    def pass_by(self, seconds: int) -> None:
        self.world.clock.moment += timedelta(seconds=seconds)

    @precondition(lambda self: self.jobs)
    @rule()
    def sweep(self) -> None:
        self.world.taken += 1
        moved = 0
        for job in self.jobs:
            if job.status == EXECUTING and not job.is_held(self.now):
                job.leave(READY if job.attempt < job.most else FAILED)
                moved += 1
            elif job.status == SCHEDULED and job.available and job.available <= self.now:
                job.leave(READY)
                moved += 1
        assert moved == self._run(sweep(self.world.database))

    @invariant()
    def every_job_is_as_expected(self) -> None:
        reader = self.world.database.reader(self.principal)
        rows = self._run(reader.find_many(Job, [job.id for job in self.jobs]))
        for job, row in zip(self.jobs, rows, strict=True):
            assert row is not None
            found = (row.status, row.attempt, row.progress, row.lease)
            assert (job.status, job.attempt, job.progress, job.lease) == found
            assert (row.lease is not None) == (row.status == EXECUTING)

    @invariant()
    def the_log_tells_a_legal_life_of_every_job(self) -> None:
        for event in self._news():
            life = self.told.setdefault(event.context["jobId"], [])
            before = life[-1].payload["status"] if life else None
            status = event.payload["status"]
            assert status in FOLLOWS[before], f"{before} was followed by {status}"
            assert event.topic == TOPICS.get(status, "job:updated")
            life.append(event)
        for job in self.jobs:
            ends = [e for e in self.told[job.id] if e.topic in {"job:completed", "job:failed"}]
            has_ended = job.status in {COMPLETE, FAILED}
            assert len(ends) == job.retries + has_ended, "each chain of attempts ends once"

    @property
    def now(self) -> datetime:
        return self.world.clock.moment

    def teardown(self) -> None:
        """Leave nothing behind for the sweeps of the next run."""
        if hasattr(self, "jobs"):
            for job in self.jobs:
                self._step(partial(service.delete_job, id=job.id), None)

    def _news(self) -> list[Event]:
        """Give the events since the last look; a hole between them would be a lost event."""
        parameters = {"environment": self.environment, "after": self.read, "limit": 1000}
        rows = self._run(self.world.database.fetch(READ_AFTER, parameters))
        events = [event_of(row) for row in rows]
        numbers = [event.seq for event in events]
        assert numbers == list(range(self.read + 1, self.read + 1 + len(events)))
        self.read += len(events)
        return [event for event in events if event.domain == "job"]

    def _ack(self, job: Expected, holder: str | None, seconds: int, progress: int | None) -> None:
        again = job.is_held(self.now) and holder is not None and holder == job.holder
        allowed = again or job.status == READY
        said = {"holder": holder, "leaseSeconds": seconds, "progress": progress}
        lease = self._step(
            lambda tx: self.world.steps.ack(tx, job.id, said), None if allowed else "JOB_CONFLICT"
        )
        if not allowed:
            return
        assert again == (lease == job.lease), "a lease is given to one holder, and once"
        if not again:
            job.attempt += 1
            job.progress = 0
        job.status, job.lease, job.holder, job.seconds = EXECUTING, lease, holder, seconds
        job.until = self.now + timedelta(seconds=seconds)
        job.progress = max(job.progress, progress or 0)

    def _complete(self, job: Expected, lease: str) -> None:
        token = self._lease(job, lease)
        repeated = token is not None and token == job.settled_by and job.status == COMPLETE
        refusal = None if repeated else job.refusal(token, self.now)
        self._step(lambda tx: self.world.steps.complete(tx, job.id, token), refusal)
        if refusal is None and not repeated:
            job.settled_by = token
            job.leave(COMPLETE)

    def _held(self) -> list[Expected]:
        return [job for job in self.jobs if job.is_held(self.now)]

    def _open(self) -> list[Expected]:
        return [job for job in self.jobs if job.status not in FINAL]

    def _job(self, which: int) -> Expected:
        """Pick a Job, more often one that is not at its end."""
        picked = self.jobs if which % 4 == 0 else self._open() or self.jobs
        return picked[which // 4 % len(picked)]

    def _lease(self, job: Expected, kind: str) -> str | None:
        others = [other.lease for other in self.jobs if other is not job and other.lease]
        foreign = others[-1] if others else "foreign"
        lost = job.lost or "lost"
        return {"live": job.lease or lost, "lost": lost, "foreign": foreign, "none": None}[kind]

    def _step(self, take: Callable[[Transaction], Awaitable[Any]], refusal: str | None) -> Any:
        """Take a step in a transaction of its own; it must be answered with this refusal."""

        async def perform() -> Any:
            async with self.world.database.transaction(self.principal) as tx:
                return await take(tx)

        self.world.taken += 1
        answer, code = None, None
        try:
            answer = self._run(perform())
        except DomainError as error:
            code = str(error.code)
        assert refusal == code
        return answer

    def _run(self, work: Any) -> Any:
        return self.world.runner.run(work)
