"""Jobs are held while their handlers run, and let go when that is over."""

import asyncio
import signal

import pytest

from gqlspaces.listener import Event, Listener

from .conftest import CONFIGURE, Running, seed, settled
from .store import Store


async def test_calls_inside_a_job_carry_its_lease(running: Running, store: Store) -> None:
    listener = Listener()
    listener.on("job:ready", CONFIGURE, seed)

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    fences = {call: headers.get("x-gqlspaces-lease") for call, _input, headers in store.calls}
    fence = f"{job_id} {store.made('completeJob')[0]['lease']}"
    for call in ("createWorkbook", "createDocument", "updateSpace"):
        assert fence == fences[call]


async def test_a_handler_that_lost_its_lease_is_stopped_and_its_successor_repeats_nothing(
    running: Running, store: Store
) -> None:
    listener = Listener()
    ends: list[str] = []

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        job_id = event.context["jobId"]
        try:
            await event.api.workbooks.create(space_id="sp_1", name="Data")
            if store.jobs[job_id]["attempt"] == 1:
                await store.expire(job_id)
            await event.api.documents.create(space_id="sp_1", title="Welcome", body="Hi")
            await event.api.jobs.complete(job_id)
        except BaseException as error:
            ends.append(type(error).__name__)
            await store.notify()
            raise
        ends.append("complete")

    async with running(listener, sweep_seconds=0.05):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id) and len(ends) == 2)

    assert sorted(ends) == ["CancelledError", "complete"]
    assert store.jobs[job_id]["attempt"] == 2
    assert (len(store.workbooks), len(store.documents)) == (1, 1)
    assert store.topics().count("job:completed") == 1
    assert listener.errors == 0


@pytest.mark.parametrize("stay", [False, True])
async def test_a_job_that_was_split_is_completed_when_its_parts_have_ended(
    running: Running, store: Store, *, stay: bool
) -> None:
    listener = Listener()

    @listener.on("job:ready", {"payload.isPart": False})
    async def split(event: Event) -> None:
        parts = await event.api.jobs.split(event.context["jobId"], 3)
        if stay:
            await store.until(lambda: all(settled(store, part["id"]) for part in parts))

    @listener.on("job:ready", {"payload.isPart": True})
    async def work(event: Event) -> None:
        await event.api.workbooks.create(space_id="sp_1", name=str(event.payload["input"]["part"]))
        await event.api.jobs.complete(event.context["jobId"])

    @listener.on("job:parts-completed", {"payload.job": "space:*"})
    async def finish(event: Event) -> None:
        await event.api.documents.create(space_id="sp_1", title="Report", body="All done")
        await event.api.jobs.complete(event.context["jobId"], outcome={"message": "Whole"})

    other = Listener()
    other.on("job:parts-completed", None, finish)
    # Room for one: the job that waits for its parts must not be in their way.
    async with running(listener, concurrency=2 if stay else 1), running(other):
        job_id = await store.add_job(silent=True)
        await store.announce(job_id)
        await store.until(lambda: settled(store, job_id))

    assert sorted(workbook["name"] for workbook in store.workbooks) == ["0", "1", "2"]
    assert store.jobs[job_id]["outcome"] == {"message": "Whole"}
    assert len(store.documents) == 1
    assert listener.errors + other.errors == 0


async def test_a_job_that_was_split_with_nobody_to_finish_it_fails(
    running: Running, store: Store
) -> None:
    listener = Listener()

    @listener.on("job:ready", {"payload.isPart": False})
    async def split(event: Event) -> None:
        await event.api.jobs.split(event.context["jobId"], 1)

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[job_id]["status"] == "FAILED"


async def test_who_has_completed_the_job_may_go_on(running: Running, store: Store) -> None:
    listener = Listener()

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        await event.api.jobs.complete(event.context["jobId"])
        await event.api.documents.create(space_id="sp_1", title="Postscript", body="")

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: store.documents)

    assert store.jobs[job_id]["status"] == "COMPLETE"
    assert listener.errors == 0


async def test_a_lease_is_renewed_while_the_handler_is_silent(
    running: Running, store: Store
) -> None:
    listener = Listener()

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        await store.until(lambda: len(store.made("updateJob")) == 2)
        await event.api.jobs.complete(event.context["jobId"])

    async with running(listener, lease_seconds=1):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[job_id]["status"] == "COMPLETE"
    renewals = [(renewal["id"], renewal["leaseSeconds"]) for renewal in store.made("updateJob")]
    assert [(job_id, 1)] * 2 == renewals


