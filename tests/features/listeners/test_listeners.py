"""Who listens is known while it is there, and remembered for a while."""

from contextlib import aclosing
from typing import Any

import pytest
from sqlalchemy import select

from features.listening import CONFIGURE, introduced
from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.features.listeners import service
from gqlspaces.features.listeners.model import Listener
from gqlspaces.features.listeners.presence import MOST_GONE, forget
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.graphql.failures import RequestRefused
from harness import Api, HandClock

LISTENERS = """
query { listeners { totalCount edges { node {
  id name keyId version connected connectedAt lastSeenAt disconnectedAt filter
  registrations { on filters namespaces works } handled { job number }
} } } }
"""
EVENTS = """
subscription ($filter: EventFilter, $after: String, $listener: ListenerInput) {
  events(filter: $filter, after: $after, listener: $listener) { event { topic } }
}
"""
DAY = 24 * 3600


async def listed(api: Api) -> list[dict[str, Any]]:
    connection = (await api(LISTENERS))["listeners"]
    nodes = [edge["node"] for edge in connection["edges"]]
    assert connection["totalCount"] == len(nodes)
    return nodes


async def test_a_listener_that_introduces_itself_is_listed(api: Api) -> None:
    async with introduced(api, "here", CONFIGURE, version="1.2", filter={"space_id": "sp_1"}):
        [listener] = await listed(api)
    assert listener["id"].startswith("ls_")
    assert (listener["name"], listener["version"], listener["connected"]) == ("here", "1.2", True)
    assert listener["keyId"] == api.principal.key_id
    assert listener["filter"] == {"spaceId": "sp_1"}
    assert listener["registrations"] == [CONFIGURE | {"namespaces": [], "works": True}]
    assert listener["disconnectedAt"] is None


async def test_who_says_nothing_about_its_handlers_is_taken_by_its_filter(api: Api) -> None:
    wanted = {"topics": ["job:ready"], "namespaces": ["space:red"], "job": ["space:*"]}
    async with introduced(api, "here", filter=wanted):
        [listener] = await listed(api)
    assert listener["registrations"] == [
        {
            "on": ["job:ready"],
            "filters": [{"payload.job": ["space:*"]}],
            "namespaces": [["space:red"]],
            "works": True,
        }
    ]


async def test_a_subscription_introduces_a_listener_for_as_long_as_it_lasts(
    api: Api, gateway: Gateway
) -> None:
    said = {"name": "here", "registrations": [{"on": ["space:created"]}]}
    cursor = (await api("{ eventCursor }"))["eventCursor"]
    await new_space(api)
    wanted = {"topics": ["space:created"]}
    stream = api.follow(EVENTS, filter=wanted, after=cursor, listener=said)
    async with aclosing(stream):
        assert (await anext(stream))["events"]["event"] == {"topic": "space:created"}
        assert [one["connected"] for one in await listed(api)] == [True]
    await gateway.presence.tell()
    assert [one["connected"] for one in await listed(api)] == [False]


async def test_a_listener_that_leaves_is_still_remembered(api: Api, gateway: Gateway) -> None:
    async with introduced(api, "here", CONFIGURE):
        pass
    [listener] = await listed(api)
    assert not listener["connected"]
    assert listener["disconnectedAt"] is not None


async def test_a_listener_that_comes_back_is_the_same_one(api: Api) -> None:
    async with introduced(api, "here", CONFIGURE):
        [before] = await listed(api)
    async with introduced(api, "here", {"on": ["**"]}):
        [after] = await listed(api)
    assert (after["id"], after["connected"]) == (before["id"], True)
    assert after["registrations"][0]["on"] == ["**"]


async def test_two_connections_of_one_name_are_one_listener(api: Api, gateway: Gateway) -> None:
    async with introduced(api, "here", CONFIGURE):
        async with introduced(api, "here", CONFIGURE):
            pass
        [listener] = await listed(api)
        assert listener["connected"]


