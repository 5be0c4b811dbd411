"""The database as the service uses it: readers for queries, one transaction for each mutation."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, Select, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from gqlspaces.kernel import engines
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.clock import Clock, SystemClock
from gqlspaces.kernel.errors import Conflict, DomainError
from gqlspaces.kernel.log import READ_POSITION, Position
from gqlspaces.kernel.own.postgres import Schemas
from gqlspaces.kernel.own.sqlite import Files
from gqlspaces.kernel.reader import AnyRow, Reader
from gqlspaces.kernel.recorder import RecordingSession, Rules, Touched
from gqlspaces.kernel.transaction import Transaction

if TYPE_CHECKING:
    from gqlspaces.kernel.own.transaction import OwnDatabases

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_WAITING_WRITERS = 1000
TRIES = 3
MOST_OPEN = 100

# What PostgreSQL calls a serialization failure, a deadlock, and a lock waited for in vain.
_RACES = {"40001", "40P01", "55P03"}

Hint: TypeAlias = Callable[[str, int], None]


class Overloaded(DomainError):
    """Too much is waiting for the database; nothing was done."""

    code = "OVERLOADED"


class Raced(Conflict):
    """Another transaction got in the way and nothing was done; repeating it may succeed."""


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
    most_open: int = MOST_OPEN
    hint: Hint = field(default=lambda _environment, _head: None)
    statements: int = 0

    def __post_init__(self) -> None:
        """Prepare the connections that read, the sessions, and the queue of writers."""
        self._reader = self.writer.execution_options(isolation_level="AUTOCOMMIT")
        self._reading: Connection | None = None
        self._sessions = async_sessionmaker(
            self.writer, sync_session_class=RecordingSession, expire_on_commit=False
        )
        self._turns = asyncio.Semaphore(1 if self.is_sqlite else engines.WRITERS)
        self._waiting = 0
        self.own: OwnDatabases = (
            Files(self, engines.spaces_folder(self.url), most_open=self.most_open)
            if self.is_sqlite
            else Schemas(self)
        )

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the embedded database."""
        return self.reads is not None

    @classmethod
    def open(
        cls, url: str, rules: Rules, clock: Clock | None = None, *, most_open: int = MOST_OPEN
    ) -> "Database":
        """Open a migrated database; an embedded one is locked against a second process.

        ``most_open`` limits how many files of Spaces are open at once.
        """
        writer = engines.write_engine(url)
        if not engines.is_sqlite(url):
            return cls(url, rules, writer, None, clock)
        lock = engines.FileLock(url)
        lock.acquire()
        reads = engines.read_engine(url)
        return cls(url, rules, writer, reads, clock or SystemClock(), lock, most_open)

    async def close(self) -> None:
        """Give every connection and the lock back."""
        await self.own.close()
        if self.reads is not None:
            if self._reading is not None:
                self._reading.close()
            self.reads.dispose()
        # Last, for only a connection that writes can clear SQLite's write-ahead log away.
        await self.writer.dispose()
        if self.lock is not None:
            self.lock.release()

    def reader(self, principal: Principal) -> Reader:
        """Give a caller's view."""
        return Reader(self, principal)

    async def fetch(self, statement: Select[Any], parameters: dict[str, Any]) -> Sequence[AnyRow]:
        """Run one reading statement; short reads on SQLite go without a thread hop."""
        self.statements += 1
        if self.reads is not None:
            self._reading = self._reading or self.reads.connect()
            return list(self._reading.execute(statement, parameters))
        with _told():
            async with self._reader.connect() as connection:
                return list(await connection.execute(statement, parameters))

    async def position(self, environment_id: str) -> Position | None:
        """Give the ends of an environment's log, or None where there is no such environment."""
        rows = await self.fetch(READ_POSITION, {"environment": environment_id})
        return Position(**rows[0]._mapping) if rows else None  # noqa: SLF001 - its public mapping

    @asynccontextmanager
    async def transaction(
        self, principal: Principal, *, actor_id: str | None = None
    ) -> AsyncIterator[Transaction]:
        """Open a transaction that commits when its block ends well, and else leaves no trace.

        Raises Raced when another one got in the way. Once it is durable, the keepers are told.
        """
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
            if transaction.rehearsal:
                await session.rollback()
                return
            try:
                await transaction.commit()
            finally:
                # A caller that gives up during the commit does not take the hint along.
                if transaction.head is not None:
                    self.hint(principal.environment_id, transaction.head)
        await self._tell_keepers(principal, transaction.changes)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection of PostgreSQL for reads that are not a caller's.

        An embedded database has none to lend: its only other connection is that of the writer.
        """
        with _told():
            async with self._reader.connect() as connection:
                yield connection

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

    async def _tell_keepers(self, principal: Principal, touched: Sequence[Touched]) -> None:
        for keeper in self.rules.keepers if touched else ():
            try:
                await keeper(self, principal, touched)
            except Exception:
                # The change is durable; what follows from it is looked for again at start-up.
                logger.exception("following a change failed")

    async def _now(self, session: AsyncSession) -> datetime:
        if self.clock is not None:
            return self.clock.now()
        moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        return moment

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        if self._waiting >= MAX_WAITING_WRITERS:
            msg = "Too many changes are waiting to be written; try again shortly."
            raise Overloaded(msg)
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            with _told():
                yield
        finally:
            self._turns.release()


async def repeated(work: Callable[[], Awaitable[T]]) -> T:
    """Do work again that another transaction got in the way of, a few times at the most."""
    for _ in range(TRIES - 1):
        with suppress(Raced):
            return await work()
    return await work()


@contextmanager
def _told() -> Iterator[None]:
    """Tell in the terms of callers what the database refuses for no fault of theirs."""
    try:
        yield
    except NoConnection as error:
        msg = "Too many requests are waiting for the database; try again shortly."
        raise Overloaded(msg) from error
    except DBAPIError as error:
        if not isinstance(error, IntegrityError) and _sqlstate(error) not in _RACES:
            raise
        msg = "Another change got in first; read the present state and try again."
        raise Raced(msg) from error


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
