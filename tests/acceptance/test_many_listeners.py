"""Many replicas of one listener share the work without getting in each other's way."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from acceptance.world import World
from gqlspaces.listener import Client
from gqlspaces.listener.stream import over_websocket

LISTENERS = 20
SPACES = 200

SCRIPT = """
import asyncio, os, sys
from gqlspaces.listener import Listener, configure_space

listener = Listener(on_error=lambda error, event: print("ERROR", repr(error), flush=True))

async def blueprint(event):
    print("HANDLED", event.context["jobId"], flush=True)
    return {"workbooks": [{"name": "Data", "sheets": [{"name": "S", "fields": [{"key": "k"}]}]}]}

listener.use(configure_space(blueprint))
ready = lambda: print("READY", flush=True)
asyncio.run(listener.run(sys.argv[1], os.environ["GQLSPACES_KEY"], on_ready=ready))
"""

CREATE = """
mutation ($name: String!) {
  createSpace(input: {name: $name}) { space { id } job { id } userErrors { message } }
}
"""
COMPLETED = """
query ($after: String) {
  events(filter: {topics: ["job:completed"]}, first: 100, after: $after) {
    edges { node { context payload } } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.mark.timeout(240)
async def test_every_job_is_completed_once_and_no_conflict_reaches_a_handler(
    world: World, tmp_path: Path
) -> None:
    script = tmp_path / "listen.py"
    script.write_text(SCRIPT)
    heard: list[str] = []
    done = asyncio.Event()

    async def collect(stream: asyncio.StreamReader, ready: asyncio.Event) -> None:
        async for line in stream:
            text = line.decode().strip()
            heard.append(text)
            if text == "READY":
                ready.set()

    async with AsyncExitStack() as stack, world.client() as client:
        collectors = []
        readies = []
        for _ in range(LISTENERS):
            process = await stack.enter_async_context(world.listener(script))
            assert process.stdout is not None
            readies.append(asyncio.Event())
            collectors.append(asyncio.create_task(collect(process.stdout, readies[-1])))
        await asyncio.gather(*(ready.wait() for ready in readies))

        watching = asyncio.create_task(_until_completed(world, SPACES, done))
        jobs = []
        for number in range(SPACES):
            made = await client.execute(CREATE, {"name": f"Space {number}"})
            jobs.append(made["createSpace"]["job"]["id"])
        await done.wait()
        await watching

        completed = await _completed(client)

    for collector in collectors:
        await collector
    assert Counter(jobs) == completed
    assert Counter(f"HANDLED {job}" for job in jobs) == Counter(
        line for line in heard if line.startswith("HANDLED")
    )
    assert [line for line in heard if line.startswith("ERROR")] == []


async def _completed(client: Client) -> Counter[str]:
    """Give how often each job was completed, by the log."""
    completed: Counter[str] = Counter()
    after = None
    while True:
        page = (await client.execute(COMPLETED, {"after": after}))["events"]
        completed.update(edge["node"]["context"]["jobId"] for edge in page["edges"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return completed


async def _until_completed(world: World, count: int, done: asyncio.Event) -> None:
    """Set ``done`` when so many jobs have completed; completed jobs are heard from the start."""
    document = """
    subscription { events(filter: {topics: ["job:completed"]}) { cursor event { id } } }
    """
    async for _answer in over_websocket(world.connection, document, {}, lambda: None):
        count -= 1
        if not count:
            done.set()
            return
