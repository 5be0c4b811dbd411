"""Two nodes that look at one clock, and what they started."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from features.structure import new_space
from gqlspaces.features.schedules.scheduler import Scheduler
from gqlspaces.kernel.database import Database
from gqlspaces.schema import build_rules
from harness import Api, HandClock

HOUR, DAY = 3600, 24 * 3600
_JOBS = """query ($filter: JobFilter, $after: String) { jobs(filter: $filter, after: $after) {
  edges { node { actionId name createdAt createdBy status info input subject { params } } }
  pageInfo { hasNextPage endCursor } } }"""


@dataclass(frozen=True)
class Watch:
    """A Space with Actions that start by the clock."""

    api: Api
    clock: HandClock
    nodes: tuple[Scheduler, Scheduler]
    space: str

    async def action(self, schedule: str | None, operation: str = "report", **more: Any) -> str:
        """Put a button with a schedule on the Space, or on something in it; give its id."""
        button = {"targetId": self.space, "operation": operation, "label": "Report"} | more
        made = await self.api.do("createAction", "action { id }", **button, schedule=schedule)
        id: str = made["action"]["id"]
        return id

    async def look(self) -> int:
        """Let both nodes look at the clock at the same moment; give how much they started."""
        return sum(await asyncio.gather(*(node.look() for node in self.nodes)))

    async def pass_by(self, seconds: float) -> int:
        """Let time pass, or go back, and look; listeners that are connected say so."""
        self.clock.pass_by(seconds)
        await self.api.gateway.presence.tell()
        return await self.look()

    async def jobs(self, action: str | None = None) -> list[Any]:
        """Give the Jobs that were started, oldest first."""
        found: list[Any] = []
        after = None
        while True:
            wanted = {"spaceId": self.space}
            page = (await self.api(_JOBS, filter=wanted, after=after))["jobs"]
            found += [edge["node"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        return [job for job in reversed(found) if action in {None, job["actionId"]}]

    async def started(self, action: str) -> int:
        """Give how often an Action was started."""
        return len(await self.jobs(action))

    async def ticks(self, action: str) -> list[Any]:
        """Give up to when an Action's schedule was looked at."""
        document = """query ($id: ID!) { node(id: $id) { ... on Action {
          ticks { targetId cadence period firedAt } } } }"""
        found: list[Any] = (await self.api(document, id=action))["node"]["ticks"]
        return found


@asynccontextmanager
async def watching(api: Api, clock: HandClock, zone: str) -> AsyncIterator[Watch]:
    """Open a second node where there can be one: an embedded database has one process."""
    first = api.gateway.database
    second = first if first.is_sqlite else Database.open(first.url, build_rules(), clock)
    nodes = (
        Scheduler(first, zone=ZoneInfo(zone), interval=HOUR),
        Scheduler(second, zone=ZoneInfo(zone), interval=HOUR),
    )
    try:
        yield Watch(api, clock, nodes, await new_space(api))
    finally:
        if second is not first:
            await second.close()
