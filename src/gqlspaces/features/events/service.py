"""Reading the event log: forwards for ever, or one page of its history."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from gqlspaces.features.events.filter import Sieve
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.delivery import Delivery
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.log import Event, Position, event_of, read_page

CHECKPOINT_SECONDS = 15.0
CHECKPOINT_EVENTS = 500
SCAN = 500
MAX_SCANS = 20


@dataclass(frozen=True, slots=True)
class Item:
    """An event and where it stands; without an event it tells how far the log was searched."""

    cursor: str
    event: Event | None


@dataclass(frozen=True, slots=True)
class History:
    """A page of events; ``more`` tells that the log goes on behind ``last_seq``."""

    events: list[Event]
    position: Position
    last_seq: int
    more: bool


async def position_of(database: Database, environment_id: str) -> Position:
    """Give the ends of an environment's log."""
    position = await database.position(environment_id)
    if position is None:
        msg = "There is no such environment."
        raise NotFound(msg)
    return position


async def follow(
    delivery: Delivery, sieve: Sieve, *, after: str | None, checkpoints: bool
) -> AsyncGenerator[Item, None]:
    """Give every matching event after a cursor, or from now on, once and in order."""
    environment_id = sieve.principal.environment_id
    position = await position_of(delivery.database, environment_id)
    seq = position.head if after is None else position.seq_of(after)
    scan = _Scan(sieve, position, checkpoints=checkpoints)
    batches = delivery.batches(environment_id, seq, idle=CHECKPOINT_SECONDS)
    async with aclosing(batches):
        async for batch in batches:
            for item in scan.items(batch, seq):
                yield item
            seq = batch[-1].seq if batch else seq


class _Scan:
    """Sifts batches, and tells how far it came when it let much pass or nothing happened."""

    def __init__(self, sieve: Sieve, position: Position, *, checkpoints: bool) -> None:
        self._sieve = sieve
        self._position = position
        self._checkpoints = checkpoints
        self._skipped = 0

    def items(self, batch: list[Event], seq: int) -> Iterator[Item]:
        """Give the matching events of a batch that begins behind event ``seq``."""
        if not batch:
            yield from self._checkpoint(seq)
        for event in batch:
            if self._sieve.passes(event):
                self._skipped = 0
                yield Item(self._position.cursor(event.seq), event)
                continue
            self._skipped += 1
            if self._skipped >= CHECKPOINT_EVENTS:
                yield from self._checkpoint(event.seq)

    def _checkpoint(self, seq: int) -> Iterator[Item]:
        self._skipped = 0
        if self._checkpoints:
            yield Item(self._position.cursor(seq), None)


async def read_history(
    database: Database, sieve: Sieve, *, cursor: str | None, size: int, forward: bool
) -> History:
    """Give up to ``size`` matching events after a cursor, or before it when not ``forward``.

    A rare filter is searched for a bounded while; the page then ends where the search ended.
    """
    principal = sieve.principal
    position = await position_of(database, principal.environment_id)
    start = position.floor if forward else position.head + 1
    seq = start if cursor is None else position.seq_of(cursor)
    statement = read_page(forward=forward, space_id=sieve.space_id, namespaces=principal.namespaces)
    found: list[Event] = []
    for _ in range(MAX_SCANS):
        rows = await database.fetch(
            statement,
            {"environment": principal.environment_id, "from": seq, "limit": SCAN},
        )
        for row in rows:
            event = event_of(row)
            if sieve.passes(event):
                if len(found) == size:
                    return History(found, position, seq, more=True)
                found.append(event)
            seq = event.seq
        if len(rows) < SCAN:
            return History(found, position, seq, more=False)
    return History(found, position, seq, more=True)
