"""A Sheet of many records: in and out as streams, and its pages, each beside bare SQLite."""

import asyncio
import csv
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from benchmarks.effort import Effort
from benchmarks.pages import PAGE, PAGES, bare_page, pages_for
from benchmarks.process import HOST, Server
from benchmarks.requests import HEAD_END, WrongAnswer, graphql, hammer
from benchmarks.rounds import Advance, Comparison, Sample, Table, compare, rate
from benchmarks.world import World

COLUMNS = ("id", "name", "email", "age", "city", "country", "phone", "amount", "day", "note")
TYPES = {"age": "number", "amount": "number", "day": "date"}
CHUNK = 1 << 16
BATCH = 10_000
ENDING = b"}}}}"

CREATE = """
mutation ($input: CreateWorkbookInput!) {
  createWorkbook(input: $input) { workbook { sheets { id } } userErrors { message } }
}
"""
COUNTS = "query ($id: ID!) { sheet(id: $id) { recordCounts { total valid } } }"


def rows(count: int) -> Iterator[dict[str, Any]]:
    """The records: ten columns, of which one is unique and three are no text."""
    for n in range(count):
        yield {
            "id": f"C-{n:08d}",
            "name": f"Customer {n * 7919 % 1_000_003}",
            "email": f"person.{n}@example.com",
            "age": 18 + n % 70,
            "city": f"City {n % 5000}",
            "country": ("de", "fr", "us", "pl")[n % 4],
            "phone": f"+49 30 {n % 10_000_000:07d}",
            "amount": n * 31 % 100_000 / 100,
            "day": f"20{n % 25:02d}-{1 + n % 12:02d}-{1 + n % 28:02d}",
            "note": None if n % 3 else f"remark number {n % 911}",
        }


