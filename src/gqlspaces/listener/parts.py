"""A plugin for jobs that are done in parts, which several replicas may work on side by side."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from gqlspaces.listener.arguments import JsonObject
from gqlspaces.listener.entities import Job
from gqlspaces.listener.event import PARTS_COMPLETED, READY, Event
from gqlspaces.listener.listener import Plugin, Scope
from gqlspaces.listener.outcome import Outcome, Retry
from gqlspaces.listener.plugins import Ending, Tick, complete_with, do_job

Cut: TypeAlias = Callable[[Event], Awaitable[int | Sequence[JsonObject]]]
WorkOnPart: TypeAlias = Callable[[Event, dict[str, Any], Tick], Awaitable[Ending]]
Finish: TypeAlias = Callable[[Event, Sequence[Job]], Awaitable[Ending]]


def job_in_parts(
    job: str,
    cut: Cut,
    work: WorkOnPart,
    finish: Finish | None = None,
    *,
    run_in_parallel: bool = False,
) -> Plugin:
    """Do the jobs of a name, such as `workbook:export`, in parts.

    `cut(event)` says how many parts there are, or gives an object for each; without any there is
    nothing to do. `work(event, part, tick)` does one of them and ends it as the work of a
    `job_handler` does. `finish(event, parts)` gets the parts when all have ended, well or not, and
    ends the whole; without it the job fails if a part has, and offers to retry what failed.
    """
    plan = _InParts(cut, work, finish or _summed_up, run_in_parallel=run_in_parallel)

    def plugin(scope: Scope) -> None:
        scope.on(READY, {"payload.job": job}, plan.begin)
        scope.on(PARTS_COMPLETED, {"payload.job": job}, plan.end)

    return plugin


class _InParts:
    """What is done about a job and about each of its parts, which have the same name."""

    def __init__(
        self, cut: Cut, work: WorkOnPart, finish: Finish, *, run_in_parallel: bool
    ) -> None:
        self._cut = cut
        self._work = work
        self._finish = finish
        self._run_in_parallel = run_in_parallel

    async def begin(self, event: Event) -> None:
        """Work on a part, or split the whole; an earlier holder may have split it already."""
        jobs = event.api.jobs
        job = await jobs.get(event.context["jobId"])
        if job is None:
            return
        if job["isPart"]:
            part = job["partData"] or {}
            await do_job(event, lambda event, tick: self._work(event, part, tick))
        elif job["partExecution"] is not None:
            jobs.wait_for_parts(job)
        elif parts := await self._cut(event):
            await jobs.split(job["id"], parts, run_in_parallel=self._run_in_parallel)
        else:
            await self.end(event)

    async def end(self, event: Event) -> None:
        """End the whole."""
        parts = await event.api.jobs.parts(event.context["jobId"])
        await complete_with(event, await self._finish(event, parts))


async def _summed_up(event: Event, parts: Sequence[Job]) -> Ending:
    open = sum(part["status"] != "COMPLETE" for part in parts)
    if not open:
        return Outcome(f"All {len(parts)} parts are done." if parts else "There was nothing to do.")
    told = f"{open} of {len(parts)} parts {'is' if open == 1 else 'are'} not done."
    outcome = Outcome(told, acknowledge=True, next=Retry("Try again"))
    await event.api.jobs.fail(event.context["jobId"], outcome=outcome, info=told)
    return None
