"""Forgetting old events, from the old end and without holes."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BindParameter, bindparam, delete, select, update

from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.log import EventRecord, EventStream

CHUNK = 1000

_events, _streams = table(EventRecord).c, table(EventStream).c
_ENVIRONMENT: BindParameter[str] = bindparam("environment")
_NEWEST_OLD = (
    select(_events.seq)
    .where(
        _events.environment_id == _ENVIRONMENT,
        _events.seq <= bindparam("last"),
        _events.created_at < bindparam("before"),
    )
    .order_by(_events.seq.desc())
    .limit(1)
)
_FORGET = delete(table(EventRecord)).where(
    _events.environment_id == _ENVIRONMENT, _events.seq <= bindparam("last")
)
_RAISE_FLOOR = (
    update(table(EventStream))
    .where(_streams.environment_id == _ENVIRONMENT, _streams.floor < bindparam("last"))
    .values(floor=bindparam("last"))
)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long events are kept: this many days, and at least this many events."""

    days: float = 7
    at_least: int = 10_000

    async def trim(self, database: Database) -> int:
        """Forget what is old enough in every environment; give how many events went."""
        streams = await database.fetch(select(table(EventStream)), {})
        before = await database.now() - timedelta(days=self.days)
        gone = 0
        for stream in streams:
            floor, end = stream.floor, stream.head - self.at_least
            while floor < end:
                last = min(floor + CHUNK, end)
                found = await database.fetch(
                    _NEWEST_OLD,
                    {"environment": stream.environment_id, "last": last, "before": before},
                )
                if not found or found[0].seq <= floor:
                    break
                last = found[0].seq
                async with database.maintenance() as connection:
                    values = {"environment": stream.environment_id, "last": last}
                    await connection.execute(_FORGET, values)
                    # Last, for every writer of the environment waits for this row.
                    await connection.execute(_RAISE_FLOOR, values)
                gone += last - floor
                floor = last
        return gone
