"""Taking jobs: a bounded number at a time, each held by a lease while its handlers run."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gqlspaces.listener import documents
from gqlspaces.listener.api import Api
from gqlspaces.listener.client import Client
from gqlspaces.listener.entities import Claim
from gqlspaces.listener.errors import FATAL, ApiError, JobCanceled, JobConflict, LeaseLost
from gqlspaces.listener.event import PARTS_COMPLETED, READY, Event, event_of_job
from gqlspaces.listener.lease import Lease
from gqlspaces.listener.registration import Claimable, Registration, claimable

if TYPE_CHECKING:
    from gqlspaces.listener.listener import Listener

logger = logging.getLogger("gqlspaces.listener")

_LOOKED_AT = 100
_MOST_CLAIMS = 100
_LONGEST_MESSAGE = 1000
_RELEASE_PATIENCE = 5.0
_LOSSES = (LeaseLost, JobConflict, JobCanceled)


@dataclass(frozen=True, slots=True)
class Terms:
    """How jobs are taken; times in seconds."""

    concurrency: int = 10
    lease_seconds: int = 30
    sweep_seconds: float = 30.0


class Workers:
    """Runs the handlers of jobs that this replica has claimed.

    A `job:ready` event only wakes them up: the job is claimed by its id, and if another replica
    was faster nothing happens. Sweeps find jobs whose event nobody heard.
    """

    def __init__(self, listener: "Listener", client: Client, terms: Terms) -> None:
        self._listener = listener
        self._client = client
        self._terms = terms
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._begun: deque[str] = deque(maxlen=1000)
        self._keepers: dict[Lease, asyncio.Task[None]] = {}
        self._waiting: dict[str, Lease] = {}
        self._early: dict[str, Event] = {}
        self._reserved = 0
        self._missed = False
        self._stopping = False
        self._sweep_wanted = asyncio.Event()

    @property
    def free(self) -> int:
        """How many more jobs may be taken now."""
        return self._terms.concurrency - len(self._tasks) - self._reserved

    def wake(self, event: Event) -> None:
        """Try to take the job of a `job:ready` event, if a handler wants it and there is room.

        After `job:parts-completed` go on with the job if it is held here.
        """
        job_id = event.job_id
        if self._stopping or job_id is None:
            return
        if event.topic == PARTS_COMPLETED:
            self._resume(job_id, event)
        elif job_id not in self._tasks.values() and self._wanting(event):
            if self.free > 0:
                self._start(job_id, self._take(job_id, event))
            else:
                self._missed = True

    def sweep_soon(self) -> None:
        """Look for ready jobs now instead of at the next turn."""
        self._sweep_wanted.set()

    async def sweep_for_ever(self) -> None:
        """Look for ready jobs at once, and again from time to time and whenever it is wanted."""
        while True:
            self._sweep_wanted.clear()
            try:
                await self.sweep()
            except ApiError as error:
                if error.code in FATAL:
                    raise
                logger.warning("could not look for ready jobs: %s", error)
            try:
                async with asyncio.timeout(self._client.pace.around(self._terms.sweep_seconds)):
                    await self._sweep_wanted.wait()
            except TimeoutError:
                continue

    async def sweep(self) -> None:
        """Take ready jobs while there is room."""
        groups, look = claimable(one for one in self._listener.registrations if one.works_on(READY))
        for group in groups:
            await self._claim(group)
        if look:
            await self._look()

    def stop(self) -> list["asyncio.Task[None]"]:
        """Take no more; return the tasks that still work."""
        self._stopping = True
        return list(self._tasks)

    async def release(self) -> None:
        """Break off what still runs and give its jobs back."""
        tasks = [*self.stop(), *(self._keepers[lease] for lease in self._waiting.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wanting(self, event: Event) -> list[Registration]:
        return [one for one in self._listener.matching(event) if one.works_on(event.topic)]

    def _start(self, job_id: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"job {job_id}")
        self._tasks[task] = job_id
        task.add_done_callback(self._end)

    def _end(self, task: "asyncio.Task[None]") -> None:
        job_id = self._tasks.pop(task)
        error = None if task.cancelled() else task.exception()
        if error:
            logger.error("work on job %s broke off", job_id, exc_info=error)
        self._catch_up()

    def _catch_up(self) -> None:
        """Sweep for what was passed over while there was no room, now that there is."""
        if self._missed and self.free > 0:
            self._missed = False
            self._sweep_wanted.set()

    async def _claim(self, group: Claimable) -> None:
        room = min(self.free, _MOST_CLAIMS)
        if room < 1 or not group.jobs:
            self._missed = self._missed or room < 1
            return
        self._reserved = room
        asked_at = self._client.pace.clock.now()
        try:
            claims = await Api(self._client).jobs.claim(
                group.jobs,
                namespaces=group.namespaces,
                limit=room,
                lease_seconds=self._terms.lease_seconds,
            )
        finally:
            self._reserved = 0
        # A full hand may mean that there are more.
        self._missed = self._missed or len(claims) == room
        for claim in claims:
            event = event_of_job(claim["job"], Api(self._client))
            self._start(claim["job"]["id"], self._begin(self._lease(claim, asked_at), event))
        self._catch_up()

    async def _look(self) -> None:
        """Find jobs that no pattern describes: read the ready ones and match them here."""
        data = await self._client.execute(
            documents.READY_JOBS, {"last": _LOOKED_AT}, repeatable=True
        )
        for edge in reversed(data["jobs"]["edges"]):
            self.wake(event_of_job(edge["node"], Api(self._client)))

    async def _take(self, job_id: str, event: Event) -> None:
        asked_at = self._client.pace.clock.now()
        try:
            claim = await Api(self._client).jobs.take(job_id, self._terms.lease_seconds, {})
        except _LOSSES:
            logger.debug("job %s is in other hands", job_id)
        except ApiError as error:
            logger.warning("could not take job %s: %s", job_id, error)
        else:
            await self._begin(self._lease(claim, asked_at), event)

    def _lease(self, claim: Claim, asked_at: float) -> Lease:
        lease = Lease(
            claim["job"]["id"], claim["lease"], self._terms.lease_seconds, self._client.pace.clock
        )
        lease.renewed(asked_at)
        return lease

    async def _begin(self, lease: Lease, event: Event) -> None:
        # A sweep and an event may both have found the job: one lease starts one run.
        if lease.token not in self._begun:
            self._begun.append(lease.token)
            keeper = asyncio.create_task(self._keep(lease), name=f"lease of {lease.job_id}")
            self._keepers[lease] = keeper
            # Of parts that have ended before, the job itself tells.
            self._early.pop(lease.job_id, None)
            await self._work(lease, event)

    async def _work(self, lease: Lease, event: Event) -> None:
        event = event.held(lease)
        running = asyncio.current_task()
        if running:
            lease.on_lost = running.cancel
        waits = False
        try:
            raised = await self._listener.call(self._wanting(event), event)
            waits = not raised and not lease.settled and self._wait_for_parts(lease)
            if not waits:
                await self._settle(event, lease, raised)
        except asyncio.CancelledError:
            if lease.lost:
                logger.warning("stopped working on job %s: %s", lease.job_id, lease.lost)
            elif not lease.settled:
                await self._release(event, lease)
        finally:
            if not waits:
                self._keepers.pop(lease).cancel()

    def _wait_for_parts(self, lease: Lease) -> bool:
        """Keep the job of a handler that has split it, if there is another one for its parts."""
        registrations = self._listener.registrations
        job, lease.split = lease.split, None
        if job is None or not any(one.works_on(PARTS_COMPLETED) for one in registrations):
            return False
        lease.on_lost = lambda: None
        self._waiting[lease.job_id] = lease
        early = self._early.pop(lease.job_id, None)
        if job["partsResult"] is not None:
            # An earlier holder has split the job, and nobody hears of its parts a second time.
            early = event_of_job(job, Api(self._client), PARTS_COMPLETED)
        if early:
            self._resume(lease.job_id, early)
        return True

    def _resume(self, job_id: str, event: Event) -> None:
        lease = self._waiting.pop(job_id, None)
        if lease and not lease.lost:
            self._start(job_id, self._work(lease, event))
        elif any(held.job_id == job_id for held in self._keepers):
            # The parts were faster than the handler that made them.
            self._early[job_id] = event

    async def _keep(self, lease: Lease) -> None:
        """Renew the lease at a third of its time; lose it when that is refused or too late."""
        while not lease.settled and not lease.lost:
            await self._client.pace.clock.sleep(lease.seconds / 3)
            try:
                await self._renew(lease)
            except _LOSSES as error:
                if not lease.settling and not lease.settled:
                    lease.lose(error)
            except (ApiError, TimeoutError) as error:
                told = str(error) or "no answer in time"
                logger.warning("could not renew the lease of job %s: %s", lease.job_id, told)
                if lease.remaining <= 0:
                    lease.lose(LeaseLost("LEASE_LOST", "the lease ran out"))

    async def _renew(self, lease: Lease) -> None:
        asked_at = self._client.pace.clock.now()
        input = {"id": lease.job_id, "lease": lease.token, "leaseSeconds": int(lease.seconds)}
        async with asyncio.timeout(max(lease.remaining, 0)):
            answer = await self._client.mutate(
                documents.UPDATE_JOB, input, patience=lease.remaining
            )
        lease.renewed(asked_at)
        job = answer["job"]
        if lease.job_id in self._waiting and job["partsResult"] is not None:
            # The event that told of it may have been missed.
            self._resume(lease.job_id, event_of_job(job, Api(self._client), PARTS_COMPLETED))

    async def _settle(self, event: Event, lease: Lease, raised: list[Exception]) -> None:
        """Fail a job that its handlers have left open."""
        if lease.settled or lease.lost:
            return
        told = "the handler returned without completing the job"
        if raised:
            told = str(raised[0]) or type(raised[0]).__name__
        else:
            logger.error("job %s: %s", lease.job_id, told)
        told = told[:_LONGEST_MESSAGE]
        try:
            await event.api.jobs.fail(
                lease.job_id, info=told, outcome={"message": told, "acknowledge": True}
            )
        except ApiError as error:
            logger.error("could not fail job %s: %s", lease.job_id, error)  # noqa: TRY400

    async def _release(self, event: Event, lease: Lease) -> None:
        """Give the job back for another replica, as this one has to go."""
        logger.info("giving job %s back", lease.job_id)
        try:
            async with asyncio.timeout(_RELEASE_PATIENCE):
                await event.api.jobs.fail(lease.job_id, info="the listener was stopped", retry=True)
        except (ApiError, TimeoutError) as error:
            logger.warning("could not give job %s back: %s", lease.job_id, error)
