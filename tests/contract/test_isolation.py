"""A key sees and touches nothing of another namespace or environment: all that can be tried."""

import asyncio
from typing import Any

import pytest

from contract import questions
from contract.inputs import minimal
from contract.search import (
    change_everything,
    choose_by_foreign_ids,
    list_everything,
    listing,
    look_everything_up,
)
from contract.spy import Spy, red_spy, whole_spy
from contract.world import dump, unknown
from gqlspaces.app import Gateway
from gqlspaces.kernel.graphql.failures import RequestRefused
from harness import Api

PAGE = "{{ {name}(first: 1) {{ pageInfo {{ startCursor }} }} }}"


@pytest.fixture(params=[red_spy, whole_spy], ids=["namespace", "environment"])
async def spy(request: pytest.FixtureRequest, api: Api, gateway: Gateway) -> Spy:
    spy: Spy = await request.param(api, gateway)
    return spy


async def test_no_lookup_tells_of_foreign_things_or_that_there_are_any(spy: Spy) -> None:
    told_apart = await look_everything_up(spy)

    assert spy.leaks == []
    assert told_apart == []
    limited = spy.api.principal.namespaces is not None
    unseen = {"rollout"} if limited else set()  # it goes to all namespaces
    assert {*questions.by_id(), "nodes"} - unseen == spy.told_its_own
    assert spy.answers > 200


async def test_no_list_filter_or_search_tells_of_foreign_things(spy: Spy, api: Api) -> None:
    cursors = {
        name: [(await api(PAGE.format(name=name)))[name]["pageInfo"]["startCursor"]]
        for name in questions.lists()
    }

    await list_everything(spy, cursors)

    assert spy.leaks == []
    # These have nothing to tell of things that are alike, or that nothing is in the way of.
    silent = {"diffBlueprints", "Action.availability"}
    assert {str(field) for field in listing()} - silent <= spy.told_its_own


async def test_a_list_tells_no_foreign_id_from_an_unknown_one(api: Api, gateway: Gateway) -> None:
    spy = await red_spy(api, gateway)
    before = spy.answers

    told_apart = await choose_by_foreign_ids(spy)

    assert told_apart == []
    assert spy.answers - before > 100


async def test_a_total_counts_only_what_the_key_may_see(spy: Spy) -> None:
    if spy.api.principal.namespaces is not None:
        data = await spy.api("{ spaces { totalCount } apps { totalCount } jobs { totalCount } }")
        assert [page["totalCount"] for page in data.values()] == [1, 1, 3]
    for world in spy.foreign:
        filters = {"spaceId": world.ids["sp"]}, {"appId": world.ids["app"]}
        data = await spy.api(
            "query ($jobs: JobFilter, $spaces: SpaceFilter) "
            "{ jobs(filter: $jobs) { totalCount } spaces(filter: $spaces) { totalCount } }",
            jobs=filters[0],
            spaces=filters[1],
        )
        assert data == {"jobs": {"totalCount": 0}, "spaces": {"totalCount": 0}}


async def test_no_mutation_takes_a_foreign_id_or_tells_it_from_an_unknown_one(
    spy: Spy, gateway: Gateway
) -> None:
    before = await dump(gateway.database)

    odd = await change_everything(spy)

    assert odd == []
    assert spy.leaks == []
    assert before == await dump(gateway.database)
    assert spy.answers > 200


async def test_the_lease_of_a_foreign_job_is_as_good_as_none(spy: Spy, gateway: Gateway) -> None:
    before = await dump(gateway.database)
    for world in spy.foreign:
        working = spy.api.under_lease(f"{world.ids['jb']} {world.lease}")
        nobody = spy.api.under_lease(f"{unknown(world.ids['jb'])} {world.lease}")
        for mutation in ("updateSpace", "insertRecords", "createSnapshot", "completeCommit"):
            change = minimal(mutation, spy.own)
            refused = await working.attempt(mutation, "", **change)
            assert refused == await nobody.attempt(mutation, "", **change)
            assert [error["code"] for error in refused["userErrors"]] == ["LEASE_LOST"]

    assert before == await dump(gateway.database)


async def test_claiming_takes_only_jobs_that_the_key_may_see(api: Api, gateway: Gateway) -> None:
    spy = await red_spy(api, gateway)
    waiting = {"type": "SPACE", "operation": "wait", "sourceId": spy.foreign[0].ids["sp"]}
    await api.do("createJob", "", **waiting)

    claim = {"jobs": ["**"], "holder": "spy", "limit": 100}
    aimed, _ = await spy.change("claimJobs", claim | {"namespaces": ["space:green", "**"]})
    every, _ = await spy.change("claimJobs", claim)

    assert aimed["claims"] == every["claims"] == []
    assert spy.leaks == []
    own = {"type": "SPACE", "operation": "wait", "sourceId": spy.own.ids["sp"]}
    made = await api.do("createJob", "job { id }", **own)
    claimed, _ = await spy.change("claimJobs", claim)
    assert [made["job"]["id"]] == [one["job"]["id"] for one in claimed["claims"]]


