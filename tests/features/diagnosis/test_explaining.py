"""Why an event was heard or not is told handler by handler, and to nobody who may not know."""

from typing import Any

import pytest

from features.listening import CONFIGURE, introduced
from features.structure import limited, new_space
from gqlspaces.app import Gateway
from harness import Api

EXPLAIN = """
query (
  $eventId: ID, $event: JSON, $listener: String
  $on: [String!], $filter: JSON, $namespaces: [String!]
) {
  explainMatch(
    eventId: $eventId, event: $event, listener: $listener
    on: $on, filter: $filter, namespaces: $namespaces
  ) { matches on works checks { part key wanted found matches told hint } }
}
"""
READY = {
    "topic": "job:ready",
    "domain": "job",
    "namespaces": ["space:red"],
    "payload": {"job": "space:configure"},
}


async def explained(api: Api, **question: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api(EXPLAIN, **question))["explainMatch"]
    return found


async def refused(api: Api, **question: Any) -> tuple[str, Any]:
    result = await api.run(EXPLAIN, **question)
    assert result.errors is not None
    extensions = result.errors[0].extensions or {}
    return extensions["code"], extensions.get("path")


async def ready_event(api: Api, **space: Any) -> str:
    await api.do("createSpace", "space { id }", **{"name": "Acme"} | space)
    event: str = (await api.heard("id", topics=["job:ready"]))[-1]["id"]
    return event


async def test_a_question_is_answered_without_a_listener(api: Api) -> None:
    [told] = await explained(
        api, event=READY, on=["job:*"], filter={"job": "*"}, namespaces=["space:red", "space:blue"]
    )
    assert (told["matches"], told["on"], told["works"]) == (False, ["job:*"], False)
    assert told["checks"] == [
        {
            "part": "TOPIC",
            "key": None,
            "wanted": ["job:*"],
            "found": ["job:ready"],
            "matches": True,
            "told": "Asks for the topic `job:*`; the event has it.",
            "hint": None,
        },
        {
            "part": "NAMESPACE",
            "key": None,
            "wanted": ["space:red", "space:blue"],
            "found": ["space:red"],
            "matches": True,
            "told": "Asks for a namespace `space:red` or `space:blue`; the event has it.",
            "hint": None,
        },
        {
            "part": "FILTER",
            "key": "job",
            "wanted": "*",
            "found": ["space:configure"],
            "matches": False,
            "told": "Asks for the key `job` `*`; the event has `space:configure`.",
            "hint": "One star does not cross a colon: write `**`, or `space:*`.",
        },
    ]


async def test_every_handler_of_a_listener_is_explained(api: Api) -> None:
    event = await ready_event(api)
    async with introduced(api, "here", CONFIGURE, {"on": ["commit:created"]}):
        first, second = await explained(api, eventId=event, listener="here")
    assert (first["matches"], first["works"]) == (True, True)
    assert (second["matches"], second["works"]) == (False, False)


async def test_a_listener_hears_what_its_key_lets_it_hear(api: Api, gateway: Gateway) -> None:
    event = await ready_event(api, namespace="blue")
    red = await limited(api, gateway, namespaces=["red"])
    async with introduced(red, "here", CONFIGURE):
        [told] = await explained(api, eventId=event, listener="here")
    assert not told["matches"]
    assert told["checks"][0]["told"] == (
        "Its API key is limited to `space:red`; the event has `space:blue`."
    )


async def test_keys_that_no_event_has_are_told(api: Api) -> None:
    event = await ready_event(api)
    [told] = await explained(api, eventId=event, filter={"payload.jbo": "x"})
    assert told["checks"][-1]["hint"] == "No event so far has a key `jbo`. Did you mean `job`?"


