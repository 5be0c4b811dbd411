"""Jobs that are cut into parts."""

from typing import Any

from features.jobs.desk import Desk

PARTS = "parts { id status part partData isPart name input parent { id } }"


async def split(desk: Desk, parts: Any, **input: Any) -> tuple[str, str, list[Any]]:
    """Make a Job, take it and cut it; give its id, its lease and its parts."""
    id, lease = await desk.taken(input={"a": 1})
    made = await desk.api.do("splitJob", PARTS, id=id, lease=lease, parts=parts, **input)
    return id, lease, made["parts"]


async def statuses(desk: Desk, id: str) -> list[str]:
    return [part["status"] for part in (await desk.job(id, PARTS))["parts"]]


async def finish(desk: Desk, part: str, step: str = "completeJob") -> None:
    if step == "cancelJob":
        await desk.do(step, part)
    else:
        await desk.do(step, part, lease=await desk.ack(part))


async def told(desk: Desk, id: str) -> list[Any]:
    """Give what the Job was told of its parts' end."""
    events = await desk.api.heard("payload", jobId=id, topics=["job:parts-completed"])
    return [event["payload"]["parts"] for event in events]


async def test_parts_are_jobs_of_the_same_name(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 3, runInParallel=True)

    assert [part["part"] for part in parts] == [0, 1, 2]
    assert [part["partData"] for part in parts] == [{"part": 0}, {"part": 1}, {"part": 2}]
    for part in parts:
        assert (part["name"], part["isPart"], part["input"]) == ("space:configure", True, {"a": 1})
        assert part["parent"] == {"id": id}
        assert await desk.topics(part["id"]) == ["job:created", "job:ready"]
    [event] = await desk.api.heard("payload", jobId=parts[0]["id"], topics=["job:ready"])
    assert event["payload"]["isPart"] is True


async def test_parts_in_sequence_become_ready_one_after_the_other(desk: Desk) -> None:
    id, _lease, parts = await split(desk, [{"from": 1}, {"from": 9}, {"from": 20}])

    assert [part["partData"] for part in parts] == [{"from": 1}, {"from": 9}, {"from": 20}]
    assert await statuses(desk, id) == ["READY", "WAITING", "WAITING"]
    await finish(desk, parts[0]["id"])
    assert await statuses(desk, id) == ["COMPLETE", "READY", "WAITING"]
    await finish(desk, parts[1]["id"], "failJob")
    assert await statuses(desk, id) == ["COMPLETE", "FAILED", "READY"]
    assert await told(desk, id) == []
    await finish(desk, parts[2]["id"])
    assert await told(desk, id) == [{"total": 3, "completed": 2, "failed": 1, "canceled": 0}]


async def test_the_job_is_told_once_when_the_last_part_has_ended(desk: Desk) -> None:
    id, lease, parts = await split(desk, 3, runInParallel=True)

    for part, step in zip(parts, ["cancelJob", "failJob", "completeJob"], strict=True):
        await finish(desk, part["id"], step)

    assert await told(desk, id) == [{"total": 3, "completed": 1, "failed": 1, "canceled": 1}]
    assert (await desk.do("completeJob", id, lease=lease))["status"] == "COMPLETE"
    assert (await desk.job(id, "partsResult"))["partsResult"]["total"] == 3


async def test_the_progress_of_a_job_goes_along_with_its_parts(desk: Desk) -> None:
    id, lease, parts = await split(desk, 4, runInParallel=True)
    await desk.do("updateJob", id, lease=lease, progress=30)

    progress = []
    for part, step in zip(
        parts, ["completeJob", "failJob", "cancelJob", "completeJob"], strict=True
    ):
        await finish(desk, part["id"], step)
        progress.append((await desk.job(id))["progress"])

    assert progress == [30, 49, 74, 99]


async def test_the_lease_of_a_split_job_lasts_until_its_parts_have_ended(desk: Desk) -> None:
    id, lease, parts = await split(desk, 1)

    assert (await desk.job(id))["leaseExpiresAt"] is None
    await desk.pass_by(10_000)
    await desk.do("updateJob", id, lease=lease, progress=10, leaseSeconds=30)
    assert await desk.pass_by(10_000) == 0
    await finish(desk, parts[0]["id"])

    assert (await desk.job(id))["leaseExpiresAt"] is not None
    assert await desk.pass_by(31) == 1
    assert await desk.status(id) == "READY"


async def test_a_job_whose_parts_are_all_deleted_is_told_that_none_is_left(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 2)

    for part in parts:
        await desk.api.do("deleteJob", "deletedId", id=part["id"])

    assert await told(desk, id) == [{"total": 0, "completed": 0, "failed": 0, "canceled": 0}]
    assert (await desk.job(id))["leaseExpiresAt"] is not None


async def test_a_retried_job_begins_its_failed_parts_again_in_their_order(desk: Desk) -> None:
    id, lease, parts = await split(desk, 3)
    for part, step in zip(parts, ["failJob", "completeJob", "failJob"], strict=True):
        await finish(desk, part["id"], step)
    await desk.do("failJob", id, lease=lease, outcome={"next": {"type": "retry"}})

    await desk.do("retryJob", id)

    assert await desk.status(id) == "READY"
    assert await statuses(desk, id) == ["READY", "COMPLETE", "WAITING"]
    lease = await desk.ack(id)
    assert (await desk.job(id))["leaseExpiresAt"] is None, "its parts are at work"
    for part in (parts[0], parts[2]):
        await finish(desk, part["id"])
    assert (await told(desk, id))[-1] == {"total": 3, "completed": 3, "failed": 0, "canceled": 0}
    assert (await desk.do("completeJob", id, lease=lease))["status"] == "COMPLETE"


