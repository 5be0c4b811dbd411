"""Jobs that are done in parts, from the cut to the sum."""

from collections.abc import Sequence
from typing import Any

import pytest

from gqlspaces.listener import Event, Job, Listener, Outcome, Tick, job_in_parts

from .conftest import Running, settled
from .store import Store

NAME = "workbook:export"
PARTS = [{"from": 0}, {"from": 10}, {"from": 20}]


class Export:
    """Exports in parts; a part fails as often as it is told to."""

    def __init__(self, parts: int | Sequence[dict[str, Any]] = PARTS) -> None:
        self.parts = parts
        self.cuts = 0
        self.failing: list[int] = []
        self.done: list[dict[str, Any]] = []

    async def cut(self, _event: Event) -> int | Sequence[dict[str, Any]]:
        self.cuts += 1
        return self.parts

    async def work(self, _event: Event, part: dict[str, Any], tick: Tick) -> dict[str, Any]:
        await tick(50)
        if part.get("from") in self.failing:
            raise RuntimeError("the disk is full")
        self.done.append(part)
        return {"result": {"rows": 10}}

    async def finish(self, _event: Event, parts: Sequence[Job]) -> Outcome:
        rows = sum((part["result"] or {})["rows"] for part in parts)
        return Outcome(f"{rows} rows in {len(parts)} parts")


async def run_whole(running: Running, store: Store, listener: Listener) -> dict[str, Any]:
    async with running(listener):
        job_id = await store.add_job(NAME)
        await store.until(lambda: settled(store, job_id))
    return store.jobs[job_id]


@pytest.mark.parametrize("parallel", [False, True])
async def test_a_job_is_cut_worked_on_and_summed_up(
    running: Running, store: Store, *, parallel: bool
) -> None:
    export = Export()
    plugin = job_in_parts(NAME, export.cut, export.work, export.finish, run_in_parallel=parallel)

    whole = await run_whole(running, store, Listener().use(plugin))

    assert (whole["status"], whole["outcome"]) == (
        "COMPLETE",
        {"message": "30 rows in 3 parts"},
    )
    assert whole["partExecution"] == ("PARALLEL" if parallel else "SEQUENTIAL")
    assert sorted(part["from"] for part in export.done) == [0, 10, 20]
    assert export.cuts == 1


async def test_a_number_of_parts_numbers_them(running: Running, store: Store) -> None:
    export = Export(2)

    whole = await run_whole(
        running, store, Listener().use(job_in_parts(NAME, export.cut, export.work))
    )

    assert whole["outcome"] == {"message": "All 2 parts are done."}
    assert sorted(part["part"] for part in export.done) == [0, 1]


async def test_a_job_without_parts_is_done_at_once(running: Running, store: Store) -> None:
    export = Export([])

    whole = await run_whole(
        running, store, Listener().use(job_in_parts(NAME, export.cut, export.work))
    )

    assert (whole["status"], whole["outcome"]["message"]) == (
        "COMPLETE",
        "There was nothing to do.",
    )
    assert store.made("splitJob") == []


async def test_a_job_with_a_failed_part_fails_and_offers_to_retry(
    running: Running, store: Store
) -> None:
    export = Export()
    export.failing = [10]
    listener = Listener().use(job_in_parts(NAME, export.cut, export.work))

    whole = await run_whole(running, store, listener)

    assert whole["status"] == "FAILED"
    assert whole["outcome"] == {
        "message": "1 of 3 parts is not done.",
        "acknowledge": True,
        "next": {"type": "retry", "label": "Try again"},
    }


async def test_a_replica_that_takes_over_after_the_split_sums_up_what_is_there(
    running: Running, store: Store
) -> None:
    export = Export()
    listener = Listener().use(job_in_parts(NAME, export.cut, export.work, export.finish))
    part = {"id": "jb_part", "status": "COMPLETE", "result": {"rows": 7}}
    split: dict[str, Any] = {
        "partExecution": "PARALLEL",
        "partsResult": {"total": 1, "completed": 1, "failed": 0, "canceled": 0},
    }
    job_id = await store.add_job(NAME, silent=True)
    store.jobs[job_id] |= split
    store.jobs[job_id]["parts"] = [store.jobs[job_id] | part]

    async with running(listener):
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[job_id]["outcome"] == {"message": "7 rows in 1 parts"}
    assert (export.cuts, store.made("splitJob")) == (0, [])


async def test_a_job_goes_on_although_nobody_heard_that_its_parts_have_ended(
    running: Running, store: Store
) -> None:
    export = Export()
    store.untold.add("job:parts-completed")
    listener = Listener().use(job_in_parts(NAME, export.cut, export.work, export.finish))

    async with running(listener, lease_seconds=1):
        job_id = await store.add_job(NAME)
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[job_id]["outcome"] == {"message": "30 rows in 3 parts"}


async def test_a_handler_that_splits_a_second_time_is_told_of_parts_that_have_ended(
    running: Running, store: Store
) -> None:
    listener = Listener()
    told: list[Any] = []

    @listener.on("job:ready", {"payload.isPart": False})
    async def split(event: Event) -> None:
        if store.jobs[event.context["jobId"]]["attempt"] == 1:
            await event.api.jobs.split(event.context["jobId"], 1)
            await store.until(lambda: store.jobs[event.context["jobId"]].get("partsResult"))
            await store.expire(event.context["jobId"])
        await event.api.jobs.split(event.context["jobId"], 1)

    @listener.on("job:ready", {"payload.isPart": True})
    async def work(event: Event) -> None:
        await event.api.jobs.complete(event.context["jobId"])

    @listener.on("job:parts-completed")
    async def finish(event: Event) -> None:
        told.append(event.payload.get("parts"))
        await event.api.jobs.complete(event.context["jobId"])

    async with running(listener, sweep_seconds=0.05):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[job_id]["attempt"] == 2
    assert told == [{"total": 1, "completed": 1, "failed": 0}]
