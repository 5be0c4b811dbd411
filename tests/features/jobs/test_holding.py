"""Taking Jobs, holding them by leases, and reporting on them."""

import pytest

from features.jobs.desk import Desk


async def test_taking_a_job_starts_an_attempt_under_a_lease(desk: Desk) -> None:
    id = await desk.create()

    payload = await desk.api.do(
        "ackJob",
        "lease leaseExpiresAt job { status attempt progress info holder startedAt }",
        id=id,
        holder="here",
        info="Accepted",
        progress=10,
    )

    job = payload["job"]
    assert (job["status"], job["attempt"], job["progress"]) == ("EXECUTING", 1, 10)
    assert (job["info"], job["holder"]) == ("Accepted", "here")
    assert len(payload["lease"]) >= 32
    assert payload["leaseExpiresAt"] > job["startedAt"]
    assert await desk.topics(id) == ["job:created", "job:ready", "job:updated"]


async def test_a_plain_lease_lasts_five_minutes(desk: Desk) -> None:
    id, lease = await desk.taken()

    desk.clock.pass_by(299)
    await desk.do("updateJob", id, lease=lease)
    desk.clock.pass_by(301)

    assert await desk.api.refused("updateJob", id=id, lease=lease) == [("LEASE_LOST", "lease")]


@pytest.mark.parametrize("seconds", [4, 3601, 0, -1])
async def test_a_lease_lasts_from_five_seconds_to_an_hour(desk: Desk, seconds: int) -> None:
    id = await desk.create()

    refused = await desk.api.refused("ackJob", id=id, leaseSeconds=seconds)

    assert refused == [("INVALID", "leaseSeconds")]


async def test_the_same_holder_acknowledges_again_as_a_heartbeat(desk: Desk) -> None:
    id = await desk.create()
    first = await desk.ack(id, holder="here", leaseSeconds=30)
    desk.clock.pass_by(25)

    second = await desk.ack(id, holder="here", leaseSeconds=30, progress=40)
    desk.clock.pass_by(25)
    job = await desk.do("updateJob", id, lease=first)

    assert first == second
    assert (job["attempt"], job["progress"]) == (1, 40)


async def test_another_holder_is_in_conflict_and_learns_why(desk: Desk) -> None:
    id = await desk.create()
    await desk.ack(id, holder="here")

    errors = (await desk.api.attempt("ackJob", "lease", id=id, holder="there"))["userErrors"]

    assert [(error["code"], error["path"]) for error in errors] == [("JOB_CONFLICT", ["id"])]
    assert errors[0]["message"] == (
        "The Job is executing (attempt 1 of 3, holder here): it cannot be acknowledged now."
    )


async def test_who_gives_no_name_cannot_acknowledge_twice(desk: Desk) -> None:
    id, _lease = await desk.taken()

    assert await desk.api.refused("ackJob", id=id) == [("JOB_CONFLICT", "id")]


async def test_a_holder_whose_lease_ran_out_cannot_acknowledge_it_back(desk: Desk) -> None:
    id = await desk.create()
    await desk.ack(id, holder="here")
    desk.clock.pass_by(301)

    assert await desk.api.refused("ackJob", id=id, holder="here") == [("JOB_CONFLICT", "id")]


@pytest.mark.parametrize("lease", [None, "", "another", "\N{SNOWMAN}", "\ud800", "\x00"])
async def test_only_the_lease_moves_a_held_job(desk: Desk, lease: str | None) -> None:
    id, _held = await desk.taken()

    for step in ("updateJob", "completeJob", "failJob"):
        assert await desk.api.refused(step, id=id, lease=lease) == [("LEASE_LOST", "lease")]
    refused = await desk.api.refused("splitJob", id=id, lease=lease, parts=2)
    assert refused == [("LEASE_LOST", "lease")]
    assert await desk.status(id) == "EXECUTING"


async def test_an_update_reports_and_prolongs_the_lease(desk: Desk) -> None:
    id = await desk.create(metadata={"kept": 1, "dropped": 2})
    lease = await desk.ack(id, leaseSeconds=10)
    desk.clock.pass_by(9)

    await desk.do(
        "updateJob",
        id,
        lease=lease,
        progress=50,
        info="half",
        metadata={"dropped": None, "new": [3]},
        estimatedCompletionAt="2026-01-01T02:00:00+01:00",
    )
    desk.clock.pass_by(9)
    await desk.do("updateJob", id, lease=lease)

    job = await desk.job(id, "progress info metadata estimatedCompletionAt")
    assert (job["progress"], job["info"]) == (50, "half")
    assert job["metadata"] == {"kept": 1, "new": [3]}
    assert job["estimatedCompletionAt"].startswith("2026-01-01T01:00:00")


