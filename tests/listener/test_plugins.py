"""Plugins: the life of a job without writing it out."""

from collections.abc import Sequence
from typing import Any

import pytest

from gqlspaces.listener import Event, Listener, Tick, configure_space, job_handler

from .conftest import Running, settled
from .store import Store

BLUEPRINT = {
    "workbooks": [{"name": "Company Workbook"}, {"name": "Customers Workbook"}],
    "documents": [{"title": "Welcome", "body": "Hi"}],
}


async def run_job(running: Running, store: Store, listener: Listener, name: str) -> dict[str, Any]:
    async with running(listener):
        job_id = await store.add_job(name)
        await store.until(lambda: settled(store, job_id))
    return store.jobs[job_id]


async def test_a_job_handler_takes_reports_and_completes(running: Running, store: Store) -> None:
    async def submit(event: Event, tick: Tick) -> dict[str, Any]:
        await tick(30)
        await tick(60, "Almost there")
        return {"info": "Sent", "outcome": {"message": "5 rows", "acknowledge": True}}

    listener = Listener().use(job_handler("workbook:submit", submit))

    job = await run_job(running, store, listener, "workbook:submit")

    assert job["outcome"] == {"message": "5 rows", "acknowledge": True}
    reports = [(call.get("progress"), call.get("info")) for call in store.made("updateJob")]
    assert reports == [(0, "Accepted"), (30, None), (60, "Almost there")]


async def test_a_job_handler_that_returns_nothing_completes_all_the_same(
    running: Running, store: Store
) -> None:
    async def submit(event: Event, tick: Tick) -> None: ...

    listener = Listener().use(job_handler({"payload.job": "workbook:*"}, submit))

    job = await run_job(running, store, listener, "workbook:submit")

    assert (job["status"], job["outcome"]) == ("COMPLETE", {"message": "Job complete"})


async def test_a_job_handler_that_raises_fails_its_job(running: Running, store: Store) -> None:
    async def submit(event: Event, tick: Tick) -> None:
        raise RuntimeError("the bank is closed")

    listener = Listener().use(job_handler("workbook:submit", submit))

    job = await run_job(running, store, listener, "workbook:submit")

    assert job["outcome"] == {"message": "the bank is closed", "acknowledge": True}
    assert listener.errors == 1


async def test_a_space_is_configured_from_one_description(running: Running, store: Store) -> None:
    listener = Listener().use(configure_space(BLUEPRINT))

    job = await run_job(running, store, listener, "space:configure")

    assert (job["status"], job["info"]) == ("COMPLETE", "Space configured")
    [call] = store.made("configureSpace")
    assert (call["spaceId"], call["blueprint"]) == ("sp_1", BLUEPRINT)
    assert [one["name"] for one in store.workbooks] == ["Company Workbook", "Customers Workbook"]


async def test_a_space_may_be_described_for_its_event_and_worked_on_afterwards(
    running: Running, store: Store
) -> None:
    later: list[Any] = []

    async def describe(event: Event) -> dict[str, Any]:
        return {"workbooks": [{"name": f"Workbook of {event.context['spaceId']}"}]}

    async def after(event: Event, workbook_ids: Sequence[str], tick: Tick) -> None:
        await tick(80, "Filling in")
        later.append(workbook_ids)

    listener = Listener().use(configure_space(describe, after))

    job = await run_job(running, store, listener, "space:configure")

    assert (job["status"], job["progress"]) == ("COMPLETE", 80)
    assert [workbook["name"] for workbook in store.workbooks] == ["Workbook of sp_1"]
    assert [[store.workbooks[0]["id"]]] == later


async def test_a_refused_description_fails_the_job_and_leaves_nothing(
    running: Running, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener().use(configure_space({"workbooks": [{"name": ""}]}))

    job = await run_job(running, store, listener, "space:configure")

    assert job["outcome"]["message"] == "a workbook needs a name (at id)"
    assert store.workbooks == []


async def test_the_input_of_a_job_cannot_pose_as_its_name(running: Running, store: Store) -> None:
    seen: list[str] = []
    listener = Listener().use(configure_space(BLUEPRINT))

    @listener.on("job:*")
    async def watch(event: Event) -> None:
        seen.append(event.topic)
        await store.notify()

    async with running(listener):
        job_id = await store.add_job("workbook:submit", silent=True)
        await store.emit(
            "job:ready",
            context={"jobId": job_id, "spaceId": "sp_1"},
            payload={"job": "workbook:submit", "input": {"job": "space:configure"}},
        )
        await store.until(lambda: seen)

    assert store.jobs[job_id]["status"] == "READY"
