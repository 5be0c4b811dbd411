"""One Space's file: plain blocking calls, made from threads beside the event loop."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    RootTransaction,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    select,
)

from gqlspaces.kernel.engines import OPTIONS
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.own.tables import FORMAT, OWN, SCHEMA, format_table, outbox

T = TypeVar("T")
Setup = Callable[[sqlite3.Connection], None]

_BESIDE: Final = ("-wal", "-shm")
_WRITER: Final = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")
# Only the writer checkpoints, which keeps old SQLite versions outside the WAL-reset bug.
_READER: Final = ("query_only=1", "busy_timeout=5000", "wal_autocheckpoint=0")

_WAITING = (
    select(outbox.c.seq, outbox.c.message)
    .where(outbox.c.seq > bindparam("delivered"))
    .order_by(outbox.c.seq)
)

_functions: list[Setup] = []


def register(setup: Setup) -> None:
    """Have a function prepare every connection, such as with SQL functions of its own."""
    _functions.append(setup)


class _Doors:
    """One engine for all files, so that a statement is compiled once and not once per Space."""

    def __init__(self, begin: str, pragmas: tuple[str, ...]) -> None:
        self._wanted = threading.local()
        self._pragmas = pragmas
        self._engine: Engine = create_engine(
            "sqlite://", poolclass=NullPool, **OPTIONS
        ).execution_options(schema_translate_map={SCHEMA: None})
        event.listen(self._engine, "do_connect", self._connect)
        event.listen(self._engine, "begin", lambda one: one.exec_driver_sql(begin))

    def open(self, path: Path) -> Connection:
        """Open a file for the thread that asks and any other after it."""
        self._wanted.path = path
        return self._engine.connect()

    def _connect(self, *_arguments: Any) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._wanted.path, isolation_level=None, check_same_thread=False
        )
        for pragma in self._pragmas:
            connection.execute(f"PRAGMA {pragma}")
        for setup in _functions:
            setup(connection)
        return connection


_writers = _Doors("BEGIN IMMEDIATE", _WRITER)
_readers = _Doors("BEGIN", _READER)


class SpaceFile:
    """The connections to one file; those who call see to it that one at a time writes."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made when it is first used."""
        self.path = path
        self.delivered = 0
        self._opening = threading.Lock()
        self._writer: Connection | None = None
        self._transaction: RootTransaction | None = None
        self._idle: list[Connection] = []
        self._gone = False

    def begin(self) -> None:
        """Begin to write; what the main database has taken leaves the outbox."""
        self._transaction = self._opened().begin()
        if self.delivered:
            self.run(lambda one: one.execute(delete(outbox).where(outbox.c.seq <= self.delivered)))

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do work in the transaction that was begun."""
        return work(self._opened())

    def commit(self) -> None:
        """Make it durable."""
        if self._transaction is not None:
            self._transaction.commit()
            self._transaction = None

    def rollback(self) -> None:
        """Leave no trace."""
        if self._transaction is not None:
            self._transaction.rollback()
            self._transaction = None

    def waiting(self) -> list[tuple[int, dict[str, Any]]]:
        """Give what the main database has not been told, in order."""
        writer = self._opened()
        with writer.begin():
            rows = writer.execute(_WAITING, {"delivered": self.delivered})
            return [(row.seq, row.message) for row in rows]

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work in one snapshot that no writer disturbs."""
        if self._writer is None:
            self._opened()
        reader = self._idle.pop() if self._idle else _readers.open(self.path)
        try:
            with reader.begin():
                return work(reader)
        finally:
            self._idle.append(reader)

    def was_left_open(self) -> bool:
        """Tell whether its last process did not close it, so that an event may be waiting."""
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.exists() and log.stat().st_size > 0

    def close(self) -> None:
        """Close every connection, the one that clears the write-ahead log away last."""
        for reader in self._idle:
            reader.close()
        self._idle.clear()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def remove(self) -> None:
        """Close and delete the file; whoever still wants it is told that there is no Space."""
        self._gone = True
        self.close()
        for suffix in ("", *_BESIDE):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _opened(self) -> Connection:
        if self._gone:
            raise NotFound("The Space is gone.")
        # Whoever reads first and whoever writes first may come at once.
        with self._opening:
            if self._writer is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                writer = _writers.open(self.path)
                with writer.begin():
                    _make_tables(writer)
                self._writer = writer
            return self._writer


def keep(message: dict[str, Any]) -> Callable[[Connection], object]:
    """Make the work that puts a message into the outbox."""
    return lambda connection: connection.execute(insert(outbox), {"message": message})


def _make_tables(connection: Connection) -> None:
    OWN.create_all(connection)
    version = connection.scalar(select(format_table.c.version))
    if version is None:
        connection.execute(insert(format_table), {"version": FORMAT})
    elif version > FORMAT:
        msg = f"The database of this Space has format {version}; this version knows up to {FORMAT}."
        raise RuntimeError(msg)