async def test_null_clears_what_was_reported(desk: Desk) -> None:
    id, lease = await desk.taken(metadata={"a": 1}, info="first")

    await desk.do("updateJob", id, lease=lease, info=None, metadata=None, progress=None)

    assert await desk.job(id, "info metadata progress") == {
        "info": None,
        "metadata": {},
        "progress": 0,
    }


async def test_progress_never_falls_back_within_an_attempt(desk: Desk) -> None:
    id, lease = await desk.taken()

    await desk.do("updateJob", id, lease=lease, progress=50)
    job = await desk.do("updateJob", id, lease=lease, progress=20)

    assert job["progress"] == 50


@pytest.mark.parametrize("progress", [-1, 101])
async def test_progress_outside_its_range_is_refused(desk: Desk, progress: int) -> None:
    id, lease = await desk.taken()

    refused = await desk.api.refused("updateJob", id=id, lease=lease, progress=progress)

    assert refused == [("INVALID", "progress")]


async def test_a_mere_heartbeat_is_no_event(desk: Desk) -> None:
    id, lease = await desk.taken()
    before = await desk.topics(id)

    await desk.do("updateJob", id, lease=lease)
    await desk.do("updateJob", id, lease=lease, progress=0)

    assert await desk.topics(id) == before


CLAIMS = "claims { lease leaseExpiresAt job { id status holder attempt } }"


async def claimed(desk: Desk, **input: object) -> list[str]:
    """Claim Jobs and give their ids."""
    wanted = {"jobs": ["**"], "holder": "here", "limit": 10} | input
    claims = (await desk.api.do("claimJobs", CLAIMS, **wanted))["claims"]
    for claim in claims:
        assert claim["job"]["status"] == "EXECUTING"
        assert claim["job"]["holder"] == "here"
    return [claim["job"]["id"] for claim in claims]


async def test_claims_take_the_oldest_ready_jobs_first(desk: Desk) -> None:
    ids = [await desk.create() for _ in range(4)]
    await desk.create(trigger="MANUAL")

    assert await claimed(desk, limit=3) == ids[:3]
    assert await claimed(desk, limit=3) == ids[3:]
    assert await claimed(desk) == []


async def test_a_claim_holds_like_an_acknowledgement(desk: Desk) -> None:
    id = await desk.create()
    payload = await desk.api.do(
        "claimJobs", CLAIMS, jobs=["space:configure"], holder="here", leaseSeconds=30
    )

    job = await desk.do("completeJob", id, lease=payload["claims"][0]["lease"])

    assert job["status"] == "COMPLETE"


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["space:configure"], ["configure"]),
        (["space:*"], ["configure", "check"]),
        (["*:check", "space:configure"], ["configure", "check"]),
        (["**"], ["configure", "check", "contacts:submit"]),
        (["space:**"], ["configure", "check", "contacts:submit"]),
        (["*"], []),
        (["workbook:configure"], []),
    ],
)
async def test_claims_match_names_as_listeners_do(
    desk: Desk, patterns: list[str], expected: list[str]
) -> None:
    operations = ["configure", "check", "contacts:submit"]
    ids = {await desk.create(operation=operation): operation for operation in operations}

    assert [ids[id] for id in await claimed(desk, jobs=patterns)] == expected


async def test_claims_can_be_limited_to_namespaces(desk: Desk) -> None:
    await desk.api.do("updateSpace", "space { id }", id=desk.space, namespace="green")
    green = await desk.create()
    other = await Desk.open(desk.api, desk.gateway, desk.clock)
    plain = await other.create()

    assert await claimed(desk, namespaces=["space:red"]) == []
    assert await claimed(desk, namespaces=["space:red", "*:gr*"]) == [green]
    assert await claimed(desk) == [plain]
    assert (await desk.job(green, "namespaces"))["namespaces"] == ["space:green"]


@pytest.mark.parametrize(
    ("input", "refused"),
    [
        ({"jobs": []}, ("REQUIRED", "jobs")),
        ({"holder": ""}, ("REQUIRED", "holder")),
        ({"holder": "x" * 256}, ("TOO_LONG", "holder")),
        ({"limit": 0}, ("INVALID", "limit")),
        ({"limit": 101}, ("INVALID", "limit")),
        ({"leaseSeconds": 1}, ("INVALID", "leaseSeconds")),
    ],
)
async def test_a_claim_out_of_bounds_is_refused(
    desk: Desk, input: dict[str, object], refused: tuple[str, str]
) -> None:
    wanted = {"jobs": ["**"], "holder": "here"} | input

    assert await desk.api.refused("claimJobs", **wanted) == [refused]