async def test_a_retried_job_whose_parts_ended_well_keeps_them(desk: Desk) -> None:
    id, lease, parts = await split(desk, 1)
    await finish(desk, parts[0]["id"])
    await desk.do("failJob", id, lease=lease)

    await desk.do("retryJob", id)

    assert await statuses(desk, id) == ["COMPLETE"]
    assert (await desk.job(id, "partsResult"))["partsResult"]["completed"] == 1


async def test_a_retried_job_goes_on_with_parts_that_nobody_began(desk: Desk) -> None:
    id, lease, parts = await split(desk, 2)
    part_lease = await desk.ack(parts[0]["id"])
    await desk.do("failJob", id, lease=lease)
    await desk.do("completeJob", parts[0]["id"], lease=part_lease)
    assert await statuses(desk, id) == ["COMPLETE", "WAITING"]

    await desk.do("retryJob", id)

    assert await statuses(desk, id) == ["COMPLETE", "READY"]


async def test_a_retried_job_knows_how_its_parts_ended_meanwhile(desk: Desk) -> None:
    id, lease, parts = await split(desk, 1)
    await finish(desk, parts[0]["id"], "failJob")
    await desk.do("failJob", id, lease=lease)
    await desk.do("retryJob", parts[0]["id"])
    await finish(desk, parts[0]["id"])

    await desk.do("retryJob", id)

    assert (await desk.job(id, "partsResult"))["partsResult"]["failed"] == 0


async def test_a_retried_job_does_not_wait_for_parts_that_ended_unheard(desk: Desk) -> None:
    id, lease, parts = await split(desk, 1)
    part_lease = await desk.ack(parts[0]["id"])
    await desk.do("failJob", id, lease=lease)
    await desk.do("completeJob", parts[0]["id"], lease=part_lease)

    await desk.do("retryJob", id)

    await desk.ack(id)
    assert (await desk.job(id))["leaseExpiresAt"] is not None, "else it were held for ever"


async def test_a_part_that_is_deleted_counts_no_more(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 2, runInParallel=True)
    await finish(desk, parts[0]["id"])

    await desk.api.do("deleteJob", "deletedId", id=parts[1]["id"])

    assert await told(desk, id) == [{"total": 1, "completed": 1, "failed": 0, "canceled": 0}]


async def test_a_retried_part_is_told_of_again(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 1)
    await finish(desk, parts[0]["id"], "failJob")

    await desk.do("retryJob", parts[0]["id"])
    assert (await desk.job(id, "partsResult"))["partsResult"] is None
    await finish(desk, parts[0]["id"])

    assert [end["failed"] for end in await told(desk, id)] == [1, 0]


async def test_a_retried_part_in_sequence_waits_for_the_one_at_work(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 2)
    await finish(desk, parts[0]["id"], "failJob")

    await desk.do("retryJob", parts[0]["id"])

    assert await statuses(desk, id) == ["WAITING", "READY"]
    await finish(desk, parts[1]["id"])
    assert await statuses(desk, id) == ["READY", "COMPLETE"]


async def test_canceling_a_job_cancels_its_open_parts(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 3, runInParallel=True)
    await finish(desk, parts[0]["id"])
    lease = await desk.ack(parts[1]["id"])

    await desk.do("cancelJob", id)

    assert await statuses(desk, id) == ["COMPLETE", "CANCELED", "CANCELED"]
    refused = await desk.api.refused("completeJob", id=parts[1]["id"], lease=lease)
    assert refused == [("JOB_CANCELED", "id")]
    assert await told(desk, id) == []


async def test_deleting_a_job_deletes_its_parts(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 2)

    await desk.api.do("deleteJob", "deletedId", id=id)

    assert await desk.job(parts[0]["id"]) is None


async def test_what_waits_for_a_part_begins_when_it_is_deleted_with_its_job(desk: Desk) -> None:
    id, _lease, parts = await split(desk, 2)
    other = await desk.create(operation="other")
    after = await desk.create(operation="next", predecessorIds=[parts[1]["id"]])
    later = await desk.create(operation="later", predecessorIds=[parts[1]["id"], other])

    await desk.api.do("deleteJob", "deletedId", id=id)

    assert await desk.status(after) == "READY"
    assert await desk.status(later) == "WAITING"


async def test_a_job_is_split_once(desk: Desk) -> None:
    id, lease, _parts = await split(desk, 2)

    refused = await desk.api.refused("splitJob", id=id, lease=lease, parts=2)

    assert refused == [("JOB_CONFLICT", "id")]


async def test_parts_that_make_no_sense_leave_the_job_whole(desk: Desk) -> None:
    id, lease = await desk.taken()

    refused = await desk.api.refused("splitJob", id=id, lease=lease, parts=[{}, 1])

    assert refused == [("INVALID", "parts.1")]
    assert (await desk.job(id, PARTS))["parts"] == []
