"""What happens when several callers want the same Job at the same moment."""

import asyncio
from typing import Any

import pytest

from features.jobs.desk import Desk


async def codes(desk: Desk, *attempts: tuple[str, dict[str, Any]]) -> list[str]:
    """Attempt mutations all at once; give the code of each refusal, or an empty text."""
    payloads = await asyncio.gather(
        *(desk.api.attempt(mutation, "", **input) for mutation, input in attempts)
    )
    errors = [payload["userErrors"] for payload in payloads]
    return [found[0]["code"] if found else "" for found in errors]


async def test_of_many_listeners_one_takes_a_job(desk: Desk) -> None:
    for _ in range(5):
        id = await desk.create()

        found = await codes(
            desk, *(("ackJob", {"id": id, "holder": f"replica {n}"}) for n in range(12))
        )

        assert sorted(found) == ["", *["JOB_CONFLICT"] * 11]
        assert (await desk.job(id))["attempt"] == 1


async def test_claims_at_the_same_moment_share_the_jobs_out(desk: Desk) -> None:
    ids = [await desk.create() for _ in range(24)]

    async def claim(holder: str) -> list[str]:
        found: list[str] = []
        while True:
            payload = await desk.api.do(
                "claimJobs", "claims { job { id } }", jobs=["**"], holder=holder, limit=3
            )
            if not payload["claims"]:
                return found
            found += [claim["job"]["id"] for claim in payload["claims"]]

    claimed = await asyncio.gather(*(claim(f"replica {n}") for n in range(6)))

    assert sorted(id for found in claimed for id in found) == sorted(ids)
    for id in ids:
        assert (await desk.job(id, "attempt"))["attempt"] == 1


async def test_a_job_that_is_completed_and_canceled_at_once_ends_one_way(desk: Desk) -> None:
    for _ in range(5):
        id, lease = await desk.taken()

        completed, canceled = await codes(
            desk, ("completeJob", {"id": id, "lease": lease}), ("cancelJob", {"id": id})
        )

        status = await desk.status(id)
        assert (completed, canceled, status) in {
            ("", "JOB_CONFLICT", "COMPLETE"),
            ("JOB_CANCELED", "", "CANCELED"),
        }


async def test_a_job_settled_twice_at_once_is_settled_once(desk: Desk) -> None:
    id, lease = await desk.taken()

    found = await codes(desk, *[("completeJob", {"id": id, "lease": lease})] * 6)

    assert found == [""] * 6
    assert (await desk.topics(id)).count("job:completed") == 1


@pytest.mark.parametrize("parallel", [True, False])
async def test_the_last_parts_see_each_other_end(desk: Desk, parallel: bool) -> None:
    id, lease = await desk.taken()
    made = await desk.api.do(
        "splitJob", "parts { id }", id=id, lease=lease, parts=6, runInParallel=parallel
    )
    parts = [part["id"] for part in made["parts"]]

    assert await codes(desk, *(("cancelJob", {"id": part}) for part in parts)) == [""] * 6

    told = await desk.api.heard("payload", jobId=id, topics=["job:parts-completed"])
    assert [event["payload"]["parts"]["canceled"] for event in told] == [6]


async def test_the_last_predecessors_see_each_other_end(desk: Desk) -> None:
    for _ in range(4):
        held = [await desk.taken() for _ in range(3)]
        id = await desk.create(predecessorIds=[job for job, _lease in held])

        found = await codes(
            desk, *(("completeJob", {"id": job, "lease": lease}) for job, lease in held)
        )

        assert found == ["", "", ""]
        assert await desk.status(id) == "READY"


async def test_a_job_made_while_its_predecessor_ends_is_not_forgotten(desk: Desk) -> None:
    for _ in range(4):
        before, lease = await desk.taken()
        wanted = {
            "type": "SPACE",
            "operation": "after",
            "sourceId": desk.space,
            "predecessorIds": [before],
        }

        await codes(desk, ("createJob", wanted), ("completeJob", {"id": before, "lease": lease}))

    document = '{ jobs(filter: {operation: "after"}) { edges { node { status } } } }'
    jobs = (await desk.api(document))["jobs"]["edges"]
    assert [edge["node"]["status"] for edge in jobs] == ["READY"] * 4
