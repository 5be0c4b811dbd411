"""However much there is, a diagnosis is right, and looks closely only at a part of it."""

from typing import Any

from features.diagnosing import diagnosed, handler, the_fault, waiting_job
from features.listening import CONFIGURE, introduced
from features.structure import new_space
from gqlspaces.features.columns import checked
from gqlspaces.features.listeners.introduction import ListenerConfig
from harness import Api

EXPLAIN = """query ($event: JSON, $listener: String) {
  explainMatch(event: $event, listener: $listener) { matches }
}"""


async def come(api: Api, name: str, *registrations: dict[str, Any]) -> None:
    """Let a listener be connected until the test ends."""
    said = {"name": name, "registrations": list(registrations)}
    await api.gateway.presence.arrive(api.principal, checked(ListenerConfig, said), {})


async def many_handlers(api: Api) -> None:
    """Let 210 listeners be connected that have 1050 handlers together, none of them for Jobs."""
    for number in range(210):
        await come(api, f"many {number}", *[{"on": [f"space:*{number}"]}] * 5)


async def test_a_job_is_taken_by_whichever_listener_there_is(api: Api) -> None:
    async with introduced(api, "here", CONFIGURE):
        await many_handlers(api)
        await waiting_job(api)
        assert "NOBODY_TAKES" not in {one["code"] for one in await diagnosed(api)}


async def test_a_listener_is_explained_however_many_there_are(api: Api) -> None:
    async with introduced(api, "here", {"on": ["space:created"]}):
        await many_handlers(api)
        event = {"topic": "space:created"}
        told = await api(EXPLAIN, event=event, listener="here")
    assert told == {"explainMatch": [{"matches": True}]}


async def test_only_so_many_jobs_are_told_with_a_cause(api: Api) -> None:
    others = [{"on": ["space:created"]}] * 499
    async with (
        introduced(api, "here", *others, handler(namespaces=[["space:green"]], filters=[])),
        introduced(api, "there", *others, {"on": ["space:deleted"]}),
    ):
        space = await new_space(api, namespace="red")
        for number in range(8):
            work = {"type": "SPACE", "sourceId": space, "operation": f"do{number}"}
            await api.do("createJob", "job { id }", **work)
        codes = [one["code"] for one in await diagnosed(api)]
    assert codes == ["WRONG_NAMESPACE"] * 5 + ["NOBODY_TAKES"] * 3


async def test_parts_that_wait_for_each_other_hide_no_job(api: Api) -> None:
    async with introduced(api, "here", handler(filters=[{"job": "space:first"}])):
        space = await new_space(api)
        work = {"type": "SPACE", "sourceId": space}
        first = (await api.do("createJob", "job { id }", **work, operation="first"))["job"]["id"]
        lease = (await api.do("ackJob", "lease", id=first, holder="here"))["lease"]
        await api.do("splitJob", "job { id }", id=first, lease=lease, parts=600)
        await api.do("createJob", "job { id }", **work, operation="second")
        fault = await the_fault(api)
    assert (fault["code"], fault["subject"]["name"]) == ("NOBODY_TAKES", "space:second")


async def test_a_job_does_not_wait_for_one_that_was_deleted(api: Api) -> None:
    async with introduced(api, "here", handler(filters=[])):
        space = await new_space(api)
        work = {"type": "SPACE", "sourceId": space}
        before = [
            (await api.do("createJob", "job { id }", **work, operation=name))["job"]["id"]
            for name in ("first", "second")
        ]
        await api.do("createJob", "job { id }", **work, operation="next", predecessorIds=before)
        await api.do("deleteJob", "deletedId", id=before[0])
        assert await diagnosed(api) == []
