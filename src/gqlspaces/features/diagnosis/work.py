"""Faults of Jobs: those that nobody takes, that were lost, that failed, that wait in vain."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from gqlspaces.features.diagnosis.causes import cause_of
from gqlspaces.features.diagnosis.evidence import Evidence, ago, name_of
from gqlspaces.features.diagnosis.finding import Finding, FindingCode, Severity, Subject
from gqlspaces.features.jobs.model import JobStatus
from gqlspaces.features.jobs.namespaces import namespaces_of
from gqlspaces.kernel.reader import AnyRow

MOST_EXPLANATIONS: Final = 5000
"""So often a handler and a Job are compared closely: beyond that Jobs are told without a cause."""

PATIENCE: Final = timedelta(seconds=60)
"""For so long a Job may be ready though a listener asks for it: it may be busy."""

_REGISTER = 'Register a handler for `job:ready` with the filter `{{job: "{name}"}}`, and run it.'
_CANCEL = "Cancel the one that waits with `cancelJob`."
_HOPELESS = frozenset({JobStatus.FAILED, JobStatus.CANCELED})
_SILENT = (
    "Look at the listener's log at that time: was the process killed, was its event loop blocked, "
    "could it not reach the gateway? If its work takes longer than its lease, report progress "
    "meanwhile, or take the Job with a longer `leaseSeconds`."
)


def untaken(evidence: Evidence) -> Iterator[Finding]:
    """Tell of ready Jobs that no connected listener takes, alike ones together."""
    handlers = sum(len(program.registrations) for program in evidence.programs)
    explainable = iter(range(MOST_EXPLANATIONS // max(handlers, 1)))
    for alike in _alike(evidence.with_status(JobStatus.READY)):
        job, offer = alike[0], evidence.offer_of(alike[0])
        if any(program.takes(offer) for program in evidence.everybody):
            yield from _overdue(evidence, job, len(alike))
            continue
        subject = Subject(job.id, name_of(job), len(alike))
        waits = _waiting(job, len(alike))
        cause = None if next(explainable, None) is None else cause_of(evidence, offer)
        if cause is not None:
            told = f"{waits} {cause.told}"
            at_fault = cause.program.row.id
            yield Finding(cause.code, Severity.ERROR, told, cause.advice, subject, at_fault)
            continue
        code = FindingCode.NOBODY_TAKES if evidence.everybody else FindingCode.NO_LISTENER
        advice = _REGISTER.format(name=name_of(job))
        yield Finding(code, Severity.ERROR, waits, advice, subject)


def lost(evidence: Evidence) -> Iterator[Finding]:
    """Tell of Jobs whose holder fell silent."""
    for job in evidence.jobs:
        if job.silences == 0 or job.status == JobStatus.WAITING:
            continue
        failed = job.status == JobStatus.FAILED
        times = "once" if job.silences == 1 else f"{job.silences} times"
        now = "and it has failed" if failed else f"and it is {job.status} again"
        by = f"the last time `{job.silent_holder}`" if job.silent_holder else "without a name"
        title = f"The holder of a Job `{name_of(job)}` fell silent {times} ({by}), {now}."
        more = " Then begin it again with `retryJob`." if failed else ""
        severity = Severity.ERROR if failed else Severity.WARNING
        subject = Subject(job.id, name_of(job))
        yield Finding(FindingCode.LEASE_LOST, severity, title, _SILENT + more, subject)


def failed(evidence: Evidence) -> Iterator[Finding]:
    """Tell of Jobs that failed lately, alike ones together."""
    ended = [job for job in evidence.with_status(JobStatus.FAILED) if job.silences == 0]
    for alike in _alike(ended):
        job = alike[0]
        outcome = None if evidence.reads_events else job.outcome
        said = (outcome or {}).get("message") or job.info
        why = f": {said}" if said else ", and nobody said why"
        attempts = f" after {job.attempt} attempts" if job.attempt > 1 else ""
        others = f" ({len(alike) - 1} more failed lately)" if len(alike) > 1 else ""
        title = f"A Job `{name_of(job)}` failed {ago(job.finished_at, evidence.now)}{attempts}"
        by = f" The log of `{job.holder}` tells more." if job.holder else ""
        advice = f"See to the cause, then begin it again with `retryJob`.{by}"
        subject = Subject(job.id, name_of(job), len(alike))
        told = f"{title}{why}".rstrip(".") + f"{others}."
        yield Finding(FindingCode.JOB_FAILED, Severity.ERROR, told, advice, subject)


def in_vain(evidence: Evidence) -> Iterator[Finding]:
    """Tell of Jobs that wait for others which will not be complete by themselves."""
    for job in evidence.with_status(JobStatus.WAITING):
        # One that is not known was deleted, and so is no longer waited for.
        before = [evidence.before[id] for id in job.predecessor_ids if id in evidence.before]
        found = [_hopeless(one) for one in before if one.status in _HOPELESS]
        if found:
            what, advice = found[0]
            title = f"A Job `{name_of(job)}` waits for {what}."
            subject = Subject(job.id, name_of(job))
            yield Finding(FindingCode.WAITS_IN_VAIN, Severity.ERROR, title, advice, subject)


def _hopeless(before: AnyRow) -> tuple[str, str]:
    """Tell what became of a Job that another one waits for, and what to do."""
    if before.status == JobStatus.CANCELED:
        return f"`{name_of(before)}`, which was canceled", _CANCEL
    again = f"Begin that one again with `retryJob`, or c{_CANCEL[1:]}"
    return f"`{name_of(before)}`, which has failed", again


def _overdue(evidence: Evidence, job: AnyRow, number: int) -> Iterator[Finding]:
    if job.updated_at > evidence.now - PATIENCE:
        return
    title = (
        f"A Job `{name_of(job)}` has been ready since {_clock(job)}, though a connected listener "
        "asks for it."
    )
    advice = (
        "The listener may be busy: give it more `concurrency`, or run another replica. If it is "
        "not, its log tells why it could not take the Job."
    )
    subject = Subject(job.id, name_of(job), number)
    yield Finding(FindingCode.NOT_TAKEN, Severity.WARNING, title, advice, subject)


def _waiting(job: AnyRow, number: int) -> str:
    has, them = ("A Job `{}` has", "it") if number == 1 else (f"{number} Jobs `{{}}` have", "them")
    begun = has.format(name_of(job))
    return f"{begun} been ready since {_clock(job)} and no connected listener takes {them}."


def _alike(jobs: Sequence[AnyRow]) -> list[list[AnyRow]]:
    """Group Jobs of one name and of the same namespaces."""
    grouped: dict[tuple[str, ...], list[AnyRow]] = {}
    for job in jobs:
        grouped.setdefault((name_of(job), *namespaces_of(job)), []).append(job)
    return list(grouped.values())


def _clock(job: AnyRow) -> str:
    return f"{job.updated_at:%Y-%m-%d %H:%M} UTC"
