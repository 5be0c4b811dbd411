"""Ending Jobs: once, and with an answer that can be asked for again."""

import pytest

from features.jobs.desk import Desk
from features.jobs.test_configuration import NEXT
from gqlspaces.features.jobs.service.steps import Chance, backoff


async def test_a_completed_job_tells_its_outcome(desk: Desk) -> None:
    id, lease = await desk.taken()

    job = await desk.do(
        "completeJob",
        id,
        lease=lease,
        info="done",
        outcome={"message": "Well done", "acknowledge": True},
        result={"rows": 3},
    )

    assert (job["status"], job["progress"], job["info"]) == ("COMPLETE", 100, "done")
    assert job["outcome"] == {"message": "Well done", "acknowledge": True}
    assert job["leaseExpiresAt"] is None
    assert job["finishedAt"] is not None
    assert (await desk.job(id, "result"))["result"] == {"rows": 3}
    assert (await desk.topics(id))[-1] == "job:completed"


@pytest.mark.parametrize("step", ["completeJob", "failJob"])
async def test_a_settlement_whose_answer_was_lost_gives_the_first_answer(
    desk: Desk, step: str
) -> None:
    id, lease = await desk.taken()

    first = await desk.do(step, id, lease=lease, info="first")
    again = await desk.do(step, id, lease=lease, info="again")

    assert first == again
    assert (await desk.topics(id)).count(
        {"completeJob": "job:completed", "failJob": "job:failed"}[step]
    ) == 1