@pytest.mark.parametrize("fate", ["expire", "cancel"])
async def test_a_silent_handler_is_stopped_when_its_renewal_is_refused(
    running: Running, store: Store, fate: str
) -> None:
    listener = Listener()
    stopped = asyncio.Event()

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        if store.jobs[event.context["jobId"]]["attempt"] > 1:
            await event.api.jobs.complete(event.context["jobId"])
            return
        if fate == "expire":
            await store.expire(event.context["jobId"])
        else:
            store.jobs[event.context["jobId"]]["status"] = "CANCELED"
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with running(listener, lease_seconds=1, sweep_seconds=0.05):
        job_id = await store.add_job()
        async with asyncio.timeout(10):
            await stopped.wait()
        await store.until(lambda: fate == "cancel" or settled(store, job_id))

    assert {"expire": "COMPLETE", "cancel": "CANCELED"}[fate] == store.jobs[job_id]["status"]
    assert store.made("failJob") == []


async def test_a_handler_that_does_not_end_in_time_gives_its_job_back(
    running: Running, store: Store
) -> None:
    listener = Listener()
    begun: list[str] = []

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        begun.append(event.id)
        await store.notify()
        await asyncio.Event().wait()

    async with running(listener, grace=0.05):
        job_id = await store.add_job()
        await store.until(lambda: begun)

    assert store.jobs[job_id]["status"] == "READY"
    [ending] = store.made("failJob")
    assert (ending["retry"], ending["info"]) == (True, "the listener was stopped")


async def test_a_handler_that_ends_in_time_completes_its_job_after_the_stop(
    running: Running, store: Store
) -> None:
    listener = Listener()
    may_end = asyncio.Event()
    begun: list[str] = []

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        begun.append(event.id)
        await store.notify()
        await may_end.wait()
        await event.api.jobs.complete(event.context["jobId"])

    async with running(listener) as runner:
        job_id = await store.add_job()
        await store.until(lambda: begun)
        runner.stop()
        may_end.set()

    assert store.jobs[job_id]["status"] == "COMPLETE"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_run_after_the_last_handler(
    running: Running, store: Store, number: signal.Signals
) -> None:
    listener = Listener()

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        assert signal.getsignal(number) not in {signal.SIG_DFL, signal.default_int_handler}
        signal.raise_signal(number)
        await asyncio.sleep(0)
        await event.api.jobs.complete(event.context["jobId"])

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))
        late = await store.add_job()

    assert (store.jobs[job_id]["status"], store.jobs[late]["status"]) == ("COMPLETE", "READY")


async def test_a_second_stop_waits_no_longer(running: Running, store: Store) -> None:
    listener = Listener()
    begun: list[str] = []

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        begun.append(event.id)
        await store.notify()
        await asyncio.Event().wait()

    async with running(listener, grace=60.0) as runner:
        job_id = await store.add_job()
        await store.until(lambda: begun)
        runner.stop()

    assert store.jobs[job_id]["status"] == "READY"


async def test_a_job_that_is_retried_waits_for_its_parts_anew(
    running: Running, store: Store
) -> None:
    listener = Listener()
    order: list[str] = []

    @listener.on(["job:parts-*", "document:created"])
    async def watch(event: Event) -> None:
        order.append(event.topic)
        await store.notify()

    @listener.on("job:ready", {"payload.isPart": False})
    async def split(event: Event) -> None:
        await event.api.jobs.split(event.context["jobId"], 1)
        if store.jobs[event.context["jobId"]]["attempt"] == 1:
            await store.until(lambda: "job:parts-completed" in order)
            await event.api.jobs.fail(event.context["jobId"])
        else:
            await store.emit("document:created")

    @listener.on("job:ready", {"payload.isPart": True})
    async def work(event: Event) -> None:
        await event.api.jobs.complete(event.context["jobId"])

    @listener.on("job:parts-completed")
    async def finish(event: Event) -> None:
        order.append("finish")
        await event.api.jobs.complete(event.context["jobId"])

    async with running(listener, sweep_seconds=0.05):
        job_id = await store.add_job()
        await store.until(lambda: store.jobs[job_id]["status"] == "FAILED")
        store.jobs[job_id] |= {"status": "READY", "partsResult": None}
        await store.announce(job_id)
        await store.until(lambda: "document:created" in order)
        await store.announce(job_id, "job:parts-completed")
        await store.until(lambda: settled(store, job_id))

    assert [one for one in order if one != "job:parts-completed"] == ["document:created", "finish"]
