"""Following the log: catch-up and live are one loop over one position.

One tail task per environment that anybody follows extends that environment's ring; a follower
pulls from the ring or, when it fell behind, from the log. There is no hand-over between replay and
live that could lose or double an event.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from gqlspaces.kernel.database import Database
from gqlspaces.kernel.errors import CursorExpired, NotFound
from gqlspaces.kernel.log import READ_AFTER, Event, event_of
from gqlspaces.kernel.ring import Ring

logger = logging.getLogger(__name__)

BATCH = 500
CATCH_UPS = 8


@dataclass
class _Tail:
    ring: Ring
    hinted: asyncio.Event = field(default_factory=asyncio.Event)
    followers: int = 0
    task: asyncio.Task[None] | None = None


class Delivery:
    """What follows the logs of this node's environments.

    ``poll`` is the longest time, in seconds, that an event waits when every hint was lost.
    """

    def __init__(self, database: Database, *, poll: float = 1.0) -> None:
        """Prepare to follow; nothing runs before somebody does."""
        self.database = database
        self.poll = poll
        self._tails: dict[str, _Tail] = {}
        # A reconnect storm must not starve the writers of the database.
        self._catch_ups = asyncio.Semaphore(CATCH_UPS)

    def hinted(self, environment_id: str, head: int) -> None:
        """Take a hint from the bus."""
        tail = self._tails.get(environment_id)
        if tail is not None and head > tail.ring.head:
            tail.hinted.set()

    async def close(self) -> None:
        """Stop every tail."""
        tasks = [tail.task for tail in self._tails.values() if tail.task is not None]
        self._tails.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def batches(
        self, environment_id: str, after: int, *, idle: float | None = None
    ) -> AsyncGenerator[list[Event], None]:
        """Give every event after ``after``, in order, in batches, for ever.

        With ``idle``, an empty batch tells that nothing happened for that many seconds.
        """
        async with self._followed(environment_id) as tail:
            while True:
                events = tail.ring.after(after, BATCH)
                if events is None:
                    events = await self._read(environment_id, after)
                if not events:
                    if not await tail.ring.grown_past(after, idle):
                        yield []
                    continue
                after = events[-1].seq
                yield events

    async def _read(self, environment_id: str, after: int) -> list[Event]:
        async with self._catch_ups:
            rows = await self.database.fetch(
                READ_AFTER, {"environment": environment_id, "after": after, "limit": BATCH}
            )
        if rows and rows[0].seq != after + 1:
            msg = "The follower was too slow: events it had not read are no longer kept."
            raise CursorExpired(msg, path=("after",))
        return [event_of(row) for row in rows]

    @asynccontextmanager
    async def _followed(self, environment_id: str) -> AsyncIterator[_Tail]:
        tail = self._tails.get(environment_id)
        if tail is None:
            position = await self.database.position(environment_id)
            if position is None:
                msg = "There is no such environment."
                raise NotFound(msg)
            tail = self._tails.setdefault(environment_id, _Tail(Ring(position.head)))
        tail.followers += 1
        if tail.task is None:
            tail.task = asyncio.create_task(self._run(environment_id, tail))
        try:
            yield tail
        finally:
            tail.followers -= 1
            if not tail.followers and self._tails.get(environment_id) is tail:
                del self._tails[environment_id]
                tail.task.cancel()

    async def _run(self, environment_id: str, tail: _Tail) -> None:
        while True:
            tail.hinted.clear()
            events: list[Event] = []
            try:
                events = await self._read(environment_id, tail.ring.head)
                tail.ring.extend(events)
            except CursorExpired:
                # This node was cut off for longer than events are kept; followers will be told.
                position = await self.database.position(environment_id)
                tail.ring.restart(position.head if position else tail.ring.head)
            except Exception:
                logger.exception("reading the event log failed; trying again")
            if len(events) < BATCH:
                with suppress(TimeoutError):
                    await asyncio.wait_for(tail.hinted.wait(), self.poll)
