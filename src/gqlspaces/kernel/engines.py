"""Database connections: one writer and hop-free short reads on SQLite, pools on PostgreSQL."""

import fcntl
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import URL, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


class DatabaseInUse(RuntimeError):
    """Another process owns this SQLite database; only one may."""


def dumps(value: object) -> str:
    """Write a value as it is stored in a JSON column."""
    return orjson.dumps(value).decode()


# Errors are logged, and what callers store is none of the log's business.
OPTIONS: dict[str, Any] = {
    "json_serializer": dumps,
    "json_deserializer": orjson.loads,
    "hide_parameters": True,
}

CONNECTIONS = 20  # to PostgreSQL
WRITERS = 16  # of them, so that reads need not wait for writers

# A node that is frozen or cut off must not keep the others waiting for its locks.
_SERVER_SETTINGS = {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "10s"}


def async_url(url: str) -> str:
    """Name the asynchronous driver for a plain ``sqlite:`` or ``postgresql:`` URL."""
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    backend = parsed.get_backend_name()
    if backend not in drivers:
        msg = f"Only sqlite: and postgresql: databases are supported, not {backend!r}."
        raise ValueError(msg)
    return parsed.set(drivername=drivers[backend]).render_as_string(hide_password=False)


def is_sqlite(url: str) -> bool:
    """Tell whether a URL names the embedded database."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_path(url: str) -> Path:
    """Give the file of an embedded database."""
    path = make_url(url).database
    if not path or path == ":memory:":
        msg = "The embedded database needs a file: sqlite:///path/to/gqlspaces.db"
        raise ValueError(msg)
    return Path(path)


def spaces_folder(url: str) -> Path:
    """Give the folder beside an embedded database in which the Spaces have their own."""
    return sqlite_path(url).resolve().with_suffix(".spaces")


def write_engine(url: str) -> AsyncEngine:
    """Open the connections that write."""
    if not is_sqlite(url):
        return create_async_engine(
            async_url(url),
            pool_size=CONNECTIONS // 2,
            max_overflow=CONNECTIONS // 2,
            connect_args={"server_settings": _SERVER_SETTINGS},
            **OPTIONS,
        )
    engine = create_async_engine(async_url(url), poolclass=StaticPool, **OPTIONS)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        # A deferred transaction that first reads could not become a writer any more.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def read_engine(url: str) -> Engine:
    """Open the read-only connection of an embedded database, used without a thread hop.

    Each statement is its own snapshot. It never checkpoints, which keeps old SQLite versions
    outside the trigger of the WAL-reset bug.
    """
    read_only = URL.create(
        "sqlite",
        database=sqlite_path(url).absolute().as_uri(),
        query={"mode": "ro", "uri": "true"},
    )
    engine = create_engine(
        read_only,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        **OPTIONS,
    ).execution_options(isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in ("query_only=1", "busy_timeout=5000", "wal_autocheckpoint=0"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


class FileLock:
    """The claim of one process on an embedded database; the system frees it when we die."""

    def __init__(self, url: str) -> None:
        """Name the lock file beside the database file, whatever path leads to it."""
        database = sqlite_path(url).resolve()
        self.path = database.with_name(f"{database.name}.lock")
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock, or raise DatabaseInUse at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            msg = (
                f"Another process is using the database beside {self.path.name}. An embedded "
                "database has one process: stop the other one, talk to it with --url and --key, "
                "or use PostgreSQL."
            )
            raise DatabaseInUse(msg) from error
        self._file = file

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None