@pytest.mark.parametrize(
    ("question", "code", "path"),
    [
        ({}, "BAD_USER_INPUT", ["eventId"]),
        ({"eventId": "ev_1", "event": READY}, "BAD_USER_INPUT", ["eventId"]),
        ({"event": ["x"]}, "BAD_USER_INPUT", ["event"]),
        ({"event": {str(i): i for i in range(10_001)}}, "BAD_USER_INPUT", ["event"]),
        ({"event": READY, "filter": {str(i): i for i in range(101)}}, "BAD_USER_INPUT", ["filter"]),
        ({"event": {"a": [1] * 10_001}}, "BAD_USER_INPUT", ["event"]),
        ({"event": {"a": ["x" * 9000] * 9}}, "BAD_USER_INPUT", ["event"]),
        ({"event": READY, "filter": {"a": ["x"] * 1001}}, "BAD_USER_INPUT", ["filter"]),
        ({"event": READY, "on": ["x"] * 101}, "BAD_USER_INPUT", ["on"]),
        ({"event": READY, "namespaces": ["x"] * 101}, "BAD_USER_INPUT", ["namespaces"]),
        ({"eventId": "ev_1"}, "NOT_FOUND", ["eventId"]),
        ({"event": READY, "listener": "nobody"}, "NOT_FOUND", ["listener"]),
    ],
)
async def test_what_is_no_question_is_refused(
    api: Api, question: dict[str, Any], code: str, path: list[str]
) -> None:
    assert await refused(api, **question) == (code, path)


async def test_a_limited_key_is_told_nothing_of_others(api: Api, gateway: Gateway) -> None:
    event = await ready_event(api, namespace="blue")
    red = await limited(api, gateway, namespaces=["red"])
    async with introduced(api, "here", CONFIGURE):
        assert await refused(red, eventId=event) == ("NOT_FOUND", ["eventId"])
        assert await refused(red, event=READY, listener="here") == ("NOT_FOUND", ["listener"])


DIAGNOSIS = "{ diagnosis { findings { code title subject { id } } } }"


async def test_a_limited_key_learns_only_of_its_own_jobs(api: Api, gateway: Gateway) -> None:
    red = await limited(api, gateway, namespaces=["red"])
    made = {}
    for namespace in ("red", "blue"):
        space = {"name": namespace, "namespace": namespace}
        made[namespace] = (await api.do("createSpace", "job { id }", **space))["job"]["id"]
    other = CONFIGURE | {"filters": [{"job": "Space:Configure"}]}
    async with introduced(api, "secret", other):
        [finding] = (await red(DIAGNOSIS))["diagnosis"]["findings"]
    assert (finding["code"], finding["subject"]) == ("NOBODY_TAKES", {"id": made["red"]})
    assert "secret" not in finding["title"]


async def test_a_key_that_reads_no_jobs_is_not_told_their_outcome(
    api: Api, gateway: Gateway
) -> None:
    watcher = await limited(api, gateway, scopes=["EVENT_READ"])
    job = (await api.do("createSpace", "job { id }", name="Acme"))["job"]["id"]
    outcome = {"message": "secret"}
    await api.do("failJob", "job { id }", id=job, outcome=outcome, info="It failed.")
    async with introduced(api, "here", CONFIGURE):
        for caller, said in ((api, "secret"), (watcher, "It failed")):
            [finding] = (await caller(DIAGNOSIS))["diagnosis"]["findings"]
            assert finding["title"].endswith(f": {said}.")


async def test_a_listener_of_the_whole_environment_takes_the_jobs_of_limited_keys(
    api: Api, gateway: Gateway
) -> None:
    red = await limited(api, gateway, namespaces=["red"])
    await api.do("createSpace", "job { id }", name="red", namespace="red")
    async with introduced(api, "secret", CONFIGURE):
        assert (await red(DIAGNOSIS))["diagnosis"]["findings"] == []


async def test_a_diagnosis_costs_the_same_however_much_there_is(api: Api) -> None:
    database = api.gateway.database

    async def cost() -> int:
        before = database.statements
        await api(DIAGNOSIS)
        return database.statements - before

    async with introduced(api, "here", CONFIGURE):
        await api.do("createSpace", "space { id }", name="0")
        few = await cost()
        for number in range(10):
            await api.do("createSpace", "space { id }", name=f"s{number}")
            space = await new_space(api)
            work = {"type": "SPACE", "sourceId": space, "operation": "x"}
            first = (await api.do("createJob", "job { id }", **work))["job"]["id"]
            await api.do("createJob", "job { id }", **work, predecessorIds=[first])
    # One more statement reads what waiting Jobs wait for.
    assert await cost() == few + 1
