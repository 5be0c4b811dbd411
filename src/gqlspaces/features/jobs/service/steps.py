"""The steps of a Job's life, as changes of its row; whether one is allowed was asked before."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import SystemRandom

from gqlspaces.features.jobs.configuration import JobReport
from gqlspaces.features.jobs.model import FINAL, LEASE_SECONDS, Job, JobStatus

_BASE = 5.0
_LONGEST = 600.0
_SPREAD = 0.2
_PARTS_SHARE = 99


class Chance:
    """The seam through which chance comes, so that a test can decide it."""

    fraction = staticmethod(SystemRandom().random)
    token = staticmethod(lambda: secrets.token_urlsafe(24))


def backoff(attempt: int) -> timedelta:
    """Give how long to wait after the n-th attempt: 10 s, 20 s, … 10 min, give or take a fifth."""
    seconds = min(_BASE * 2 ** min(attempt, 10), _LONGEST)
    return timedelta(seconds=seconds * (1 - _SPREAD + 2 * _SPREAD * Chance.fraction()))


def take(job: Job, holder: str | None, seconds: int | None, now: datetime) -> None:
    """Begin an attempt under a new lease, which waits for the Job's parts if some are open."""
    job.status = JobStatus.EXECUTING
    job.attempt += 1
    job.progress = 0
    job.lease = Chance.token()
    job.holder = holder
    job.started_at = job.started_at or now
    job.lease_seconds = seconds or LEASE_SECONDS
    waits = job.part_execution is not None and job.parts_result is None
    job.lease_until = None if waits else now + timedelta(seconds=job.lease_seconds)


def prolong(job: Job, seconds: int | None, now: datetime) -> None:
    """Count the lease anew; one that waits for parts does not run out meanwhile."""
    job.lease_seconds = seconds or job.lease_seconds
    if job.lease_until is not None:
        job.lease_until = now + timedelta(seconds=job.lease_seconds)


def suspend(job: Job) -> None:
    """Let the lease last while the Job's parts are at work."""
    job.lease_until = None


def resume(job: Job, now: datetime) -> None:
    """Count the lease anew after the Job's parts have ended."""
    if job.lease is not None:
        job.lease_until = now + timedelta(seconds=job.lease_seconds)


def go_along(job: Job, parts: Mapping[JobStatus, int]) -> None:
    """Let the progress of a Job show how many of its parts have ended."""
    ended = sum(number for status, number in parts.items() if status in FINAL)
    if job.status == JobStatus.EXECUTING and ended:
        job.progress = max(job.progress, _PARTS_SHARE * ended // sum(parts.values()))


def report(job: Job, said: JobReport) -> None:
    """Write down what the holder tells; progress that fell behind is not news."""
    if said.progress is not None:
        job.progress = max(job.progress, said.progress)
    if "info" in said.model_fields_set:
        job.info = said.info
    if "estimated_completion_at" in said.model_fields_set:
        job.estimated_completion_at = said.estimated_completion_at


def free(job: Job) -> None:
    """Take the lease from whoever has it."""
    job.lease = job.lease_until = None


def give_back(job: Job, available_at: datetime | None = None) -> None:
    """End an attempt but not the Job: it is ready again, now or at a later moment."""
    free(job)
    job.holder = None
    job.progress = 0
    job.available_at = available_at
    job.status = JobStatus.READY if available_at is None else JobStatus.SCHEDULED


def fall_silent(job: Job) -> None:
    """Note that the holder let its lease run out."""
    job.silences += 1
    job.silent_holder = job.holder


def end(job: Job, status: JobStatus, now: datetime) -> None:
    """End the Job; its holder stays known."""
    free(job)
    job.status = status
    job.available_at = None
    job.finished_at = now
    if status == JobStatus.COMPLETE:
        job.progress = 100


def renew(job: Job) -> None:
    """Forget how the Job ended and count its attempts anew."""
    job.attempt = job.progress = job.silences = 0
    job.silent_holder = None
    job.holder = job.info = job.outcome = job.result = None
    job.started_at = job.finished_at = job.outcome_acknowledged_at = None
    job.estimated_completion_at = None
