"""Two hundred times ``kill -9`` while records are written: nothing acknowledged is lost or half."""

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from features.records.sheets import make_sheets
from gqlspaces.app import Gateway
from gqlspaces.features.records.numbers import commit_id
from gqlspaces.kernel.engines import spaces_folder, sqlite_path
from gqlspaces.settings import Settings
from harness import Api, open_gateway, sqlite_copy

ROUNDS = 200
TESTS = Path(__file__).parents[2]
FIELDS = [
    {"key": "batch"},
    {"key": "size", "type": "NUMBER"},
    {"key": "email", "constraints": [{"type": "REQUIRED"}, {"type": "UNIQUE"}]},
]
TOLD = ["records:created", "commit:created", "sheet:counts-updated"]


@pytest.fixture
def url(sqlite: Path, tmp_path: Path) -> str:
    return sqlite_copy(sqlite, tmp_path)


async def prepared(url: str, folder: Path) -> tuple[str, list[str]]:
    """Make two Spaces with a Sheet each."""
    async with open_gateway(url, folder) as (gateway, token):
        api = await Api.with_key(gateway, token)
        sheets = [
            (await make_sheets(api, {"name": "Contacts", "fields": FIELDS}))["contacts"]
            for _ in range(2)
        ]
        return api.principal.environment_id, sheets


async def kill_one_writer(process: Process, patience: int) -> list[list[str]]:
    """Start a writer and kill it after some writes; give what it acknowledged."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"go\n")
    acknowledged: list[list[str]] = []
    pid = 0
    while True:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode().strip()
        if line == "dead":
            return acknowledged
        if line.startswith("pid "):
            pid = int(line.removeprefix("pid "))
        else:
            acknowledged.append(line.split())
        if pid and len(acknowledged) >= patience:
            os.kill(pid, signal.SIGKILL)
            pid, patience = 0, sys.maxsize


def query(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return list(connection.execute(statement))


def left_behind(url: str) -> int:
    """How many messages the main database had not been told of when the writer died."""
    done = dict(query(sqlite_path(url), "SELECT space_id, seq FROM delivered"))
    return sum(
        seq > done.get(path.stem, 0)
        for path in spaces_folder(url).glob("sp_*.db")
        for (seq,) in query(path, "SELECT seq FROM outbox")
    )


def batches(path: Path) -> dict[str, tuple[int, int]]:
    """How many records of each batch there are, and how many there must be."""
    found: Counter[str] = Counter()
    sizes = {}
    for (values,) in query(path, 'SELECT "values" FROM record'):
        batch, size, _email = orjson.loads(values)
        found[batch] += 1
        sizes[batch] = size
    return {batch: (found[batch], sizes[batch]) for batch in found}


@pytest.mark.timeout(900)
async def test_no_batch_is_lost_half_or_told_of_wrongly(url: str, tmp_path: Path) -> None:
    random = Random(3)
    environment, sheets = await prepared(url, tmp_path)
    script = str(TESTS / "features" / "records" / "doomed_inserter.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, url, environment, *sheets, stdin=PIPE, stdout=PIPE
    )
    acknowledged: list[list[str]] = []
    undelivered = 0
    for _ in range(ROUNDS):
        acknowledged += await kill_one_writer(process, random.randint(1, 6))
        undelivered += left_behind(url)
    assert process.stdin is not None
    process.stdin.close()
    assert await process.wait() == 0
    # What the last one left is told of when the next one starts.
    gateway = await Gateway(Settings(database_url=url, data_dir=tmp_path)).open()
    await gateway.close()

    assert undelivered, "no kill hit the moment between the two databases"
    told = query(
        sqlite_path(url),
        "SELECT json_extract(context, '$.sheetId'), json_extract(context, '$.commitId'), topic, "
        "json_extract(payload, '$.commitId') FROM event WHERE domain = 'sheet' AND "
        "topic IN ('records:created', 'commit:created', 'sheet:counts-updated') ORDER BY seq",
    )
    assert not left_behind(url)
    for path, sheet_id in [(path, _sheet_of(path, sheets)) for path in spaces(url)]:
        stored = batches(path)
        mine = [row for row in acknowledged if row[0] == sheet_id]
        commits = [
            commit_id(sheet_id, n) for (n,) in query(path, 'SELECT n FROM "commit" ORDER BY n')
        ]
        events = [(topic, commit) for sheet, _, topic, commit in told if sheet == sheet_id]

        assert {batch for _, _, batch in mine} <= set(stored)
        assert [] == [batch for batch, (found, size) in stored.items() if found != size]
        assert {commit for _, commit, _ in mine} <= set(commits)
        assert len(commits) == len(stored)
        assert [topic for topic, _ in events] == TOLD * len(commits)
        assert [commit for topic, commit in events if topic == "commit:created"] == commits
        assert [("ok",)] == query(path, "PRAGMA integrity_check")


def spaces(url: str) -> list[Path]:
    return sorted(spaces_folder(url).glob("sp_*.db"))


def _sheet_of(path: Path, sheets: list[str]) -> str:
    [(sheet_id,)] = query(path, "SELECT sheet_id FROM sheet")
    assert sheet_id in sheets
    return str(sheet_id)
