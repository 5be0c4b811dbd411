"""How a Job begins, and which steps are legal."""

from typing import Any

import pytest

from features.jobs.desk import Desk


async def test_a_new_job_is_ready_at_once(desk: Desk) -> None:
    id = await desk.create()

    assert await desk.status(id) == "READY"
    assert await desk.topics(id) == ["job:created", "job:ready"]


async def test_a_job_that_is_triggered_by_hand_waits_to_be_executed(desk: Desk) -> None:
    id = await desk.create(trigger="MANUAL")

    assert await desk.status(id) == "PLANNING"
    assert (await desk.do("executeJob", id))["status"] == "READY"
    assert await desk.topics(id) == ["job:created", "job:updated", "job:ready"]


async def test_a_job_for_later_is_scheduled_until_its_time(desk: Desk) -> None:
    id = await desk.create(runAt="2026-01-01T01:00:00Z")

    assert (await desk.job(id))["availableAt"].startswith("2026-01-01T01:00:00")
    assert await desk.pass_by(3500) == 0
    assert await desk.status(id) == "SCHEDULED"
    assert await desk.pass_by(200) == 1
    assert await desk.status(id) == "READY"
    assert await desk.topics(id) == ["job:created", "job:scheduled", "job:ready"]


async def test_a_job_waits_for_all_of_its_predecessors(desk: Desk) -> None:
    first, first_lease = await desk.taken()
    second, second_lease = await desk.taken()
    id = await desk.create(predecessorIds=[first, second])

    await desk.do("completeJob", first, lease=first_lease)
    assert await desk.status(id) == "WAITING"
    await desk.do("completeJob", second, lease=second_lease)

    assert await desk.status(id) == "READY"


async def test_a_failed_predecessor_holds_its_successor_until_it_is_complete(desk: Desk) -> None:
    first, lease = await desk.taken()
    id = await desk.create(predecessorIds=[first])

    await desk.do("failJob", first, lease=lease)
    assert await desk.status(id) == "WAITING"
    await desk.do("retryJob", first)
    await desk.do("completeJob", first, lease=await desk.ack(first))

    assert await desk.status(id) == "READY"


async def test_a_deleted_predecessor_holds_nobody_up(desk: Desk) -> None:
    first = await desk.create()
    id = await desk.create(predecessorIds=[first])

    await desk.api.do("deleteJob", "deletedId", id=first)

    assert await desk.status(id) == "READY"


async def test_a_released_successor_still_waits_for_its_time(desk: Desk) -> None:
    first, lease = await desk.taken()
    id = await desk.create(predecessorIds=[first], runAt="2026-01-02T00:00:00Z")

    await desk.do("completeJob", first, lease=lease)

    assert await desk.status(id) == "SCHEDULED"


async def test_predecessors_are_of_the_same_space(desk: Desk) -> None:
    other = await Desk.open(desk.api, desk.gateway, desk.clock)
    foreign = await other.create()

    refused = await desk.api.refused(
        "createJob",
        type="SPACE",
        operation="x",
        sourceId=desk.space,
        predecessorIds=[await desk.create(), foreign],
    )

    assert refused == [("NOT_FOUND", "predecessorIds.1")]


async def test_a_deleted_job_is_gone_and_announced(desk: Desk) -> None:
    id = await desk.create()

    await desk.api.do("deleteJob", "deletedId", id=id)

    assert await desk.job(id) is None
    assert await desk.topics(id) == ["job:created", "job:ready", "job:deleted"]


LEGAL = {
    "PLANNING": {"executeJob", "cancelJob"},
    "SCHEDULED": {"cancelJob"},
    "WAITING": {"cancelJob"},
    "READY": {"ackJob", "failJob", "cancelJob"},
    "EXECUTING": {"updateJob", "completeJob", "failJob", "cancelJob", "splitJob"},
    "COMPLETE": {"acknowledgeJobOutcome"},
    "FAILED": {"retryJob", "acknowledgeJobOutcome"},
    "CANCELED": {"cancelJob", "acknowledgeJobOutcome"},
}
STEPS = sorted(set().union(*LEGAL.values()))
LEASED = {"updateJob", "completeJob", "failJob", "splitJob"}


async def put(desk: Desk, status: str) -> tuple[str, str | None]:
    """Make a Job of a status; give its id and the lease of whoever held it last."""
    match status:
        case "PLANNING":
            return await desk.create(trigger="MANUAL"), None
        case "SCHEDULED":
            return await desk.create(runAt="2027-01-01T00:00:00Z"), None
        case "WAITING":
            return await desk.create(predecessorIds=[await desk.create()]), None
        case "READY":
            return await desk.create(), None
    id, lease = await desk.taken()
    settling = {"COMPLETE": "completeJob", "FAILED": "failJob"}
    if status in settling:
        await desk.do(settling[status], id, lease=lease)
    elif status == "CANCELED":
        await desk.do("cancelJob", id)
    return id, lease


@pytest.mark.parametrize("status", LEGAL)
async def test_only_legal_steps_are_taken(desk: Desk, status: str) -> None:
    for step in STEPS:
        id, lease = await put(desk, status)
        assert await desk.status(id) == status
        before = await desk.topics(id)
        input: dict[str, Any] = {"id": id} | ({"lease": lease} if step in LEASED and lease else {})
        if step == "splitJob":
            input["parts"] = 2

        errors = (await desk.api.attempt(step, "", **input))["userErrors"]

        repeated = (status, step) in {("COMPLETE", "completeJob"), ("FAILED", "failJob")}
        if step in LEGAL[status] or repeated:
            assert errors == [], (status, step)
            continue
        wanted = "JOB_CANCELED" if status == "CANCELED" and step in LEASED else "JOB_CONFLICT"
        assert [error["code"] for error in errors] == [wanted], (status, step)
        assert status.lower() in errors[0]["message"]
        assert await desk.topics(id) == before
