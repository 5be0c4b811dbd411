"""Jobs are taken once, and settled whatever their handlers do."""

from typing import Any

from gqlspaces.listener import Event, Listener

from .conftest import CONFIGURE, Running, seed, settled
from .store import Store


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
                "progress": 0,
                "attempt": 1,
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
