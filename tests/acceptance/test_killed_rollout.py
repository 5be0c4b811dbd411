"""A gateway that is killed while a Blueprint goes to a thousand Spaces: each gets it once."""

from collections import Counter
from contextlib import aclosing
from typing import Any

import pytest

from acceptance.world import World
from gqlspaces.listener import Client
from gqlspaces.listener.stream import over_websocket

SPACES = 1000
AT_ONCE = 25
KILLED_AT = (20, 60)  # percent

BLUEPRINT = {"workbooks": [{"name": "Data", "sheets": [{"name": "S", "fields": [{"key": "k"}]}]}]}
APP = "mutation ($input: CreateAppInput!) { createApp(input: $input) { app { id } } }"
BEGIN = """mutation ($input: RolloutBlueprintInput!) {
  rolloutBlueprint(input: $input) { rollout { id job { id } } userErrors { message } } }"""
ROLLOUT = """query ($id: ID!) { rollout(id: $id) {
  status total migrated skipped failed job { status progress partsResult } } }"""
PROGRESS = "subscription ($id: ID!) { jobProgress(jobId: $id) { status progress } }"
FOUND = """
query ($app: ID!, $after: String) { spaces(filter: {appId: $app}, first: 100, after: $after) {
  pageInfo { hasNextPage endCursor }
  edges { node { id appRevision version workbooks { name sheets { slug fields { key } } }
    blueprintRevisions(first: 3) { edges { node { number jobId } } } } } } }"""
JOBS = """
query ($after: String) { jobs(filter: {job: ["space:rollout"]}, first: 100, after: $after) {
  pageInfo { hasNextPage endCursor } edges { node { id spaceId status parentId } } } }"""


@pytest.mark.timeout(300)
async def test_a_rollout_that_is_killed_twice_migrates_each_space_once(world: World) -> None:
    async with world.client() as client:
        app = await an_app_with_spaces(client)
        begun = (await client.execute(BEGIN, {"input": {"appId": app}}))["rolloutBlueprint"]
        rollout, job = begun["rollout"]["id"], begun["rollout"]["job"]["id"]
        migrated = [0]
        for percent in KILLED_AT:
            await until(world, job, percent)
            await world.kill()
            await world.start()
            migrated.append((await client.execute(ROLLOUT, {"id": rollout}))["rollout"]["migrated"])
        await until(world, job, 100)

        assert 0 == migrated[0] < migrated[1] < migrated[2] < SPACES
        done = (await client.execute(ROLLOUT, {"id": rollout}))["rollout"]
        parts = {"total": SPACES, "completed": SPACES, "failed": 0, "canceled": 0}
        assert done == {
            "status": "COMPLETE",
            "total": SPACES,
            "migrated": SPACES,
            "skipped": 0,
            "failed": 0,
            "job": {"status": "COMPLETE", "progress": 100, "partsResult": parts},
        }
        jobs = await pages(client, JOBS, "jobs")
        assert {("COMPLETE", job)} == {(one["status"], one["parentId"]) for one in jobs}
        by_space = {one["spaceId"]: one["id"] for one in jobs}
        assert (len(jobs), len(by_space)) == (SPACES, SPACES)
        spaces = await pages(client, FOUND, "spaces", app=app)
        assert by_space.keys() == {space["id"] for space in spaces}
        for space in spaces:
            [workbook] = space["workbooks"]
            assert workbook["sheets"] == [{"slug": "s", "fields": [{"key": "k"}]}]
            changes = [edge["node"] for edge in space["blueprintRevisions"]["edges"]]
            assert changes[0] == {"number": space["version"], "jobId": by_space[space["id"]]}
        versions = Counter((space["appRevision"], space["version"]) for space in spaces)
        assert versions == {(1, 2): SPACES}


async def an_app_with_spaces(client: Client) -> str:
    """Make an App with a Blueprint, and a thousand Spaces that did not get it."""
    wanted = {"name": "Portal", "namespace": "red", "type": "PORTAL", "blueprint": BLUEPRINT}
    app: str = (await client.execute(APP, {"input": wanted}))["createApp"]["app"]["id"]
    made = (
        f's{n}: createSpace(input: {{appId: "{app}", autoConfigure: false}}) {{ space {{ id }} }}'
        for n in range(AT_ONCE)
    )
    document = f"mutation {{ {' '.join(made)} }}"
    for _ in range(SPACES // AT_ONCE):
        await client.execute(document)
    return app


async def until(world: World, job: str, percent: int) -> None:
    """Wait until a Job has come so far."""
    answers = over_websocket(world.connection, PROGRESS, {"id": job}, lambda: None)
    async with aclosing(answers):
        async for answer in answers:
            if answer["jobProgress"]["progress"] >= percent:
                return


async def pages(client: Client, query: str, name: str, **variables: Any) -> list[Any]:
    found: list[Any] = []
    after = None
    while True:
        page = (await client.execute(query, {**variables, "after": after}))[name]
        found += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