async def test_giving_a_job_back_can_be_repeated_even_when_another_has_it(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.do("failJob", id, lease=lease, retry=True)
    await desk.pass_by(60)
    await desk.ack(id)

    job = await desk.do("failJob", id, lease=lease, retry=True)

    assert (job["status"], job["attempt"]) == ("EXECUTING", 2)


@pytest.mark.parametrize(
    ("first", "second"), [("completeJob", "failJob"), ("failJob", "completeJob")]
)
async def test_a_job_ends_only_one_way(desk: Desk, first: str, second: str) -> None:
    id, lease = await desk.taken()
    ended = await desk.do(first, id, lease=lease)

    assert await desk.api.refused(second, id=id, lease=lease) == [("JOB_CONFLICT", "id")]
    assert (await desk.job(id))["status"] == ended["status"]


async def test_a_ready_job_may_be_failed_without_a_lease_and_for_good(desk: Desk) -> None:
    id = await desk.create()

    job = await desk.do("failJob", id, retry=True, outcome={"message": "No"})

    assert (job["status"], job["outcome"]["message"]) == ("FAILED", "No")


async def test_an_attempt_given_back_is_tried_again_after_a_while(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.do("updateJob", id, lease=lease, progress=70)

    job = await desk.do("failJob", id, lease=lease, retry=True, info="busy")

    assert (job["status"], job["progress"], job["info"]) == ("SCHEDULED", 0, "busy")
    assert job["holder"] is None
    assert job["finishedAt"] is None
    assert await desk.pass_by(7) == 0
    assert await desk.pass_by(6) == 1
    assert (await desk.topics(id))[-2:] == ["job:scheduled", "job:ready"]


async def test_the_last_attempt_given_back_has_failed(desk: Desk) -> None:
    id = await desk.create(maxAttempts=2)
    await desk.do("failJob", id, lease=await desk.ack(id), retry=True)
    await desk.pass_by(60)

    job = await desk.do("failJob", id, lease=await desk.ack(id), retry=True)

    assert (job["status"], job["attempt"]) == ("FAILED", 2)
    assert (await desk.topics(id)).count("job:failed") == 1


def test_each_wait_is_twice_the_one_before_up_to_ten_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Chance, "fraction", staticmethod(lambda: 0.5))
    waits = [backoff(attempt).total_seconds() for attempt in (1, 2, 3, 6, 7, 8, 90)]
    assert waits == [10, 20, 40, 320, 600, 600, 600]

    monkeypatch.setattr(Chance, "fraction", staticmethod(lambda: 0.0))
    assert backoff(1).total_seconds() == 8
    monkeypatch.setattr(Chance, "fraction", staticmethod(lambda: 1.0))
    assert backoff(1).total_seconds() == 12


async def test_a_canceled_job_tells_its_holder_to_stop(desk: Desk) -> None:
    id, lease = await desk.taken()

    job = await desk.do("cancelJob", id, info="not wanted")

    assert (job["status"], job["info"], job["leaseExpiresAt"]) == ("CANCELED", "not wanted", None)
    assert (await desk.topics(id))[-1] == "job:updated"
    for step in ("updateJob", "completeJob", "failJob"):
        assert await desk.api.refused(step, id=id, lease=lease) == [("JOB_CANCELED", "id")]


async def test_a_retried_job_begins_again_under_its_id_with_all_attempts(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.do("failJob", id, lease=lease, outcome={"message": "No"}, info="bad")

    job = await desk.do("retryJob", id)

    assert (job["id"], job["status"], job["attempt"], job["progress"]) == (id, "READY", 0, 0)
    assert job["outcome"] is job["info"] is job["finishedAt"] is job["startedAt"] is None
    await desk.do("completeJob", id, lease=await desk.ack(id))
    assert [topic for topic in await desk.topics(id) if topic != "job:updated"] == [
        "job:created",
        "job:ready",
        "job:failed",
        "job:ready",
        "job:completed",
    ]


async def test_a_job_whose_outcome_offers_it_is_retried_although_it_is_complete(
    desk: Desk,
) -> None:
    id, lease = await desk.taken()
    again = {"message": "3 rows were skipped", "next": {"type": "retry", "label": "Again"}}
    await desk.do("completeJob", id, lease=lease, outcome=again)
    await desk.do("acknowledgeJobOutcome", id)

    await desk.do("retryJob", id)

    assert (await desk.job(id, "outcomeAcknowledgedAt"))["outcomeAcknowledgedAt"] is None
    await desk.do("completeJob", id, lease=await desk.ack(id))
    assert await desk.api.refused("retryJob", id=id) == [("JOB_CONFLICT", "id")]
    assert (await desk.topics(id)).count("job:completed") == 2


async def test_an_outcome_is_acknowledged_once(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.do("completeJob", id, lease=lease, outcome={"acknowledge": True})

    for _ in range(2):
        await desk.do("acknowledgeJobOutcome", id)

    assert (await desk.topics(id)).count("job:outcome-acknowledged") == 1
    assert (await desk.job(id, "outcomeAcknowledgedAt"))["outcomeAcknowledgedAt"] is not None


@pytest.mark.parametrize(
    ("mode", "told"),
    [("FOREGROUND", True), ("TOOLBAR_BLOCKING", True), ("BACKGROUND", False), ("HIDDEN", False)],
)
async def test_an_acknowledgement_is_told_where_the_job_was_shown(
    desk: Desk, mode: str, told: bool
) -> None:
    id, lease = await desk.taken(mode=mode, input={"a": 1})
    await desk.do("completeJob", id, lease=lease, info="done")

    await desk.do("acknowledgeJobOutcome", id)

    events = await desk.api.heard("context payload", jobId=id, topics=["job:outcome-acknowledged"])
    assert len(events) == told
    for event in events:
        assert event["payload"]["status"] == "complete"
        assert (event["payload"]["info"], event["payload"]["input"]) == ("done", {"a": 1})
        assert event["context"]["actorId"] == desk.api.principal.key_id


async def test_an_outcome_is_acknowledged_when_there_is_one(desk: Desk) -> None:
    id, _lease = await desk.taken()

    assert await desk.api.refused("acknowledgeJobOutcome", id=id) == [("JOB_CONFLICT", "id")]


async def test_an_outcome_that_cannot_be_shown_leaves_the_job_as_it_was(desk: Desk) -> None:
    id, lease = await desk.taken()
    step = {"type": "url", "url": "javascript:1"}

    refused = await desk.api.refused("completeJob", id=id, lease=lease, outcome={"next": step})

    assert refused == [("INVALID", "outcome.next.url")]
    assert await desk.status(id) == "EXECUTING"


async def test_every_kind_of_next_step_is_shown_as_it_was_given(desk: Desk) -> None:
    for number, step in enumerate(NEXT):
        id, lease = await desk.taken()
        ending = ("completeJob", "failJob")[number % 2]
        await desk.do(ending, id, lease=lease, outcome={"next": step})

        assert (await desk.job(id, "outcome { next }"))["outcome"] == {"next": step}


async def test_the_whole_outcome_is_kept(desk: Desk) -> None:
    id, lease = await desk.taken()
    outcome = {
        "acknowledge": True,
        "heading": "Done",
        "message": "All **well**",
        "buttonText": "Close",
        "hideDefaultButton": True,
        "trigger": {"type": "automatic", "audience": "all"},
        "next": {"type": "view", "sheetId": "sh_1", "hiddenColumns": ["email"]},
    }

    await desk.do("completeJob", id, lease=lease, outcome=outcome)

    selection = "outcome { acknowledge heading message buttonText hideDefaultButton trigger next }"
    assert (await desk.job(id, selection))["outcome"] == outcome
