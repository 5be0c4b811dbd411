"""The database as the service uses it: readers for queries, one transaction for each mutation."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from gqlspaces.kernel import engines
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.clock import Clock, SystemClock
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.log import READ_POSITION, Position
from gqlspaces.kernel.reader import AnyRow, Reader
from gqlspaces.kernel.recorder import RecordingSession, Rules
from gqlspaces.kernel.transaction import Transaction

MAX_WAITING_WRITERS = 1000

Hint: TypeAlias = Callable[[str, int], None]


class Overloaded(DomainError):
    """Too many changes are waiting for the writer; nothing was done."""

    code = "OVERLOADED"


@dataclass
class Database:
    """An open database.

    ``clock`` stands in for the database's own time; on PostgreSQL None means that every
    transaction asks the database, so that many nodes share one clock.
    """

    url: str
    rules: Rules
    writer: AsyncEngine
    reads: Engine | None
    clock: Clock | None
    lock: engines.FileLock | None = None
    hint: Hint = field(default=lambda _environment, _head: None)
    statements: int = 0

    def __post_init__(self) -> None:
        """Prepare the sessions, and the queue of writers where there can be only one."""
        self._sessions = async_sessionmaker(
            self.writer, sync_session_class=RecordingSession, expire_on_commit=False
        )
        self._turn = asyncio.Lock() if self.is_sqlite else None
        self._waiting = 0

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the embedded database."""
        return engines.is_sqlite(self.url)

    @classmethod
    def open(cls, url: str, rules: Rules, clock: Clock | None = None) -> "Database":
        """Open a migrated database; an embedded one is locked against a second process."""
        writer = engines.write_engine(url)
        if not engines.is_sqlite(url):
            return cls(url, rules, writer, None, clock)
        lock = engines.FileLock(url)
        lock.acquire()
        return cls(url, rules, writer, engines.read_engine(url), clock or SystemClock(), lock)

    async def close(self) -> None:
        """Give every connection and the lock back."""
        await self.writer.dispose()
        if self.reads is not None:
            self.reads.dispose()
        if self.lock is not None:
            self.lock.release()

    def reader(self, principal: Principal) -> Reader:
        """Give a caller's view."""
        return Reader(self, principal)

    async def fetch(self, statement: Select[Any], parameters: dict[str, Any]) -> Sequence[AnyRow]:
        """Run one reading statement; short reads on SQLite go without a thread hop."""
        self.statements += 1
        if self.reads is not None:
            with self.reads.connect() as connection:
                return connection.execute(statement, parameters).all()
        async with self.writer.connect() as connection:
            return (await connection.execute(statement, parameters)).all()

    async def position(self, environment_id: str) -> Position | None:
        """Give the ends of an environment's log, or None where there is no such environment."""
        rows = await self.fetch(READ_POSITION, {"environment": environment_id})
        return Position(*rows[0]) if rows else None

    @asynccontextmanager
    async def transaction(
        self, principal: Principal, *, actor_id: str | None = None
    ) -> AsyncIterator[Transaction]:
        """Open a transaction that commits when its block ends well, and else leaves no trace."""
        async with self._my_turn(), self._sessions(info={"rules": self.rules}) as session:
            now = await self._now(session)
            session.info["now"] = now
            transaction = Transaction(
                session=session,
                principal=principal,
                now=now,
                rules=self.rules,
                locks_rows=not self.is_sqlite,
                actor_id=actor_id or principal.key_id,
            )
            yield transaction
            head = await transaction.commit()
        if head is not None:
            self.hint(principal.environment_id, head)

    @asynccontextmanager
    async def maintenance(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction for housekeeping that no listener needs to hear of."""
        async with self._my_turn(), self.writer.begin() as connection:
            yield connection

    async def now(self) -> datetime:
        """Give the present moment by the clock that transactions go by."""
        if self.clock is not None:
            return self.clock.now()
        moment: datetime = (await self.fetch(select(func.clock_timestamp()), {}))[0][0]
        return moment

    async def _now(self, session: AsyncSession) -> datetime:
        if self.clock is not None:
            return self.clock.now()
        moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        return moment

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        if self._waiting >= MAX_WAITING_WRITERS:
            msg = "Too many changes are waiting to be written; try again shortly."
            raise Overloaded(msg)
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()
