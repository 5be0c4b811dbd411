"""Of all that may keep a Job from being taken, the nearest is named."""

from features.diagnosing import diagnosed, handler, the_fault, waiting_job
from features.listening import CONFIGURE, introduced
from features.structure import limited
from gqlspaces.app import Gateway
from harness import Api


async def test_the_nearest_handler_is_named_not_one_that_only_watches(api: Api) -> None:
    wrong = handler(filters=[{"job": "Space:Configure"}])
    async with introduced(api, "audit", {"on": ["**"]}), introduced(api, "here", wrong):
        await waiting_job(api)
        fault = await the_fault(api)
    assert fault["code"] == "CAPITAL_LETTERS"
    assert "`here` comes nearest" in fault["title"]


async def test_replicas_are_named_once(api: Api) -> None:
    wrong = handler(filters=[{"job": "Space:Configure"}])
    async with introduced(api, "one", wrong), introduced(api, "two", wrong):
        await waiting_job(api)
        fault = await the_fault(api)
    assert "(and 1 like it)" in fault["title"]


async def test_a_listener_that_was_replaced_is_no_fault(api: Api, gateway: Gateway) -> None:
    old = await limited(api, gateway, name="old", scopes=["EVENT_READ", "JOB_WORK"])
    async with introduced(old, "before", CONFIGURE):
        pass
    await api.do("revokeKey", "key { id }", id=old.principal.key_id)
    async with introduced(api, "after", CONFIGURE):
        assert await diagnosed(api) == []


async def test_jobs_of_several_namespaces_are_told_each(api: Api) -> None:
    green = handler(namespaces=[["space:green"]])
    async with introduced(api, "here", green):
        await waiting_job(api, namespace="red")
        await waiting_job(api, namespace="blue")
        found = await diagnosed(api)
    assert [one["code"] for one in found] == ["WRONG_NAMESPACE", "WRONG_NAMESPACE"]


async def test_the_same_mistake_of_two_programs_is_told_of_each(api: Api) -> None:
    wrong = {"on": ["Commit:Created"]}
    async with introduced(api, "one", wrong), introduced(api, "two", wrong, CONFIGURE):
        found = await diagnosed(api)
    assert [one["code"] for one in found] == ["CAPITAL_LETTERS", "CAPITAL_LETTERS"]
    assert {one["subject"]["name"] for one in found} == {"one", "two"}
