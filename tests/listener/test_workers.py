"""Jobs: claimed once, held while handlers run, settled whatever happens."""

import asyncio
import signal
from typing import Any

import pytest

from gqlspaces.listener import Event, Listener

from .conftest import Running
from .store import Store

CONFIGURE = {"job": "space:configure"}


async def seed(event: Event) -> None:
    """Configure a Space the long way, as the seed's listing does."""
    job_id, space_id = event.context["jobId"], event.context["spaceId"]
    await event.api.jobs.ack(job_id, info="Setting up", progress=10)
    await event.api.workbooks.create(
        space_id=space_id,
        name="Customer Data",
        sheets=[{"name": "Contacts", "fields": [{"key": "email", "type": "string"}]}],
        actions=[
            {
                "operation": "submit",
                "label": "Submit",
                "mode": "foreground",
                "constraints": [{"type": "hasData"}],
            }
        ],
    )
    await event.api.jobs.update(job_id, info="Workbook created", progress=50)
    await event.api.documents.create(space_id=space_id, title="Welcome", body="<h1>Hi</h1>")
    await event.api.spaces.update(space_id, metadata={"theme": {"root": {}}})
    await event.api.jobs.complete(job_id, outcome={"message": "Done", "acknowledge": True})


def settled(store: Store, job_id: str) -> bool:
    return store.jobs[job_id]["status"] in {"COMPLETE", "FAILED"}


async def test_a_handler_takes_the_job_it_hears_of_and_completes_it(
    running: Running, store: Store
) -> None:
    listener = Listener()
    listener.on("job:ready", CONFIGURE, seed)

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    job = store.jobs[job_id]
    assert (job["status"], job["progress"], job["attempt"]) == ("COMPLETE", 50, 1)
    assert job["outcome"] == {"message": "Done", "acknowledge": True}
    assert [workbook["name"] for workbook in store.workbooks] == ["Customer Data"]
    assert [document["title"] for document in store.documents] == ["Welcome"]
    assert listener.errors == 0


async def test_domain_spelling_becomes_enum_names_on_the_way(
    running: Running, store: Store
) -> None:
    listener = Listener()
    listener.on("job:ready", CONFIGURE, seed)

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    [workbook] = store.made("createWorkbook")
    assert workbook["sheets"][0]["fields"][0]["type"] == "STRING"
    assert workbook["actions"][0]["mode"] == "FOREGROUND"
    assert workbook["actions"][0]["constraints"] == [{"type": "HAS_DATA"}]


async def test_a_job_that_was_ready_before_anybody_listened_is_claimed(
    running: Running, store: Store
) -> None:
    listener = Listener()
    contexts: list[Any] = []

    @listener.namespace("space:red").on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        contexts.append((event.context, event.payload, event.namespaces))
        await event.api.jobs.complete(event.context["jobId"])

    other = await store.add_job("workbook:submit", namespaces=["space:red"])
    green = await store.add_job(namespaces=["space:green"])
    job_id = await store.add_job(namespaces=["space:red"], input={"a": 1})
    async with running(listener):
        await store.until(lambda: settled(store, job_id))

    assert [
        (
            {"environmentId": "env_1", "spaceId": "sp_1", "jobId": job_id},
            {
                "domain": "space",
                "operation": "configure",
                "job": "space:configure",
                "status": "ready",
                "isPart": False,
                "input": {"a": 1},
            },
            ("space:red",),
        )
    ] == contexts
    assert {"READY"} == {store.jobs[other]["status"], store.jobs[green]["status"]}


async def test_a_ready_job_is_found_for_a_filter_that_no_pattern_expresses(
    running: Running, store: Store
) -> None:
    listener = Listener()
    listener.on("job:ready", {**CONFIGURE, "spaceId": "sp_2"}, seed)
    other = await store.add_job(silent=True)
    job_id = await store.add_job(silent=True, spaceId="sp_2")

    async with running(listener):
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[other]["status"] == "READY"
    assert store.made("claimJobs") == []


async def test_sweeps_find_a_job_whose_event_was_never_heard(
    running: Running, store: Store
) -> None:
    listener = Listener()
    listener.on("job:ready", CONFIGURE, seed)

    async with running(listener, sweep_seconds=0.05):
        job_id = await store.add_job(silent=True)
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[job_id]["status"] == "COMPLETE"


