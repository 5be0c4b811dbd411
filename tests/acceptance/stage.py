"""A stage for one example: its listener in a process of its own, and a person who clicks."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from acceptance.world import World, environment
from gqlspaces.listener import Api, Client
from gqlspaces.listener.stream import over_websocket

CREATE = """
mutation ($input: CreateSpaceInput!) {
  createSpace(input: $input) { space { id } job { id } userErrors { code message path } }
}
"""
RUN = """
mutation ($input: RunActionInput!) {
  runAction(input: $input) { job { id name mode } userErrors { code message path } }
}
"""
JOB = """
query ($id: ID!) { job(id: $id) {
  name status progress attempt input outcome { heading message acknowledge next }
  parts { status partData result }
} }
"""
ANATOMY = """
query ($id: ID!) { space(id: $id) {
  id name theme { root { primaryColor } sidebar { logo } }
  documents { title body }
  workbooks {
    id name namespace labels actions { id operation label }
    sheets { id name slug lockedAt fields { key type } actions { id operation } }
  }
} }
"""
LISTENERS = """
{ listeners(first: 100) { edges { node { connected registrations { namespaces } } } } }
"""
PROGRESS = "subscription ($id: ID!) { jobProgress(jobId: $id) { status progress } }"
EVENTS = """
subscription ($filter: EventFilter!, $after: String!) {
  events(filter: $filter, after: $after) { event { payload } }
}
"""


@dataclass
class Stage:
    """A served gateway with the listener of one example."""

    world: World
    client: Client

    @property
    def api(self) -> Api:
        return Api(self.client)

    async def ask(self, document: str, **variables: Any) -> Any:
        return await self.client.execute(document, variables)

    async def do(self, document: str, **input: Any) -> Any:
        """Carry out a mutation that must not be refused."""
        [payload] = (await self.ask(document, input=input)).values()
        assert payload["userErrors"] == []
        return payload

    async def introduced(self, namespace: str) -> None:
        """Wait until the listener that asks for a namespace is known to the gateway."""
        known: list[Any] = []
        while [[namespace]] not in known:
            found = (await self.ask(LISTENERS))["listeners"]["edges"]
            connected = [edge["node"] for edge in found if edge["node"]["connected"]]
            known = [one["namespaces"] for node in connected for one in node["registrations"]]

    async def configured(self, **input: Any) -> Any:
        """Create a Space, wait until it is configured, and give its anatomy."""
        made = await self.do(CREATE, name="Acme", **input)
        ending = await self.ended(made["job"]["id"])
        assert (ending["status"], ending["progress"]) == ("COMPLETE", 100), ending
        return await self.anatomy(made["space"]["id"])

    async def anatomy(self, space_id: str) -> Any:
        return (await self.ask(ANATOMY, id=space_id))["space"]

    async def click(self, action: Any, **input: Any) -> tuple[str, Any]:
        """Run an Action; give its Job's id, and the Job when it has ended."""
        job = (await self.do(RUN, actionId=action["id"], **input))["job"]
        return job["id"], await self.ended(job["id"])

    async def refused(self, action: Any) -> list[tuple[str, str]]:
        """Try to run an Action that something is in the way of."""
        answer = await self.ask(RUN, input={"actionId": action["id"]})
        errors = answer["runAction"]["userErrors"]
        return [(error["code"], error["message"]) for error in errors]

    async def ended(self, job_id: str) -> Any:
        """Wait for the end of a Job and give it."""
        states = over_websocket(self.world.connection, PROGRESS, {"id": job_id}, lambda: None)
        async for _state in states:
            pass
        return (await self.ask(JOB, id=job_id))["job"]

    async def now(self) -> str:
        cursor: str = (await self.ask("{ eventCursor }"))["eventCursor"]
        return cursor

    async def heard(self, topic: str, cursor: str, **payload: Any) -> None:
        """Wait for an event behind a cursor with these members of the payload."""
        variables = {"filter": {"topics": [topic]}, "after": cursor}
        answers = over_websocket(self.world.connection, EVENTS, variables, lambda: None)
        async with aclosing(answers) as events:
            async for answer in events:
                if payload.items() <= answer["events"]["event"]["payload"].items():
                    return
        raise AssertionError("the subscription ended")


@asynccontextmanager
async def performed(world: World, example: str) -> AsyncIterator[Stage]:
    """Run the listener of an example as its header says, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gqlspaces", "listen"),
        *(f"examples.{example}:listener", "--url", world.url),
        cwd=world.folder,
        env=environment(GQLSPACES_KEY=world.key),
        stderr=PIPE,
    )
    assert process.stderr is not None
    told = b""
    while not told.endswith(b" listening\n"):
        line = await process.stderr.readline()
        assert line, told.decode()
        told += line
    rest = asyncio.create_task(process.stderr.read())
    try:
        async with world.client() as client:
            yield Stage(world, client)
        # It was told to end, and had nothing left to do: what it did was done well.
        process.send_signal(signal.SIGTERM)
        code = await process.wait()
        assert code == 0, (await rest).decode()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        rest.cancel()
