"""What listeners hear of Jobs (domain reference 2.10)."""

from features.jobs.desk import Desk
from gqlspaces.features.jobs.topics import CATALOGUE


async def test_an_event_tells_what_the_job_is_and_where(desk: Desk) -> None:
    await desk.api.do("updateSpace", "space { id }", id=desk.space, namespace="red")
    id = await desk.create(input={"reason": "test"}, info="Please")

    created, ready = await desk.api.heard(
        "topic domain namespaces context payload origin", jobId=id
    )

    payload = {
        "domain": "space",
        "operation": "configure",
        "job": "space:configure",
        "isPart": False,
        "progress": 0,
        "attempt": 0,
        "info": "Please",
        "input": {"reason": "test"},
    }
    assert created["payload"] == payload | {"status": "created"}
    assert ready["payload"] == payload | {"status": "ready"}
    assert ready["topic"] == "job:ready"
    assert ready["domain"] == "job"
    assert ready["namespaces"] == ["space:red"]
    context = ready["context"]
    assert (context["jobId"], context["spaceId"]) == (id, desk.space)
    assert context["actorId"] == desk.api.principal.key_id
    assert ready["origin"]["id"] == desk.space


async def test_what_was_not_said_is_not_in_the_payload(desk: Desk) -> None:
    id = await desk.create()

    [event] = await desk.api.heard("payload", jobId=id, topics=["job:ready"])

    assert not {"info", "input", "parts"} & set(event["payload"])


async def test_each_report_is_heard_with_its_progress(desk: Desk) -> None:
    id, lease = await desk.taken()
    for progress in (10, 20, 90):
        await desk.do("updateJob", id, lease=lease, progress=progress, info=f"at {progress}")

    events = await desk.api.heard("payload", jobId=id, topics=["job:updated"])

    told = [(event["payload"]["progress"], event["payload"].get("info")) for event in events]
    assert told == [(0, None), (10, "at 10"), (20, "at 20"), (90, "at 90")]
    assert {event["payload"]["status"] for event in events} == {"executing"}
    assert {event["payload"]["attempt"] for event in events} == {1}


async def test_the_end_of_a_job_is_one_event(desk: Desk) -> None:
    id, lease = await desk.taken()
    before = len(await desk.topics(id))

    await desk.do("completeJob", id, lease=lease, info="done", outcome={"message": "x"})

    assert (await desk.topics(id))[before:] == ["job:completed"]


async def test_a_lease_is_never_heard(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.do("completeJob", id, lease=lease)

    events = await desk.api.heard("context payload", jobId=id)

    assert lease not in str(events)


async def test_every_topic_is_described(desk: Desk) -> None:
    id, lease = await desk.taken()
    await desk.api.do("splitJob", "job { id }", id=id, lease=lease, parts=1)
    parts = (await desk.job(id, "parts { id }"))["parts"]
    await desk.do("completeJob", parts[0]["id"], lease=await desk.ack(parts[0]["id"]))
    await desk.do("failJob", id, lease=lease)
    await desk.do("acknowledgeJobOutcome", id)
    await desk.create(runAt="2027-01-01T00:00:00Z")
    await desk.api.do("deleteJob", "deletedId", id=id)

    heard = {topic for topic in await desk.api.topics() if topic.startswith("job:")}

    assert heard == set(CATALOGUE)