async def test_of_many_replicas_one_runs_the_handler_and_no_other_hears_of_a_conflict(
    running: Running, store: Store
) -> None:
    listeners = [Listener() for _ in range(5)]
    for listener in listeners:
        listener.on("job:ready", CONFIGURE, seed)

    async with (
        running(listeners[0]),
        running(listeners[1]),
        running(listeners[2]),
        running(listeners[3]),
        running(listeners[4]),
    ):
        job_ids = [await store.add_job() for _ in range(20)]
        await store.until(lambda: all(settled(store, job_id) for job_id in job_ids))

    assert len(store.workbooks) == 20
    assert store.topics().count("job:completed") == 20
    assert {1} == {store.jobs[job_id]["attempt"] for job_id in job_ids}
    assert sum(listener.errors for listener in listeners) == 0


async def test_no_more_jobs_are_taken_than_there_is_room_for(
    running: Running, store: Store
) -> None:
    listener = Listener()
    at_work = most = 0

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await event.api.jobs.ack(event.context["jobId"], progress=5)
        at_work -= 1
        await event.api.jobs.complete(event.context["jobId"])

    waiting = [await store.add_job() for _ in range(5)]
    async with running(listener, concurrency=2):
        heard = [await store.add_job() for _ in range(5)]
        await store.until(lambda: all(settled(store, job_id) for job_id in waiting + heard))

    assert most <= 2
    assert store.topics().count("job:completed") == 10


async def test_an_error_fails_the_job_with_what_it_says(running: Running, store: Store) -> None:
    told: list[tuple[str, str]] = []
    listener = Listener(on_error=lambda error, event: told.append((str(error), event.topic)))

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        raise RuntimeError("no such template")

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    assert store.jobs[job_id]["status"] == "FAILED"
    assert store.jobs[job_id]["outcome"] == {"message": "no such template", "acknowledge": True}
    assert told == [("no such template", "job:ready")]
    assert listener.errors == 1


async def test_a_handler_that_forgets_to_complete_its_job_fails_it(
    running: Running, store: Store
) -> None:
    listener = Listener()

    @listener.on("job:ready", CONFIGURE)
    async def configure(event: Event) -> None:
        await event.api.jobs.ack(event.context["jobId"])

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    expected = "the handler returned without completing the job"
    assert expected == store.jobs[job_id]["outcome"]["message"]


async def test_every_handler_of_a_job_runs_under_one_claim(running: Running, store: Store) -> None:
    listener = Listener()
    calls: list[str] = []

    @listener.on("job:ready", CONFIGURE)
    async def broken(event: Event) -> None:
        calls.append("broken")
        raise RuntimeError

    @listener.on(["job:ready", "job:failed"], CONFIGURE)
    async def patient(event: Event) -> None:
        calls.append(event.topic)
        if event.topic == "job:ready":
            await event.api.jobs.complete(event.context["jobId"])

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id))

    assert calls == ["broken", "job:ready"]
    assert store.jobs[job_id]["status"] == "COMPLETE"
    assert store.jobs[job_id]["attempt"] == 1


async def test_a_wildcard_watches_jobs_and_takes_none(running: Running, store: Store) -> None:
    listener = Listener()
    seen: list[str] = []

    @listener.on("**")
    async def watch(event: Event) -> None:
        seen.append(event.topic)
        await store.notify()

    async with running(listener):
        job_id = await store.add_job()
        await store.until(lambda: seen)

    assert seen == ["job:ready"]
    assert store.jobs[job_id]["status"] == "READY"
    assert store.calls == []


async def test_who_watches_may_take_a_job_by_hand_and_loses_in_silence(
    running: Running, store: Store
) -> None:
    listeners = [Listener(), Listener()]
    tried = 0

    async def by_hand(event: Event) -> None:
        nonlocal tried
        try:
            await event.api.jobs.ack(event.context["jobId"], progress=1)
            await event.api.jobs.complete(event.context["jobId"])
        finally:
            tried += 1
            await store.notify()

    for listener in listeners:
        listener.on("job:*", {"payload.status": "ready"}, by_hand)
    async with running(listeners[0]), running(listeners[1]):
        job_id = await store.add_job()
        await store.until(lambda: settled(store, job_id) and tried == 2)

    assert sum(listener.errors for listener in listeners) == 0
    assert store.jobs[job_id]["status"] == "COMPLETE"


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
