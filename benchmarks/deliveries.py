"""Deliveries per second: bursts of events to many subscribers, beside a bare broadcast."""

from typing import Any

import orjson

from benchmarks.effort import Effort
from benchmarks.process import Server
from benchmarks.requests import WrongAnswer, answer, post
from benchmarks.rounds import Advance, Sample, Table, compare
from benchmarks.sockets import Address, audience
from benchmarks.world import World

EVENTS = """
subscription Events($after: String) {
  events(after: $after) {
    cursor
    event { id topic domain namespaces context payload createdAt }
  }
}
"""
CREATE_WORKBOOK = """
mutation ($input: CreateWorkbookInput!) {
  createWorkbook(input: $input) { workbook { id } userErrors { message } }
}
"""
FIELD = {"key": "name", "type": "STRING"}


class Writer:
    """Makes events in a Space of its own: a new Workbook is announced, and each of its Sheets."""

    def __init__(self, world: World, space_id: str) -> None:
        self._world = world
        self._space_id = space_id
        self._written = 0

    async def write(self, sheets: int) -> None:
        """Make one event more than there are `sheets`, in one transaction."""
        self._written += 1
        wanted = {
            "spaceId": self._space_id,
            "name": f"Workbook {self._written:05d}",
            "sheets": [
                {"name": f"Sheet {number:02d}", "fields": [FIELD]} for number in range(sheets)
            ],
        }
        await self._world.ask(CREATE_WORKBOOK, input=wanted)


async def prepare_writer(world: World) -> Writer:
    """A writer with a new Space."""
    return Writer(world, await world.new_space("Deliveries"))


async def typical_frame(world: World, writer: Writer) -> bytes:
    """What a subscriber is sent about a new Sheet, after a look at it."""
    address = await _behind_an_event(world, writer)
    async with audience(world.server, address, 1) as one:
        await one.burst(2, writer.write(1))
    if orjson.loads(one.frame)["payload"]["data"]["events"]["event"]["topic"] != "sheet:created":
        raise WrongAnswer(one.frame.decode())
    return one.frame


async def compare_deliveries(
    world: World, writer: Writer, bare: Server, effort: Effort, advance: Advance
) -> Table:
    """Measure bursts to subscribers of all events, beside a broadcast of frames of that size."""
    frames, size = effort.sheets + 1, effort.subscribers
    address = await _behind_an_event(world, writer)
    async with (
        audience(world.server, address, size) as subscribers,
        audience(bare, Address("/"), size) as sockets,
    ):

        async def ours() -> Sample:
            return await subscribers.burst(frames, writer.write(effort.sheets))

        async def broadcast() -> Sample:
            return await sockets.burst(frames, answer(bare, post(f"/burst/{frames}")))

        name = f"{size} subscribers"
        comparison = await compare(name, ours, broadcast, rounds=effort.rounds, advance=advance)
    title = f"Deliveries per second (bursts of {frames} events)"
    return Table(title, "bare Starlette", [comparison])


async def _behind_an_event(world: World, writer: Writer) -> Address:
    """Where to subscribe so that an event comes at once: who got it hears all that follow."""
    cursor = await world.cursor()
    await writer.write(0)
    subscribe = {"query": EVENTS, "variables": {"after": cursor}}
    sayings: list[dict[str, Any]] = [
        {"type": "connection_init", "payload": {"authorization": f"Bearer {world.key}"}},
        {"type": "subscribe", "id": "events", "payload": subscribe},
    ]
    return Address("/graphql", "graphql-transport-ws", list(map(orjson.dumps, sayings)))
