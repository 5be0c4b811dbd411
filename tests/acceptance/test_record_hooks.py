"""The kitchen-sink flow: data comes in, a hook keeps it clean, the configuration follows."""

import asyncio
import json
import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from acceptance.world import ROOT, World, wiretap
from gqlspaces.listener import AddedRecords, Api, Client
from gqlspaces.listener.stream import over_websocket

SCRIPT = f"""
import asyncio, os, sys
sys.path.insert(0, {str(ROOT / "examples")!r})
from dynamic_listener import listener
ready = lambda: print("READY", flush=True)
key, place = os.environ["GQLSPACES_KEY"], "place.json"
asyncio.run(listener.run(sys.argv[1], key, place, on_ready=ready))
"""

CREATE = 'mutation { createSpace(input: {name: "Acme"}) { space { id } job { id } } }'
ANATOMY = """
query ($id: ID!) {
  space(id: $id) {
    theme { root { primaryColor } sidebar { logo } }
    documents { title }
    workbooks {
      name labels actions { operation }
      sheets { id slug fields { key } actions { operation } }
    }
  }
}
"""
CONTACTS = """
query ($id: ID!) {
  sheet(id: $id) {
    fields { key }
    recordCounts { valid error }
    records(first: 1000) { edges { node { id values messages { field level message } } } }
    commits(first: 100) { edges { node { answers completedAt created updated } } }
  }
}
"""
PROGRESS = "subscription ($id: ID!) { jobProgress(jobId: $id) { status progress } }"
HAPPENED = """
subscription ($filter: EventFilter!, $after: String!) {
  events(filter: $filter, after: $after) { event { payload } }
}
"""


@dataclass
class Scene:
    """A Space that the example has configured, and somebody who works in it."""

    world: World
    client: Client
    anatomy: Any

    @property
    def api(self) -> Api:
        return Api(self.client)

    @property
    def contacts(self) -> str:
        sheets = self.anatomy["workbooks"][0]["sheets"]
        found: str = next(sheet["id"] for sheet in sheets if sheet["slug"] == "contacts")
        return found

    async def now(self) -> str:
        cursor: str = (await self.client.execute("{ eventCursor }"))["eventCursor"]
        return cursor

    async def until(self, topic: str, cursor: str, **payload: Any) -> None:
        """Wait for an event behind a cursor with these members of the payload."""
        variables = {"filter": {"topics": [topic]}, "after": cursor}
        answers = over_websocket(self.world.connection, HAPPENED, variables, lambda: None)
        async with aclosing(answers) as events:
            async for answer in events:
                if payload.items() <= answer["events"]["event"]["payload"].items():
                    return
        raise AssertionError("the subscription ended")

    async def add(self, *records: Any) -> AddedRecords:
        """Add contacts."""
        made = await self.api.records.insert(self.contacts, [{"values": one} for one in records])
        assert made["rejected"] == []
        return made

    async def insert(self, *records: Any) -> list[str]:
        """Add contacts and wait until the listener is done with them."""
        cursor = await self.now()
        made = await self.add(*records)
        assert made["commit"]
        await self.until("commit:completed", cursor, commitId=made["commit"]["id"])
        return made["recordIds"]

    async def correct(self, id: str, **values: Any) -> None:
        cursor = await self.now()
        written = await self.api.records.update(self.contacts, [{"id": id, "values": values}])
        assert written["commit"]
        await self.until("commit:completed", cursor, commitId=written["commit"]["id"])

    async def sheet(self) -> Any:
        return (await self.client.execute(CONTACTS, {"id": self.contacts}))["sheet"]


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "listen.py"
    path.write_text(SCRIPT)
    return path


@asynccontextmanager
async def configured(world: World) -> AsyncIterator[Scene]:
    """Create a Space for a listener that is running."""
    async with world.client() as client:
        made = (await client.execute(CREATE))["createSpace"]
        steps = over_websocket(world.connection, PROGRESS, {"id": made["job"]["id"]}, lambda: None)
        ending = [tuple(step["jobProgress"].values()) async for step in steps][-1]
        assert ending == ("COMPLETE", 100)
        found = await client.execute(ANATOMY, {"id": made["space"]["id"]})
        yield Scene(world, client, found["space"])


async def is_listening(process: Process) -> None:
    assert process.stdout is not None
    assert await process.stdout.readline() == b"READY\n"


