"""What happens to Jobs when time passes."""

import asyncio
import logging
from contextlib import suppress

import pytest
from sqlalchemy import func, select, update

from features.jobs.desk import Desk
from gqlspaces.features.jobs.model import Job
from gqlspaces.features.jobs.sweeper import Sweeper, sweep
from gqlspaces.kernel import idempotency
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.idempotency import Answer


async def test_a_job_whose_holder_fell_silent_is_ready_again(desk: Desk) -> None:
    id = await desk.create()
    lease = await desk.ack(id, holder="here", leaseSeconds=30, progress=50)

    assert await desk.pass_by(29) == 0
    assert await desk.pass_by(2) == 1

    job = await desk.job(id)
    assert (job["status"], job["attempt"], job["progress"]) == ("READY", 1, 0)
    assert job["holder"] is None
    assert (await desk.topics(id))[-1] == "job:ready"
    assert await desk.api.refused("completeJob", id=id, lease=lease) == [("LEASE_LOST", "lease")]
    assert await desk.pass_by(1000) == 0


async def test_the_silent_holder_changes_nothing_for_the_next_one(desk: Desk) -> None:
    id, lost = await desk.taken()
    await desk.pass_by(301)
    lease = await desk.ack(id, holder="there")

    for step in ("updateJob", "completeJob", "failJob"):
        assert await desk.api.refused(step, id=id, lease=lost) == [("LEASE_LOST", "lease")]
    assert (await desk.do("completeJob", id, lease=lease))["attempt"] == 2
    assert await desk.api.refused("completeJob", id=id, lease=lost) == [("LEASE_LOST", "lease")]


async def test_a_job_that_silenced_every_holder_has_failed_with_a_reason(desk: Desk) -> None:
    id = await desk.create(maxAttempts=2)
    for _ in range(2):
        await desk.ack(id)
        await desk.pass_by(301)

    job = await desk.job(id)
    assert (job["status"], job["attempt"]) == ("FAILED", 2)
    assert job["outcome"]["acknowledge"] is True
    assert "fell silent" in job["outcome"]["message"]
    assert [topic for topic in await desk.topics(id) if topic != "job:updated"] == [
        "job:created",
        "job:ready",
        "job:ready",
        "job:failed",
    ]


async def test_what_time_has_done_is_the_act_of_the_system(desk: Desk) -> None:
    id, _lease = await desk.taken()
    await desk.pass_by(301)

    events = await desk.api.heard("topic context", jobId=id)

    assert events[-1]["context"]["actorId"] == "system"
    assert events[-1]["context"]["spaceId"] == desk.space


async def test_two_sweeps_at_once_move_a_job_once(desk: Desk) -> None:
    id, _lease = await desk.taken()
    desk.clock.pass_by(301)

    moved = await asyncio.gather(*(sweep(desk.gateway.database) for _ in range(4)))

    assert sum(moved) == 1
    assert (await desk.topics(id)).count("job:ready") == 2


async def test_a_job_that_cannot_be_moved_holds_no_other_up(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    bad, _lease = await desk.taken()
    good, _lease = await desk.taken()
    jobs = table(Job)
    # An environment without a log takes no events, so what happens in it cannot be written.
    broken = update(jobs).where(jobs.c.id == bad).values(environment_id="env_gone")
    async with desk.gateway.database.maintenance() as connection:
        await connection.execute(broken)

    with caplog.at_level(logging.ERROR):
        assert await desk.pass_by(301) == 1

    assert await desk.status(good) == "READY"
    assert bad in caplog.text


async def test_a_sweeper_sweeps_at_once_and_whenever_it_is_woken(desk: Desk) -> None:
    id, _lease = await desk.taken()
    cursor = (await desk.api("{ eventCursor }"))["eventCursor"]
    desk.clock.pass_by(301)
    running = Sweeper(desk.gateway.database, interval=3600)
    task = asyncio.create_task(running.run())
    stream = desk.api.follow(
        'subscription ($after: String) { events(after: $after, filter: {topics: ["job:ready"]}) '
        "{ event { context } } }",
        after=cursor,
    )

    try:
        first = await asyncio.wait_for(anext(stream), 10)
        await desk.ack(id)
        desk.clock.pass_by(301)
        running.woken.set()
        second = await asyncio.wait_for(anext(stream), 10)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await stream.aclose()

    assert [item["events"]["event"]["context"]["jobId"] for item in (first, second)] == [id, id]


async def test_answers_are_forgotten_after_a_day(desk: Desk) -> None:
    id = await desk.create(idempotencyKey="the key")
    assert await desk.create(idempotencyKey="the key") == id
    database = desk.gateway.database
    count = select(func.count().label("kept")).select_from(table(Answer))

    for seconds, kept in ((23 * 3600, 1), (2 * 3600, 0)):
        desk.clock.pass_by(seconds)
        await idempotency.forget(database)
        rows = await database.fetch(count, {})
        assert rows[0].kept == kept

    assert await desk.create(idempotencyKey="the key") != id
