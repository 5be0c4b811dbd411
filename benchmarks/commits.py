"""Bare SQLite: how fast this disk takes one small transaction after the other."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.rounds import Sample

BODY = "x" * 900  # about what an event of a job takes
SCHEMA = """
CREATE TABLE job (id TEXT PRIMARY KEY, info TEXT);
CREATE TABLE event (seq INTEGER PRIMARY KEY, body TEXT);
INSERT INTO job VALUES ('job', '');
"""


@contextmanager
def bare_database(folder: Path) -> Iterator[sqlite3.Connection]:
    """A database beside the gateway's, with the same promise: what is committed is on the disk."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(SCHEMA)
        yield connection


async def commit_for(connection: sqlite3.Connection, seconds: float) -> Sample:
    """Commit one UPDATE and one INSERT at a time, as the only one who writes."""
    count, cpu, begun = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() < begun + seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE job SET info = ?", (str(count),))
        connection.execute("INSERT INTO event (body) VALUES (?)", (BODY,))
        connection.execute("COMMIT")
        count += 1
    return Sample(count, time.perf_counter() - begun, time.process_time() - cpu)
