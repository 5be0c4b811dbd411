"""Following Jobs live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from features.jobs.desk import Desk
from gqlspaces.app import Gateway
from gqlspaces.kernel.graphql.failures import RequestRefused
from harness import Api

WATCH = """
subscription ($jobId: ID, $spaceId: ID) {
  jobProgress(jobId: $jobId, spaceId: $spaceId) {
    id status progress info attempt outcome { message } parts { part }
  }
}
"""


class Watcher:
    """Somebody who follows Jobs, one state at a time."""

    def __init__(self, stream: AsyncIterator[Any]) -> None:
        self._stream = stream

    async def next(self) -> Any:
        item = await asyncio.wait_for(anext(self._stream), 10)
        return item["jobProgress"]

    async def seen(self, number: int) -> list[tuple[str, int]]:
        states = [await self.next() for _ in range(number)]
        return [(state["status"], state["progress"]) for state in states]

    async def rest(self) -> list[Any]:
        async with asyncio.timeout(10):
            return [item["jobProgress"] async for item in self._stream]


@asynccontextmanager
async def watching(api: Api, **variables: Any) -> AsyncIterator[Watcher]:
    stream = api.follow(WATCH, **variables)
    try:
        yield Watcher(stream)
    finally:
        await stream.aclose()


async def test_a_watcher_sees_the_present_then_every_step_then_the_end(desk: Desk) -> None:
    id = await desk.create()

    async with watching(desk.api, jobId=id) as watcher:
        assert await watcher.seen(1) == [("READY", 0)]
        lease = await desk.ack(id)
        await desk.do("updateJob", id, lease=lease, progress=30, info="building")
        await desk.do("updateJob", id, lease=lease, progress=70)
        await desk.do("completeJob", id, lease=lease, outcome={"message": "Well done"})
        states = await watcher.rest()

    assert [(state["status"], state["progress"]) for state in states] == [
        ("EXECUTING", 0),
        ("EXECUTING", 30),
        ("EXECUTING", 70),
        ("COMPLETE", 100),
    ]
    assert [state["info"] for state in states] == [None, "building", "building", "building"]
    assert [state["outcome"] for state in states] == [None, None, None, {"message": "Well done"}]


async def test_what_was_reported_before_is_not_told_again(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.do("updateJob", id, lease=lease, progress=30)
    await desk.do("updateJob", id, lease=lease, progress=50)

    async with watching(desk.api, jobId=id) as watcher:
        assert await watcher.seen(1) == [("EXECUTING", 50)]
        await desk.do("updateJob", id, lease=lease, progress=60)
        assert await watcher.seen(1) == [("EXECUTING", 60)]


@pytest.mark.parametrize("step", ["completeJob", "failJob", "cancelJob"])
async def test_a_job_that_has_ended_is_shown_once(desk: Desk, step: str) -> None:
    id, lease = await desk.taken()
    await desk.do(step, id, **({} if step == "cancelJob" else {"lease": lease}))

    async with watching(desk.api, jobId=id) as watcher:
        states = await watcher.rest()

    assert [state["id"] for state in states] == [id]


async def test_a_watcher_sees_a_canceled_job_end(desk: Desk) -> None:
    id, _lease = await desk.taken()

    async with watching(desk.api, jobId=id) as watcher:
        await watcher.next()
        await desk.do("cancelJob", id)
        assert [state["status"] for state in await watcher.rest()] == ["CANCELED"]


async def test_a_watcher_sees_an_attempt_lost_and_begun_again(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.do("updateJob", id, lease=lease, progress=80)

    async with watching(desk.api, jobId=id) as watcher:
        await watcher.next()
        await desk.pass_by(301)
        await desk.ack(id, progress=10)
        assert await watcher.seen(2) == [("READY", 0), ("EXECUTING", 10)]


async def test_the_stream_of_a_deleted_job_ends(desk: Desk) -> None:
    id = await desk.create()

    async with watching(desk.api, jobId=id) as watcher:
        await watcher.next()
        await desk.api.do("deleteJob", "deletedId", id=id)
        assert await watcher.rest() == []


async def test_a_watcher_of_a_space_follows_all_of_its_jobs(desk: Desk) -> None:
    first, lease = await desk.taken()
    other = await Desk.open(desk.api, desk.gateway, desk.clock)

    async with watching(desk.api, spaceId=desk.space) as watcher:
        assert (await watcher.next())["id"] == first
        await desk.do("completeJob", first, lease=lease)
        await other.create()
        second = await desk.create()
        states = [await watcher.next() for _ in range(3)]

    assert [(state["id"], state["status"]) for state in states] == [
        (first, "COMPLETE"),
        (second, "CREATED"),
        (second, "READY"),
    ]


async def test_a_watcher_of_an_empty_space_hears_of_its_first_job(desk: Desk) -> None:
    async with watching(desk.api, spaceId=desk.space) as watcher:
        waiting = asyncio.create_task(watcher.next())
        await asyncio.sleep(0)
        id = await desk.create()

        assert (await waiting)["id"] == id


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"jobId": "jb_00000000000000000000000000"}, "NOT_FOUND"),
        ({"jobId": "nonsense"}, "NOT_FOUND"),
        ({"spaceId": "sp_00000000000000000000000000"}, "NOT_FOUND"),
        ({}, "BAD_USER_INPUT"),
        ({"jobId": "a", "spaceId": "b"}, "BAD_USER_INPUT"),
    ],
)
async def test_a_stream_of_nothing_is_refused(
    desk: Desk, variables: dict[str, str], code: str
) -> None:
    async with watching(desk.api, **variables) as watcher:
        with pytest.raises(RequestRefused) as caught:
            await watcher.next()

    assert caught.value.code == code


async def test_a_job_of_another_namespace_looks_unknown(desk: Desk, gateway: Gateway) -> None:
    id = await desk.create()
    key = await desk.api.do(
        "createKey", "token", name="red", scopes=["SPACE_READ"], namespaces=["red"]
    )
    red = await Api.with_key(gateway, key["token"])

    for variables in ({"jobId": id}, {"spaceId": desk.space}):
        async with watching(red, **variables) as watcher:
            with pytest.raises(RequestRefused) as caught:
                await watcher.next()
        assert caught.value.code == "NOT_FOUND"