@dataclass(frozen=True, slots=True)
class Records:
    """A Sheet that is filled once and then read; ``folder`` has the files of both sides."""

    world: World
    folder: Path
    effort: Effort
    sheet_id: str
    space_id: str

    @classmethod
    async def prepare(cls, world: World, folder: Path, effort: Effort) -> "Records":
        """An empty Sheet, and its records as JSON Lines on the disk."""
        space_id = await world.new_space("Records")
        fields: list[dict[str, Any]] = [{"key": key} for key in COLUMNS]
        for field in fields:
            field["type"] = TYPES.get(field["key"], "string").upper()
        fields[0]["constraints"] = [{"type": "REQUIRED"}, {"type": "UNIQUE"}]
        sheets = [{"name": "Customers", "fields": fields}]
        wanted = {"spaceId": space_id, "name": "Data", "sheets": sheets}
        made = await world.ask(CREATE, input=wanted)
        sheet_id = made["createWorkbook"]["workbook"]["sheets"][0]["id"]
        with (folder / "records.jsonl").open("wb") as file:
            for row in rows(effort.records):
                file.write(orjson.dumps({"values": row}) + b"\n")
        return cls(world, folder, effort, sheet_id, space_id)

    async def compare_streams(self, advance: Advance) -> Table:
        """Send all records in and fetch them again, beside bare SQLite; watch the memory."""
        server, before = self.world.server, peak_memory(self.world.server)
        inwards = Comparison("in as JSON Lines", [await self._send(advance)], [self._bare_insert()])
        after_in = peak_memory(server)
        await self._check()
        outwards = Comparison("out as CSV", [await self._fetch(advance)], [self._bare_csv()])
        grown = [max(0, peak - before) >> 20 for peak in (after_in, peak_memory(server))]
        note = (
            f"The server's peak of resident memory grew by {grown[0]} MB on the way in "
            f"and {grown[1]} MB in all."
        )
        title = f"Records per second ({self.effort.records:,} of ten columns)"
        return Table(title, "bare SQLite", [inwards, outwards], note)

    async def compare_pages(self, advance: Advance) -> Table:
        """Ask for pages of 100, beside the statement that the server runs for each, run bare."""
        path = self.folder / "gqlspaces.spaces" / f"{self.space_id}.db"
        comparisons = []
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            for page in PAGES:
                request = graphql(self.world.key, PAGE, {"id": self.sheet_id, **page.variables})
                ours = partial(
                    hammer,
                    self.world.server,
                    [[request]],
                    ending=ENDING,
                    seconds=self.effort.seconds,
                )
                bare = partial(pages_for, database, bare_page(path, page), self.effort.seconds)
                comparisons.append(
                    await compare(page.name, ours, bare, rounds=self.effort.rounds, advance=advance)
                )
        title = f"Pages of 100 per second, of {self.effort.records:,} records"
        return Table(title, "bare SQL", comparisons, "\n".join(map(_times, comparisons)))

    async def _send(self, advance: Advance) -> Sample:
        path = f"/sheets/{self.sheet_id}/records.jsonl?upload=benchmark"
        file = self.folder / "records.jsonl"
        cpu, begun = self.world.server.cpu_seconds(), time.perf_counter()
        reader, writer = await self._request(
            "POST",
            path,
            f"Content-Type: application/x-ndjson\r\nAccept: application/x-ndjson\r\n"
            f"Content-Length: {file.stat().st_size}\r\n",
        )
        sending = asyncio.create_task(_pour(file, writer))
        last = b""
        async for line in _lines(reader):
            if line.startswith(b"{"):
                last = line
                advance()
        await sending
        writer.close()
        done = orjson.loads(last)
        if not done.get("done") or done["created"] != self.effort.records:
            raise WrongAnswer(last.decode())
        return self._sample(begun, cpu)

    async def _fetch(self, advance: Advance) -> Sample:
        cpu, begun = self.world.server.cpu_seconds(), time.perf_counter()
        reader, writer = await self._request("GET", f"/sheets/{self.sheet_id}/records.csv", "")
        count = -1  # the heading
        while chunk := await reader.read(CHUNK):
            before, count = count, count + chunk.count(b"\r\n")
            if count // BATCH > before // BATCH:
                advance()
        writer.close()
        sample = self._sample(begun, cpu)
        if count < self.effort.records:
            raise WrongAnswer(f"{count} lines came out of {self.effort.records} records.")
        return sample

    async def _request(
        self, method: str, path: str, headers: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(HOST, self.world.server.port)
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.world.key}\r\n{headers}\r\n".encode()
        )
        if method == "GET":
            head = await reader.readuntil(HEAD_END)
            if not head.startswith(b"HTTP/1.1 200 "):
                raise WrongAnswer(head.decode())
        return reader, writer

    async def _check(self) -> None:
        counts = (await self.world.ask(COUNTS, id=self.sheet_id))["sheet"]["recordCounts"]
        if counts != {"total": self.effort.records, "valid": self.effort.records}:
            raise WrongAnswer(f"Not all records are there and valid: {counts}")

    def _sample(self, begun: float, cpu: float | None) -> Sample:
        seconds, now = time.perf_counter() - begun, self.world.server.cpu_seconds()
        used = None if cpu is None or now is None else now - cpu
        return Sample(self.effort.records, seconds, used)

    def _bare_insert(self) -> Sample:
        """Insert the same rows into a plain table, committed as often, with the unique index."""
        parsed = (
            orjson.loads(line)["values"] for line in (self.folder / "records.jsonl").open("rb")
        )
        with closing(sqlite3.connect(self.folder / "plain.db", isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute(f"CREATE TABLE plain ({', '.join(COLUMNS)})")
            database.execute("CREATE UNIQUE INDEX plain_id ON plain (id)")
            places = ", ".join(f":{name}" for name in COLUMNS)
            insert = f"INSERT INTO plain VALUES ({places})"  # noqa: S608 - names written above
            cpu, begun = time.process_time(), time.perf_counter()
            while batch := list(islice(parsed, BATCH)):
                database.execute("BEGIN IMMEDIATE")
                database.executemany(insert, batch)
                database.execute("COMMIT")
            seconds, used = time.perf_counter() - begun, time.process_time() - cpu
        return Sample(self.effort.records, seconds, used)

    def _bare_csv(self) -> Sample:
        """Write the plain table as CSV into a file."""
        cpu, begun = time.process_time(), time.perf_counter()
        with (
            closing(sqlite3.connect(self.folder / "plain.db")) as database,
            (self.folder / "plain.csv").open("w", newline="") as file,
        ):
            csv.writer(file).writerows(database.execute("SELECT * FROM plain ORDER BY rowid"))
        return Sample(self.effort.records, time.perf_counter() - begun, time.process_time() - cpu)


def peak_memory(server: Server) -> int:
    """The most bytes that the server has had in memory so far; 0 where the system hides it."""
    try:
        status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peaks[0]) * 1024 if peaks else 0


def _times(comparison: Comparison) -> str:
    """How long a page takes, beside the statement alone."""
    ours, bare = (1000 / rate(samples) for samples in (comparison.ours, comparison.yardstick))
    return (
        f"{comparison.name}: {ours:,.1f} ms beside {bare:,.1f} ms, {1 / comparison.ratio:.2f} times"
    )


async def _pour(file: Path, writer: asyncio.StreamWriter) -> None:
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            writer.write(chunk)
            await writer.drain()


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while line := await reader.readline():
        yield line.strip()