async def test_data_is_kept_clean_and_the_configuration_follows_it(
    any_world: World, script: Path
) -> None:
    async with any_world.listener(script), configured(any_world) as scene:
        [workbook] = scene.anatomy["workbooks"]
        assert (workbook["name"], workbook["labels"]) == ("All Data", ["pinned"])
        assert [sheet["slug"] for sheet in workbook["sheets"]] == ["contacts", "sheet2"]
        assert scene.anatomy["theme"]["root"] == {"primaryColor": "black"}

        await scene.insert({"firstName": "ANN", "email": "ann@acme.com"})
        assert [field["key"] for field in (await scene.sheet())["fields"]] == [
            "firstName",
            "lastName",
            "email",
        ]

        cursor = await scene.now()
        bob, _ = await scene.insert(
            {"firstName": "BOB", "email": "nowhere"}, {"firstName": "clara", "email": "c@acme.com"}
        )
        await scene.until("sheet:updated", cursor, sheetId=scene.contacts)

        sheet = await scene.sheet()
        assert [field["key"] for field in sheet["fields"]][-1] == "phone"
        records = nodes(sheet["records"])
        assert [record["values"]["firstName"] for record in records] == ["ann", "bob", "clara"]
        wrong = {"field": "email", "level": "ERROR", "message": "This is not an email address."}
        assert [record["messages"] for record in records] == [[], [wrong], []]
        assert sheet["recordCounts"] == {"valid": 2, "error": 1}

        await scene.insert({"firstName": "dan", "email": "also nowhere"})
        await scene.correct(bob, email="bob@acme.com", phone="12345")

        sheet = await scene.sheet()
        assert sheet["recordCounts"] == {"valid": 3, "error": 1}
        assert len(sheet["fields"]) == 4
        commits = nodes(sheet["commits"])
        # Four by people, of which three were answered, and no answer was answered.
        assert [commit["answers"] is not None for commit in reversed(commits)] == [
            *(False, True),
            *(False, True),
            *(False, True),
            False,
        ]
        assert all(commit["completedAt"] for commit in commits)


async def test_a_listener_killed_over_its_answer_writes_nothing_twice(
    any_world: World, script: Path, tmp_path: Path
) -> None:
    world = any_world
    victims: list[int] = []
    place = tmp_path / "place.json"

    async def kill_when_it_writes(sent: bytes) -> None:
        if b"mutation UpdateRecords" in sent:
            os.kill(victims.pop(), 9)

    async with wiretap(world.port, kill_when_it_writes) as tapped:
        async with (
            world.listener(script, f"http://127.0.0.1:{tapped}/graphql") as first,
            configured(world) as scene,
        ):
            cursor = await scene.now()
            victims.append(first.pid)
            await scene.add({"firstName": "ANN", "email": "nowhere"})
            await first.wait()

        # It begins before the commit, as if it had not come to note its place.
        place.write_text(json.dumps({"cursor": cursor}))
        async with world.listener(script), scene_again(scene) as scene:
            await scene.insert({"firstName": "BOB", "email": "bob@acme.com"})
            sheet = await scene.sheet()

    assert [one["values"]["firstName"] for one in nodes(sheet["records"])] == ["ann", "bob"]
    answered = [commit["answers"] for commit in nodes(sheet["commits"]) if commit["answers"]]
    assert len(answered) == len(set(answered)) == 2
    assert len(nodes(sheet["commits"])) == 4


@asynccontextmanager
async def scene_again(scene: Scene) -> AsyncIterator[Scene]:
    """Go on in a Space that is configured already, with a client of its own."""
    async with scene.world.client() as client:
        yield Scene(scene.world, client, scene.anatomy)


async def test_a_large_commit_that_many_replicas_hear_of_is_answered_once(
    any_world: World, script: Path
) -> None:
    async with (
        any_world.listener(script),
        configured(any_world) as scene,
        any_world.listener(script) as second,
        any_world.listener(script) as third,
    ):
        await asyncio.gather(is_listening(second), is_listening(third))
        await scene.insert(*({"firstName": f"ANN {n}", "email": "a@b.c"} for n in range(2500)))

        page = await scene.api.records.list(scene.contacts, {"q": 'firstName like "ANN%"'})
        assert page.records == []
        commits = nodes((await scene.sheet())["commits"])
        assert [(commit["updated"], commit["answers"] is not None) for commit in commits] == [
            (2500, True),
            (0, False),
        ]
