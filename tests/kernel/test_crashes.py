"""What was acknowledged survives ``kill -9`` of the writing process."""

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from random import Random

import pytest

from gqlspaces.bootstrap import create_bare_environment
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.engines import DatabaseInUse, FileLock, sqlite_path
from gqlspaces.schema import build_rules
from harness import sqlite_copy

ROUNDS = 20
TESTS = Path(__file__).parents[1]

OPEN = """
import sys
from gqlspaces.kernel.database import Database
from gqlspaces.schema import build_rules
Database.open(sys.argv[1], build_rules())
"""


@pytest.fixture
def url(sqlite: Path, tmp_path: Path) -> str:
    return sqlite_copy(sqlite, tmp_path)


async def read_line(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return (await process.stdout.readline()).decode().strip()


async def kill_one_writer(process: Process, patience: int) -> list[str]:
    """Start a writer and kill it after some writes; give the ids it acknowledged."""
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    acknowledged: list[str] = []
    pid = 0
    while (line := await read_line(process)) != "dead":
        if line.startswith("pid "):
            pid = int(line.removeprefix("pid "))
        else:
            acknowledged.append(line)
        if pid and len(acknowledged) >= patience:
            os.kill(pid, signal.SIGKILL)
            pid, patience = 0, sys.maxsize
    return acknowledged


async def test_no_acknowledged_change_is_lost_when_the_writer_is_killed(url: str) -> None:
    random = Random(20)
    database = Database.open(url, build_rules())
    environment = await create_bare_environment(database, "development")
    await database.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(TESTS / "kernel" / "doomed_writer.py"),
        url,
        environment,
        stdin=PIPE,
        stdout=PIPE,
    )
    acknowledged: set[str] = set()
    with sqlite3.connect(sqlite_path(url)) as connection:
        for _ in range(ROUNDS):
            acknowledged |= set(await kill_one_writer(process, random.randint(1, 15)))
            stored = {id for (id,) in connection.execute("SELECT id FROM space")}
            told = [
                id
                for (id,) in connection.execute(
                    "SELECT space_id FROM event WHERE topic = 'space:created' ORDER BY seq"
                )
            ]
            numbers = [seq for (seq,) in connection.execute("SELECT seq FROM event ORDER BY seq")]
            [(head,)] = connection.execute("SELECT head FROM event_stream")

            assert acknowledged <= stored
            assert sorted(stored) == sorted(told)
            assert list(range(1, head + 1)) == numbers
        assert list(connection.execute("PRAGMA integrity_check")) == [("ok",)]
    connection.close()
    assert process.stdin is not None
    process.stdin.close()
    assert await process.wait() == 0


async def test_a_second_process_is_refused(url: str) -> None:
    database = Database.open(url, build_rules())
    arguments = (sys.executable, "-c", OPEN, url)
    second = await asyncio.create_subprocess_exec(*arguments, stderr=PIPE)
    _, complaint = await second.communicate()
    await database.close()
    third = await asyncio.create_subprocess_exec(*arguments)

    assert second.returncode == 1
    assert b"DatabaseInUse: Another process is using the database" in complaint
    assert await third.wait() == 0


def test_another_path_to_the_same_database_is_refused_too(url: str, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(sqlite_path(url))
    lock = FileLock(url)
    lock.acquire()
    with pytest.raises(DatabaseInUse):
        FileLock(f"sqlite:///{tmp_path}/link.db").acquire()
    lock.release()

    again = FileLock(f"sqlite:///{tmp_path}/link.db")
    again.acquire()
    again.release()


def test_two_databases_side_by_side_are_two(tmp_path: Path) -> None:
    locks = [FileLock(f"sqlite:///{tmp_path}/{name}") for name in ("a.db", "a.sqlite", "a")]
    for lock in locks:
        lock.acquire()
    for lock in locks:
        lock.release()
