"""Plugins: job handlers without the life cycle, and Spaces configured from one description."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from gqlspaces.listener.event import READY, Event
from gqlspaces.listener.listener import Plugin, Scope
from gqlspaces.listener.outcome import Outcome
from gqlspaces.matching import Filter

CONFIGURE = "space:configure"


class Tick(Protocol):
    """Reports how far the job has come, from 0 to 100, and that it is still alive."""

    async def __call__(self, progress: int, info: str | None = None) -> None:
        """Report progress."""
        ...


Ending: TypeAlias = Outcome | Mapping[str, Any] | None
"""How a job ends well: an outcome, a mapping with `outcome`, `info` and `result`, or nothing."""

Work: TypeAlias = Callable[[Event, Tick], Awaitable[Ending]]
Setup: TypeAlias = Mapping[str, Any] | Callable[[Event], Awaitable[Mapping[str, Any]]]
After: TypeAlias = Callable[[Event, Sequence[str], Tick], Awaitable[object]]


def job_handler(job: str | Filter, work: Work) -> Plugin:
    """Run `work(event, tick)` for jobs of a name, such as `space:configure`, or of a filter.

    What it returns completes the job: an `Outcome`, or a mapping with `outcome`, `info` and
    `result`, or None. What it raises fails the job, and a person is shown the message.
    """
    # The full path: a bare "job" would also look into what users put into a job's input.
    filter: Filter = {"payload.job": job} if isinstance(job, str) else job

    async def handle(event: Event) -> None:
        await do_job(event, work)

    def plugin(scope: Scope) -> None:
        scope.on(READY, filter, handle)

    return plugin


async def do_job(event: Event, work: Work) -> None:
    """Do the job of an event from its beginning to its end."""
    jobs, job_id = event.api.jobs, event.context["jobId"]

    async def tick(progress: int, info: str | None = None) -> None:
        if info is None:
            await jobs.update(job_id, progress=progress)
        else:
            await jobs.update(job_id, progress=progress, info=info)

    await jobs.ack(job_id, info="Accepted", progress=0)
    await complete_with(event, await work(event, tick))


async def complete_with(event: Event, ending: Ending) -> None:
    """Complete the job of an event, unless its handler has ended it otherwise."""
    said = {"outcome": ending} if isinstance(ending, Outcome) else ending or {}
    if event.api.jobs.holds(event.context["jobId"]):
        whole: dict[str, Any] = {"outcome": {"message": "Job complete"}, **said}
        await event.api.jobs.complete(event.context["jobId"], **whole)


def configure_space(setup: Setup, after: After | None = None) -> Plugin:
    """Give every new Space the structure of `setup`: workbooks, documents, actions and `space`.

    `setup` is a blueprint, or a function that makes one for the event. The whole is applied at
    once or, if anything in it is refused, not at all. `after(event, workbook_ids, tick)` may do
    more before the job is completed.
    """

    async def configure(event: Event, tick: Tick) -> Mapping[str, Any]:
        blueprint = setup if isinstance(setup, Mapping) else await setup(event)
        space = await event.api.spaces.configure(event.context["spaceId"], blueprint)
        await tick(50, "Space configured")
        if after:
            await after(event, [workbook["id"] for workbook in space["workbooks"]], tick)
        return {"info": "Space configured", "outcome": {"message": "Space configured"}}

    return job_handler(CONFIGURE, configure)
