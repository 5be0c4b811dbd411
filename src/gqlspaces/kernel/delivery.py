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


class Delivery:
    """What follows the logs of this node's environments.

    ``poll`` is the longest time, in seconds, that an event waits when every hint was lost;
    ``recent`` is how many events of an environment are kept at hand while somebody follows it.
    """

    def __init__(self, database: Database, *, poll: float = 1.0, recent: int = 1024) -> None:
        """Prepare to follow; nothing runs before somebody does."""
        self.database = database
        self.poll = poll
        self.recent = recent
        self._tails: dict[str, _Tail] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # A reconnect storm must not starve the writers of the database.
        self._catch_ups = asyncio.Semaphore(CATCH_UPS)

    def hinted(self, environment_id: str, head: int) -> None:
        """Take a hint from the bus."""
        tail = self._tails.get(environment_id)
        if tail is not None and head > tail.ring.head:
            tail.hinted.set()

    async def close(self) -> None:
        """Stop every tail; who still follows one hears nothing any more."""
        self._tails.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def batches(
        self, environment_id: str, after: int, *, idle: float | None = None
    ) -> AsyncGenerator[list[Event], None]:
        """Give every event after ``after``, in order, in batches, for ever.

        With ``idle``, an empty batch tells that nothing happened for that many seconds. Raises
        CursorExpired when the next event is no longer kept.
        """
        async with self._followed(environment_id) as tail:
            while True:
                events = tail.ring.after(after, BATCH)
                if events is None:
                    events = await self._catch_up(environment_id, after)
                if events:
                    after = events[-1].seq
                    yield events
                elif not await tail.ring.grown_past(after, idle):
                    yield []

    async def _catch_up(self, environment_id: str, after: int) -> list[Event]:
        async with self._catch_ups:
            events = await self._read(environment_id, after)
        if not events:
            raise _too_slow()
        return events

    async def _read(self, environment_id: str, after: int) -> list[Event]:
        # On SQLite a read does not suspend: a long way through the log must let others in.
        await asyncio.sleep(0)
        rows = await self.database.fetch(
            READ_AFTER, {"environment": environment_id, "after": after, "limit": BATCH}
        )
        if rows and rows[-1].seq != after + len(rows):
            raise _too_slow()
        return [event_of(row) for row in rows]

    @asynccontextmanager
    async def _followed(self, environment_id: str) -> AsyncIterator[_Tail]:
        tail = self._tails.get(environment_id) or await self._begin(environment_id)
        tail.followers += 1
        try:
            yield tail
        finally:
            tail.followers -= 1
            if not tail.followers:
                # The tail ends by itself: cancelled in the middle of a read, it would take the
                # database connection along.
                self._tails.pop(environment_id, None)
                tail.hinted.set()

    async def _begin(self, environment_id: str) -> _Tail:
        position = await self.database.position(environment_id)
        if position is None:
            msg = "There is no such environment."
            raise NotFound(msg)
        if environment_id not in self._tails:  # somebody may have been quicker
            tail = self._tails[environment_id] = _Tail(Ring(position.head, self.recent))
            task = asyncio.create_task(self._run(environment_id, tail))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._tails[environment_id]

    async def _run(self, environment_id: str, tail: _Tail) -> None:
        while tail.followers:
            tail.hinted.clear()
            more = False
            try:
                more = await self._extend(environment_id, tail.ring)
            except Exception:
                logger.exception("reading the event log failed; trying again")
            if not more and tail.followers:
                with suppress(TimeoutError):
                    await asyncio.wait_for(tail.hinted.wait(), self.poll)

    async def _extend(self, environment_id: str, ring: Ring) -> bool:
        """Take what is new into the ring; tell whether there may be more."""
        try:
            events = await self._read(environment_id, ring.head)
        except CursorExpired:
            # This node was cut off for longer than events are kept; followers will be told.
            position = await self.database.position(environment_id)
            ring.restart(position.head if position else ring.head)
            return False
        ring.extend(events)
        return len(events) == BATCH


def _too_slow() -> CursorExpired:
    msg = "The follower was too slow: events it had not read are no longer kept."
    return CursorExpired(msg, path=("after",))
