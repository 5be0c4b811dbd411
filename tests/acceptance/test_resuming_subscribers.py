"""Subscribers that come and go, and a gateway that dies, miss nothing and hear nothing twice."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import httpx2
import pytest

from acceptance.world import World, until_unbroken
from gqlspaces.listener import Client, Connection, Unreachable
from gqlspaces.listener.documents import Mutation
from gqlspaces.listener.stream import Subscribe, over_sse, over_websocket

EVENTS = 5_000
RECONNECTS = 100
KILLS = 10
SHEETS = 48  # in one Workbook, so that 5,000 events do not need as many requests
ROUNDS = EVENTS // (SHEETS + 1) + 1
TOTAL = ROUNDS * (SHEETS + 1)

FOLLOW = """
subscription ($after: String) {
  events(filter: {topics: ["sheet:created", "space:*"]}, after: $after) { cursor event { id } }
}
"""
HISTORY = """
query ($after: String) {
  events(filter: {topics: ["sheet:created", "space:*"]}, first: 100, after: $after) {
    edges { node { id topic payload } } pageInfo { hasNextPage endCursor }
  }
}
"""
CREATE_SPACE = Mutation(
    "createSpace",
    "mutation ($input: CreateSpaceInput!) { createSpace(input: $input) "
    "{ space { id } userErrors { code message path } } }",
    keyed=True,
)
CREATE_WORKBOOK = Mutation(
    "createWorkbook",
    "mutation ($input: CreateWorkbookInput!) { createWorkbook(input: $input) "
    "{ workbook { id } userErrors { code message path } } }",
    keyed=True,
)


async def write(client: Client, rng: random.Random) -> list[str]:
    """Write as many events; give the names of the Workbooks whose creation was acknowledged."""
    acknowledged: list[str] = []

    async def mutate(mutation: Mutation, **given: Any) -> Any:
        given["idempotencyKey"] = f"{mutation.field}-{given['name']}"
        return await until_unbroken(lambda: client.mutate(mutation, given), rng)

    for number in range(ROUNDS):
        name = f"Book {number}"
        space = await mutate(CREATE_SPACE, name=f"Space {number}", autoConfigure=False)
        sheets = [{"name": f"Sheet {n}", "fields": [{"key": "k"}]} for n in range(SHEETS)]
        await mutate(CREATE_WORKBOOK, spaceId=space["space"]["id"], name=name, sheets=sheets)
        acknowledged.append(name)
    return acknowledged


async def over_event_stream(
    connection: Connection,
    document: str,
    variables: Mapping[str, Any],
    connected: Callable[[], None],
) -> AsyncGenerator[Mapping[str, Any]]:
    """Subscribe as a browser does: resume by the id of the last message, not by an argument."""
    headers = {
        "authorization": connection.authorization,
        "accept": "text/event-stream",
        "last-event-id": variables["after"],
    }
    try:
        async with (
            httpx2.AsyncClient(timeout=30, headers=headers) as http,
            http.stream("POST", connection.endpoint, json={"query": document}) as answer,
        ):
            connected()
            async for message in httpx2.EventSource(answer):
                if message.event == "next":
                    payload: Any = message.json()
                    assert payload["data"]["events"]["cursor"] == message.id
                    yield payload["data"]
    except httpx2.TransportError as error:
        raise Unreachable(str(error)) from error


async def follow(world: World, subscribe: Subscribe, rng: random.Random) -> tuple[list[str], int]:
    """Hear events, hanging up at random; give what was heard and how often it reconnected."""
    heard: list[str] = []
    async with world.client() as client:
        data = await client.execute("query { eventCursor }", repeatable=True)
        cursor = data["eventCursor"]
    reconnects = 0
    while True:
        stay = rng.randint(1, EVENTS // RECONNECTS) if reconnects < RECONNECTS else EVENTS
        async with aclosing(connected(world, subscribe, cursor)) as items:
            async for id, cursor in items:  # noqa: B007 - the place to resume from
                heard.append(id)
                stay -= 1
                if len(heard) == TOTAL:
                    return heard, reconnects
                if not stay:
                    break
        reconnects += 1


async def connected(
    world: World, subscribe: Subscribe, cursor: str
) -> AsyncGenerator[tuple[str, str]]:
    """Give events behind a cursor until the connection ends, however it does."""
    answers = subscribe(world.connection, FOLLOW, {"after": cursor}, lambda: None)
    try:
        async with aclosing(answers):
            async for answer in answers:
                yield answer["events"]["event"]["id"], answer["events"]["cursor"]
    except Unreachable:
        await asyncio.sleep(0.05)


async def history(world: World) -> list[dict[str, Any]]:
    """Give the whole log as it is afterwards."""
    found: list[dict[str, Any]] = []
    after = None
    async with world.client() as client:
        while True:
            page = (await client.execute(HISTORY, {"after": after}))["events"]
            found += [edge["node"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return found


async def run(world: World, *, kills: int) -> None:
    """Write and follow at the same time, with a gateway that is killed meanwhile."""
    rng = random.Random(world.port)
    followers = [
        asyncio.create_task(follow(world, subscribe, random.Random(seed)))
        for seed, subscribe in enumerate((over_websocket, over_sse, over_event_stream))
    ]
    async with world.client() as client:
        writing = asyncio.create_task(write(client, rng))
        for _ in range(kills):
            await asyncio.wait({writing}, timeout=rng.uniform(0.2, 0.8))
            await world.kill()
            await world.start()
        acknowledged = await writing
    results = await asyncio.gather(*followers)
    log = await history(world)

    expected = [event["id"] for event in log]
    assert len(expected) == len(set(expected)) == TOTAL
    for heard, reconnects in results:
        assert expected == heard
        assert reconnects >= RECONNECTS
    async with world.client() as client:
        names = await workbooks(client)
    assert sorted(acknowledged) == sorted(names)


async def workbooks(client: Client) -> list[str]:
    """Give the names of all Workbooks."""
    names: list[str] = []
    after = None
    while True:
        page = (
            await client.execute(
                "query ($after: String) { spaces(first: 100, after: $after) { edges { node "
                "{ workbooks { name } } } pageInfo { hasNextPage endCursor } } }",
                {"after": after},
            )
        )["spaces"]
        for edge in page["edges"]:
            names += [workbook["name"] for workbook in edge["node"]["workbooks"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return names


@pytest.mark.timeout(240)
async def test_a_subscriber_that_reconnects_at_random_hears_each_event_once(
    any_world: World,
) -> None:
    await run(any_world, kills=0)


@pytest.mark.timeout(240)
async def test_the_same_holds_while_the_gateway_is_killed(any_world: World) -> None:
    await run(any_world, kills=KILLS)
    assert any_world.starts == KILLS + 1
