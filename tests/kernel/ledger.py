"""A ledger: plain writes, and the log as its table holds it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.ids import new_id
from gqlspaces.kernel.log import READ_AFTER, Position, append

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ledger:
    """One environment's log, written to and read below GraphQL."""

    database: Database
    principal: Principal

    @property
    def environment(self) -> str:
        return self.principal.environment_id

    async def add_space(self, name: str = "A Space", **values: Any) -> str:
        """Store a Space in a transaction of its own; give its id."""
        async with self.database.transaction(self.principal) as tx:
            space = tx.add(Space(name=name, **values))
        return space.id

    async def append(self, number: int, at: datetime | None = None) -> int:
        """Write plain events; give the new head."""
        events = [event(at or LONG_AGO) for _ in range(number)]
        async with self.database.maintenance() as connection:
            return await connection.run_sync(append, self.environment, events)

    async def position(self) -> Position:
        found = await self.database.position(self.environment)
        assert found is not None
        return found

    async def rows(self, after: int = 0) -> list[Any]:
        """Give every stored event after one."""
        return list(
            await self.database.fetch(
                READ_AFTER, {"environment": self.environment, "after": after, "limit": 100_000}
            )
        )

    async def numbers(self) -> list[int]:
        return [row.seq for row in await self.rows()]


def event(at: datetime) -> dict[str, Any]:
    return {
        "id": new_id("ev"),
        "topic": "space:updated",
        "domain": "space",
        "namespace": None,
        "space_id": None,
        "namespaces": [],
        "context": {},
        "payload": {},
        "origin": None,
        "created_at": at,
    }