PLACE = ["blueprint", "space", "namespace"]
OUTSIDE: list[tuple[str, dict[str, Any], list[str]]] = [
    ("createSpace", {"name": "s", "namespace": "green"}, ["namespace"]),
    ("createSpace", {"name": "s"}, ["namespace"]),
    ("updateSpace", {"id": "sp", "namespace": "green"}, ["namespace"]),
    ("configureSpace", {"spaceId": "sp", "blueprint": {"space": {"namespace": "green"}}}, PLACE),
    ("createApp", {"name": "a", "namespace": "green", "type": "CUSTOM"}, ["namespace"]),
    ("updateApp", {"id": "app", "namespace": "green"}, ["namespace"]),
    ("createKey", {"name": "k", "scopes": ["ADMIN"]}, ["namespaces"]),
    ("createKey", {"name": "k", "scopes": ["ADMIN"], "namespaces": []}, ["namespaces"]),
    ("createKey", {"name": "k", "scopes": ["ADMIN"], "namespaces": ["green"]}, ["namespaces"]),
    ("updateEnvironment", {"name": "mine"}, []),
]


async def test_a_limited_key_puts_nothing_outside_its_namespaces(
    api: Api, gateway: Gateway
) -> None:
    spy = await red_spy(api, gateway)
    before = await dump(gateway.database)

    for mutation, input, path in OUTSIDE:
        named = {name: spy.own.ids.get(str(value), value) for name, value in input.items()}
        payload, _ = await spy.change(mutation, named)
        [error] = payload["userErrors"]
        assert error["code"] == "FORBIDDEN", mutation
        assert error["path"] == path, mutation

    assert before == await dump(gateway.database)


async def test_the_stream_of_events_tells_only_the_own_ones(api: Api, gateway: Gateway) -> None:
    spy = await red_spy(api, gateway)
    cursor = (await spy.api("{ eventCursor }"))["eventCursor"]
    start = cursor.rpartition(".")[0] + ".0"
    heard = await spy.api.heard("id", namespaces=["space:red"])
    stream = spy.api.follow(
        "subscription ($after: String) { events(after: $after, checkpoints: true) "
        f"{questions.everything('EventItem')} }}",
        after=start,
    )
    got = []
    async with asyncio.timeout(20):
        async for item in stream:
            spy.scan("events", {}, item)
            got.append(item["events"]["event"]["id"])
            if len(got) == len(heard):
                break
    await api.do("updateSpace", "", id=spy.foreign[0].ids["sp"], labels=["quiet"])
    await api.do("updateSpace", "", id=spy.own.ids["sp"], labels=["heard"])

    assert [event["id"] for event in heard] == got
    item = await anext(
        stream := spy.api.follow(
            "subscription ($after: String) { events(after: $after) { event { topic context } } }",
            after=cursor,
        )
    )
    assert item["events"]["event"]["context"]["spaceId"] == spy.own.ids["sp"]
    assert spy.leaks == []
    assert "events" in spy.told_its_own


async def test_following_foreign_jobs_is_refused_like_following_unknown_ones(spy: Spy) -> None:
    job = "subscription ($jobId: ID) { jobProgress(jobId: $jobId) { id } }"
    space = "subscription ($spaceId: ID) { jobProgress(spaceId: $spaceId) { id } }"
    for world in spy.foreign:
        for document, name, kind in ((job, "jobId", "jb"), (space, "spaceId", "sp")):
            told = []
            for id in (world.ids[kind], unknown(world.ids[kind])):
                with pytest.raises(RequestRefused) as refusal:
                    await anext(spy.api.follow(document, **{name: id}))
                [error] = refusal.value.errors
                told.append((error.message.replace(id, ""), error.extensions))
            assert told[0] == told[1]
            assert "NOT_FOUND" in str(told[0])


async def test_asking_for_foreign_events_alone_says_that_they_are_never_heard(
    api: Api, gateway: Gateway
) -> None:
    spy = await red_spy(api, gateway)
    asked = questions.question("events", {"filter": {"namespaces": ["space:green"]}})

    answer = await spy.ask(asked)

    assert '"FORBIDDEN_NAMESPACE"' in answer
    assert spy.leaks == []
    with pytest.raises(RequestRefused) as refusal:
        await anext(
            spy.api.follow(
                'subscription { events(filter: {namespaces: ["space:green"]}) { cursor } }'
            )
        )
    assert refusal.value.code == "FORBIDDEN_NAMESPACE"
