"""Mutations made inside a Job: a listener that lost it changes nothing."""

import pytest

from features.jobs.desk import Desk


async def test_what_a_holder_does_under_its_lease_is_the_jobs_act(desk: Desk) -> None:
    id, lease = await desk.taken()
    inside = desk.api.under_lease(f"{id} {lease}")

    await inside.do("updateSpace", "space { id }", id=desk.space, name="Configured")

    [event] = await desk.api.heard("context", topics=["space:updated"])
    assert event["context"]["actorId"] == id


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("completeJob", "LEASE_LOST"),
        ("failJob", "LEASE_LOST"),
        ("cancelJob", "JOB_CANCELED"),
        ("expiry", "LEASE_LOST"),
        ("redelivery", "LEASE_LOST"),
        ("deletion", "LEASE_LOST"),
    ],
)
async def test_a_listener_that_lost_its_job_changes_nothing(
    desk: Desk, ending: str, code: str
) -> None:
    id, lease = await desk.taken()
    match ending:
        case "expiry":
            desk.clock.pass_by(301)
        case "redelivery":
            await desk.pass_by(301)
            await desk.ack(id)
        case "cancelJob":
            await desk.do("cancelJob", id)
        case "deletion":
            await desk.api.do("deleteJob", "deletedId", id=id)
        case _:
            await desk.do(ending, id, lease=lease)
    inside = desk.api.under_lease(f"{id} {lease}")

    refused = await inside.refused("updateSpace", id=desk.space, name="Zombie")

    assert refused == [(code, "")]
    space = await desk.api("query ($id: ID!) { space(id: $id) { name } }", id=desk.space)
    assert space["space"]["name"] == "Acme"


@pytest.mark.parametrize("lease", ["", " ", "nonsense", "jb_1 token", "{job}", "{job} ", "{job} x"])
async def test_a_lease_that_says_nothing_opens_nothing(desk: Desk, lease: str) -> None:
    id, _lease = await desk.taken()
    inside = desk.api.under_lease(lease.format(job=id) or " ")

    refused = await inside.refused("updateSpace", id=desk.space, name="Zombie")

    assert refused == [("LEASE_LOST", "")]


async def test_a_settlement_can_be_repeated_from_inside_the_fence(desk: Desk) -> None:
    id, lease = await desk.taken()
    inside = desk.api.under_lease(f"{id} {lease}")

    for _ in range(2):
        await inside.do("completeJob", "job { id }", id=id, lease=lease)

    assert (await desk.topics(id)).count("job:completed") == 1
