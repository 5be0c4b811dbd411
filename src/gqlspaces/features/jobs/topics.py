"""Which changes of a Job listeners hear about (domain reference 2.10)."""

from collections.abc import Iterator
from typing import Any

from gqlspaces.features.jobs.model import Job, JobMode, JobStatus
from gqlspaces.kernel.recorder import Change, Fact

_ABOUT = "`domain, operation, job, status, isPart, progress, attempt, info?, input?`"

CATALOGUE = {
    "job:created": f"A Job was made: {_ABOUT}.",
    "job:ready": f"A listener may take the Job, for the first time or again: {_ABOUT}.",
    "job:scheduled": f"The Job waits for its time or for its next attempt: {_ABOUT}.",
    "job:updated": f"The Job was taken, reports progress, waits or was canceled: {_ABOUT}.",
    "job:completed": f"The Job ended well: {_ABOUT}.",
    "job:failed": f"The Job ended badly: {_ABOUT}.",
    "job:outcome-acknowledged": (
        f"A person acknowledged the outcome of a Job that was shown as it ran: {_ABOUT}."
    ),
    "job:parts-completed": (
        f"The last open part of the Job ended: {_ABOUT}, "
        "`parts{total, completed, failed, canceled}`."
    ),
    "job:deleted": "A Job was deleted, and its parts with it.",
}

_TOPIC_OF = {
    JobStatus.READY: "job:ready",
    JobStatus.SCHEDULED: "job:scheduled",
    JobStatus.COMPLETE: "job:completed",
    JobStatus.FAILED: "job:failed",
}
_REPORTED = ("progress", "info", "meta", "estimated_completion_at")
_SHOWN = frozenset({JobMode.FOREGROUND, JobMode.TOOLBAR_BLOCKING})


def job_topics(job: Job, change: Change) -> Iterator[Fact]:
    """Announce each step of a Job's life once; a mere heartbeat is no step."""
    context = {"actionId": job.action_id, "actionName": job.operation} if job.action_id else {}
    for topic, payload in _steps(job, change):
        yield Fact(topic, payload, context)


def _steps(job: Job, change: Change) -> Iterator[tuple[str, dict[str, Any]]]:
    if change.kind == "deleted":
        yield "job:deleted", {}
        return
    about = _about(job)
    if change.kind == "created":
        yield "job:created", about | {"status": JobStatus.CREATED.value}
    if change.kind == "created" or change.touches("status"):
        yield _TOPIC_OF.get(JobStatus(job.status), "job:updated"), about
    elif change.touches(*_REPORTED):
        yield "job:updated", about
    if change.touches("parts_result") and job.parts_result is not None:
        yield "job:parts-completed", about | {"parts": job.parts_result}
    if change.touches("outcome_acknowledged_at") and _is_acknowledged(job):
        yield "job:outcome-acknowledged", about


def _about(job: Job) -> dict[str, Any]:
    about: dict[str, Any] = {
        "domain": str(job.type),
        "operation": job.operation,
        "job": job.name,
        "status": str(job.status),
        "isPart": job.parent_id is not None,
        "progress": job.progress,
        "attempt": job.attempt,
    }
    if job.info is not None:
        about["info"] = job.info
    if job.input is not None:
        about["input"] = job.input
    return about


def _is_acknowledged(job: Job) -> bool:
    return job.outcome_acknowledged_at is not None and job.mode in _SHOWN


TOPICS = {Job: job_topics}