async def test_a_listener_whose_node_died_counts_as_gone(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    async with introduced(api, "here", CONFIGURE):
        clock.pass_by(40)
        await gateway.presence.tell()
        clock.pass_by(40)
        assert (await listed(api))[0]["connected"]
        clock.pass_by(6)  # no sign for 46 seconds
        assert not (await listed(api))[0]["connected"]


async def test_a_listener_that_nobody_saw_for_long_is_forgotten(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    async with introduced(api, "here", CONFIGURE):
        pass
    clock.pass_by(6 * DAY)
    await forget(gateway.database)
    assert len(await listed(api)) == 1
    clock.pass_by(2 * DAY)
    await forget(gateway.database)
    assert await listed(api) == []


async def test_of_listeners_that_are_gone_a_key_leaves_only_the_last_ones(
    api: Api, gateway: Gateway
) -> None:
    async with introduced(api, "here", CONFIGURE):
        for number in range(MOST_GONE + 3):
            async with introduced(api, f"run {number}", CONFIGURE):
                pass
        found = await gateway.database.fetch(select(table(Listener).c.name), {})
    # The last one was there when it was looked at.
    assert len(found) == 1 + MOST_GONE + 1
    names = {row.name for row in found}
    assert {"here", f"run {MOST_GONE + 2}"} <= names
    assert "run 0" not in names


async def test_what_a_listener_took_is_told(api: Api) -> None:
    for name in ("one", "two"):
        await api.do("createSpace", "space { id }", name=name)
    await api.do("claimJobs", "claims { lease }", jobs=["space:*"], holder="here", limit=10)
    async with introduced(api, "here", CONFIGURE), introduced(api, "there", CONFIGURE):
        handled = {one["name"]: one["handled"] for one in await listed(api)}
    assert handled == {"here": [{"job": "space:configure", "number": 2}], "there": []}


async def test_a_listener_is_found_by_its_id(api: Api) -> None:
    async with introduced(api, "here", CONFIGURE):
        [listener] = await listed(api)
        found = await api("query($id: ID!) { node(id: $id) { id } }", id=listener["id"])
    assert found["node"] == {"id": listener["id"]}


async def test_keys_of_other_namespaces_do_not_see_a_listener(api: Api, gateway: Gateway) -> None:
    red, blue, both = [
        await limited(api, gateway, namespaces=namespaces)
        for namespaces in (["red"], ["blue"], ["red", "blue"])
    ]
    async with (
        introduced(api, "everywhere", CONFIGURE),
        introduced(red, "red", CONFIGURE),
        introduced(both, "both", CONFIGURE),
    ):
        seen = [{one["name"] for one in await listed(key)} for key in (api, red, blue, both)]
    assert seen == [{"everywhere", "red", "both"}, {"red"}, set(), {"red", "both"}]


async def test_keys_do_not_take_each_others_names(api: Api, gateway: Gateway) -> None:
    red = await limited(api, gateway, namespaces=["red"])
    async with introduced(api, "here", CONFIGURE), introduced(red, "here", CONFIGURE):
        assert len(await listed(api)) == 2


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "x", "registrations": [{"on": ["x" * 513]}]}, "registrations.0.on.0"),
        ({"name": "x", "registrations": [{"on": []}] * 501}, "registrations"),
        (
            {"name": "x", "registrations": [{"on": [], "filters": ["x" * 9000] * 2}]},
            "registrations.0.filters",
        ),
        ({"name": "x", "registrations": [{"on": ["x" * 500] * 100}] * 20}, "registrations"),
    ],
)
async def test_an_introduction_that_makes_no_sense_is_refused(
    api: Api, said: dict[str, Any], path: str
) -> None:
    with pytest.raises(RequestRefused) as refused:
        await anext(api.follow(EVENTS, listener=said))
    [error] = refused.value.errors
    assert error.extensions is not None
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert error.extensions["path"] == ["listener", *path.split(".")]


async def test_a_topic_is_wanted_while_a_listener_of_it_is_remembered(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    here = api.principal.environment_id
    assert (here, "cron:hourly") not in await service.wanted(gateway.database, ["cron:hourly"])
    async with introduced(api, "here", {"on": ["cron:*"]}):
        pass
    assert (here, "cron:hourly") in await service.wanted(gateway.database, ["cron:hourly"])
    assert (here, "job:ready") not in await service.wanted(gateway.database, ["job:ready"])
    assert ("env_other", "cron:hourly") not in await service.wanted(
        gateway.database, ["cron:hourly"]
    )
    clock.pass_by(8 * DAY)
    assert (here, "cron:hourly") not in await service.wanted(gateway.database, ["cron:hourly"])


@pytest.mark.parametrize(
    ("registration", "plain", "namespaced"),
    [
        ({"on": ["job:ready"]}, True, False),
        ({"on": ["job:*"]}, False, False),
        ({"on": ["job:*"], "works": True}, True, False),
        ({"on": ["job:ready"], "filters": [{"job": "space:*"}]}, True, False),
        ({"on": ["job:ready"], "filters": [{"job": "space:other"}]}, False, False),
        ({"on": ["job:ready"], "filters": [{"spaceId": "sp_1"}]}, True, False),
        ({"on": ["job:ready"], "namespaces": [["space:red"]]}, True, True),
        ({"on": ["job:ready"], "namespaces": [["space:blue"]]}, False, False),
    ],
)
async def test_whether_anybody_would_take_a_job(
    api: Api, registration: dict[str, Any], plain: bool, namespaced: bool
) -> None:
    async def answers(**more: Any) -> bool:
        return await service.answers(
            api.gateway.database,
            api.principal.environment_id,
            "space:configure",
            ["space:red"],
            context={"spaceId": "sp_1"},
            **more,
        )

    async with introduced(api, "here", registration):
        assert await answers() is plain
        assert await answers(namespaced_only=True) is namespaced
    assert not await answers()


async def test_a_transaction_can_ask_whether_anybody_would_take_a_job(api: Api) -> None:
    here = api.principal.environment_id
    async with introduced(api, "here", CONFIGURE), api.context.transaction() as tx:
        assert await service.answers(tx, here, "space:configure", [])


@pytest.mark.parametrize(
    ("scopes", "namespaces", "takes"),
    [
        (["EVENT_READ", "JOB_WORK"], None, True),
        (["EVENT_READ", "ADMIN"], ["red"], True),
        (["EVENT_READ", "JOB_WORK"], ["blue"], False),
        (["EVENT_READ"], None, False),
    ],
)
async def test_a_key_that_may_not_take_a_job_does_not_answer(
    api: Api, gateway: Gateway, scopes: list[str], namespaces: list[str] | None, takes: bool
) -> None:
    other = await keyed(api, gateway, scopes, namespaces)
    here = api.principal.environment_id
    async with introduced(other, "here", CONFIGURE):
        assert takes is await service.answers(
            gateway.database, here, "space:configure", ["space:red"]
        )


async def test_a_revoked_key_does_not_answer(api: Api, gateway: Gateway) -> None:
    other = await keyed(api, gateway, ["EVENT_READ", "JOB_WORK"])
    here = api.principal.environment_id
    async with introduced(other, "here", CONFIGURE):
        await api.do("revokeKey", "key { id }", id=other.principal.key_id)
        assert not await service.answers(gateway.database, here, "space:configure", [])


async def keyed(
    api: Api, gateway: Gateway, scopes: list[str], namespaces: list[str] | None = None
) -> Api:
    return await limited(api, gateway, scopes=scopes, namespaces=namespaces)
