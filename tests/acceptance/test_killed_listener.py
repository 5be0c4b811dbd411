"""A listener that dies in the middle of its work is replaced without a trace."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from acceptance.stage import Stage
from acceptance.world import ROOT, World, wiretap
from gqlspaces.listener.stream import over_websocket

# The example as it is, with the shortest lease there is so that the test need not wait long.
SCRIPT = f"""
import asyncio, os, sys
sys.path.insert(0, {str(ROOT / "examples")!r})
from EXAMPLE import listener
asyncio.run(listener.run(sys.argv[1], os.environ["GQLSPACES_KEY"], lease_seconds=5))
"""

CREATE = 'mutation { createSpace(input: {name: "Acme"}) { space { id } job { id } } }'
ANATOMY = """
query ($id: ID!) {
  space(id: $id) {
    theme { root { primaryColor } }
    documents { title }
    workbooks { name actions { operation } sheets { slug fields { key } } }
  }
}
"""
PROGRESS = "subscription ($id: ID!) { jobProgress(jobId: $id) { status progress attempt } }"
COMPLETED = """
query ($id: ID!) { events(filter: {topics: ["job:completed"], jobId: $id}) { edges { cursor } } }
"""


def script_of(example: str, folder: Path) -> Path:
    script = folder / "listen.py"
    script.write_text(SCRIPT.replace("EXAMPLE", example))
    return script


async def progress(world: World, job: str) -> list[dict[str, Any]]:
    """Follow a job to its end."""
    answers = over_websocket(world.connection, PROGRESS, {"id": job}, lambda: None)
    return [dict(answer["jobProgress"]) async for answer in answers]


@pytest.mark.parametrize("progress_when_killed", [10, 50, 75])
async def test_a_killed_listener_is_replaced_and_nothing_is_doubled(
    any_world: World, tmp_path: Path, progress_when_killed: int
) -> None:
    world = any_world
    script = script_of("seed_listener", tmp_path)
    victims: list[int] = []
    killed = asyncio.Event()

    async def kill_at_progress(sent: bytes) -> None:
        if f'"progress":{progress_when_killed}'.encode() in sent.replace(b" ", b""):
            os.kill(victims[0], 9)
            killed.set()

    async with world.client() as client, wiretap(world.port, kill_at_progress) as tapped:
        async with world.listener(script, f"http://127.0.0.1:{tapped}/graphql") as first:
            victims.append(first.pid)
            made = (await client.execute(CREATE))["createSpace"]
            space, job = made["space"]["id"], made["job"]["id"]
            following = asyncio.create_task(progress(world, job))
            await killed.wait()
            async with world.listener(script):
                seen = await following

        assert tuple(seen[-1].values()) == ("COMPLETE", 100, 2)
        found = (await client.execute(ANATOMY, {"id": space}))["space"]
        assert [workbook["name"] for workbook in found["workbooks"]] == ["Customer Data"]
        assert [document["title"] for document in found["documents"]] == ["Welcome Guide"]
        assert [action["operation"] for action in found["workbooks"][0]["actions"]] == ["submit"]
        assert found["theme"] == {"root": {"primaryColor": "#4F46E5"}}
        ended = (await client.execute(COMPLETED, {"id": job}))["events"]["edges"]
        assert len(ended) == 1


async def test_a_listener_killed_when_it_had_split_a_job_leaves_its_parts_to_another(
    world: World, tmp_path: Path
) -> None:
    script = script_of("parts_listener", tmp_path)
    victims: list[int] = []
    killed = asyncio.Event()

    async def kill_when_it_splits(sent: bytes) -> None:
        if b"mutation SplitJob" in sent:
            os.kill(victims[0], 9)
            killed.set()

    async with world.client() as client, wiretap(world.port, kill_when_it_splits) as tapped:
        stage = Stage(world, client)
        async with world.listener(script, f"http://127.0.0.1:{tapped}/graphql") as first:
            victims.append(first.pid)
            [workbook] = (await stage.configured())["workbooks"]
            [guests], [invite] = workbook["sheets"], workbook["actions"]
            rows: Any = [{"values": {"email": f"{name}@acme.com"}} for name in ("ann", "bob")]
            await stage.api.records.insert(guests["id"], rows)
            clicking = asyncio.create_task(stage.click(invite, input={"batch": 1}))
            await killed.wait()
            async with world.listener(script):
                _id, job = await clicking

    assert (job["status"], job["outcome"]["message"]) == ("COMPLETE", "2 guests are invited.")
    assert [part["result"] for part in job["parts"]] == [{"invited": 1}, {"invited": 1}]
    assert job["attempt"] == 2
