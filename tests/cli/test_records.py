"""`gqlspaces records`: files go in, also over connections that break, and come out."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from features.records.sheets import CONTACTS, make_sheets
from gqlspaces.cli.downloading import Download, fetched
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.records import Form
from gqlspaces.cli.server import Served
from gqlspaces.cli.uploading import PART_BYTES, PART_LINES, Outcome, Uploading, name_of
from gqlspaces.cli.volume import Volume
from gqlspaces.kernel.ids import new_id
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.errors import ApiError, Unreachable
from gqlspaces.listener.pace import Clock, Pace
from harness import Api

COUNTED = ("created", "updated", "deleted", "rejected")


class Impatience(Clock):
    """A clock on which waiting takes no time."""

    async def sleep(self, seconds: float) -> None:
        del seconds
        await super().sleep(0)


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.jsonl"


def person(number: int) -> dict[str, Any]:
    return {"values": {"email": f"{number}@b.c"}}


def write(file: Path, *rows: Any) -> None:
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(texts), encoding="utf-8")


def connected(url: str, key: str | None) -> Client:
    return Client(Connection(url, key or ""), pace=Pace(clock=Impatience()))


async def sent(client: Client, file: Path, sheet: str, key: str | None = None) -> Outcome:
    uploading = Uploading(file, sheet, name_of(file, sheet, key), key)
    with Volume("records", silent=True) as volume:
        return await uploading.run(client, volume)


async def got(
    client: Client, sheet: str, form: Form, output: Path, **parameters: str
) -> tuple[Download, bytes]:
    with Volume("records", silent=True) as volume:
        download = await fetched(client, sheet, form, parameters, output, volume)
    return download, content_of(output)


def content_of(file: Path) -> bytes:
    return file.read_bytes()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def emails(api: Api, sheet_id: str) -> list[str]:
    found = []
    asked = """query ($id: ID!, $after: String) { sheet(id: $id) {
      records(first: 1000, after: $after) {
        edges { node { values } } pageInfo { hasNextPage endCursor } } } }"""
    after = None
    while True:
        page = (await api(asked, id=sheet_id, after=after))["sheet"]["records"]
        found += [edge["node"]["values"].get("email") for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


async def test_a_file_goes_in_and_comes_out(
    served: Served, api: Api, sheet_id: str, file: Path, tmp_path: Path
) -> None:
    write(file, person(0), {"values": {"age": 5}}, "", person(2))
    async with connected(served.endpoint, served.key) as client:
        outcome = await sent(client, file, sheet_id)
        lines, content = await got(client, sheet_id, Form.JSONL, tmp_path / "out.jsonl")
        table, cells = await got(client, sheet_id, Form.CSV, tmp_path / "out.csv", filter="valid")

    assert (4, 3, 0) == (outcome.lines, outcome.counts["created"], outcome.rejected)
    assert "4 lines: 3 created." == outcome.told()
    assert 3 == lines.records == len(content.splitlines())
    assert [person(0)["values"], {"age": 5}, person(2)["values"]] == [
        json.loads(line)["values"] for line in content.splitlines()
    ]
    assert (2, len(cells)) == (table.records, table.size)
    assert cells.startswith(b"firstName,email,age\r\n")


async def test_the_commands_say_what_they_did(
    served: Served, sheet_id: str, file: Path, bare_environment: dict[str, str]
) -> None:
    async def run(*arguments: str) -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gqlspaces", "records", *arguments, "--sheet", sheet_id),
            cwd=file.parent,
            env=bare_environment
            | {"GQLSPACES_URL": served.endpoint, "GQLSPACES_KEY": served.key or ""},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, told = await process.communicate()
        return process.returncode, out.decode(), told.decode()

    write(file, person(0), person(1))
    assert (0, "2 lines: 2 created.\n") == (await run("import", file.name))[:2]
    code, _, told = await run("import", file.name)
    assert (0, True) == (code, "--upload NAME" in told)
    write(file, person(2), "nonsense")
    code, out, _ = await run("import", file.name, "--json")
    counted = {"created": 1, "updated": 0, "deleted": 0, "rejected": 1}
    rejected = "contacts.jsonl.rejected.jsonl"
    assert (1, {"lines": 2, **counted, "rejectedFile": rejected}) == (code, json.loads(out))
    code, out, _ = await run("export", "--fields", "email", "--q", 'email ne "1@b.c"')
    values = [json.loads(line)["values"] for line in out.splitlines()]
    assert (0, [person(0)["values"], person(2)["values"]]) == (code, values)
    assert (0, "3 records in all.csv.\n") == (await run("export", "--output", "all.csv"))[:2]
    assert b"0@b.c" in content_of(file.with_name("all.csv"))
    code, out, told = await run("export", "--q", "wrong eq")
    assert (1, "") == (code, out)
    assert "BAD_USER_INPUT" in told
    assert 2 == (await run("export", "--json"))[0]


async def test_what_was_rejected_lies_beside_the_file(
    served: Served, api: Api, sheet_id: str, file: Path
) -> None:
    write(file, person(0), "nonsense", {"values": {"mail": 1}}, person(3), '{"values"')
    async with connected(served.endpoint, served.key) as client:
        outcome = await sent(client, file, sheet_id)
        again = await sent(client, file, sheet_id)
    rejected = file.with_name("contacts.jsonl.rejected.jsonl")
    told = [json.loads(line) for line in rejected.read_text(encoding="utf-8").splitlines()]

    assert rejected == outcome.rejected_file
    assert [(2, "nonsense"), (3, '{"values": {"mail": 1}}'), (5, '{"values"')] == [
        (row["line"], row["text"]) for row in told
    ]
    assert ["values", "mail"] == told[1]["path"]
    assert ["0@b.c", "3@b.c"] == await emails(api, sheet_id)
    assert again.is_old
    assert outcome.shown() == again.shown()


async def test_a_key_field_knows_records_again(
    served: Served, api: Api, sheet_id: str, file: Path
) -> None:
    write(file, person(0), person(1))
    async with connected(served.endpoint, served.key) as client:
        await sent(client, file, sheet_id)
        write(file, {"values": {"email": "0@b.c", "age": 9}}, person(2))
        outcome = await sent(client, file, sheet_id, key="email")

    assert [1, 1, 0, 0] == [outcome.counts[name] for name in COUNTED]
    assert ["0@b.c", "1@b.c", "2@b.c"] == await emails(api, sheet_id)


@asynccontextmanager
async def unreliable(
    port: int, *, questions: Container[int] = (), answers: Container[int] = ()
) -> AsyncIterator[int]:
    """Give a port that leads to another one; the connection breaks at chunks of these numbers."""
    breaks = (questions, answers)
    counts = [0, 0]

    async def pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: int
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                counts[direction] += 1
                if counts[direction] in breaks[direction]:
                    break
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        near, far = await asyncio.open_connection("127.0.0.1", port)
        pumps = [
            asyncio.create_task(pump(reader, far, 0)),
            asyncio.create_task(pump(near, writer, 1)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for one in (far, writer):
            one.close()
        await asyncio.wait(pumps)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    "broken",
    [
        {"answers": [2, 4, 5]},
        {"questions": [4, 9, 10, 20]},
        {"questions": [5, 15], "answers": [3, 7]},
    ],
    ids=str,
)
async def test_a_connection_that_breaks_is_taken_up_again(
    served: Served, api: Api, sheet_id: str, file: Path, broken: Any
) -> None:
    count = 2 * PART_LINES + 5
    write(file, "nonsense", *(person(n) for n in range(count)))
    async with (
        unreliable(served.port, **broken) as port,
        connected(f"http://127.0.0.1:{port}/graphql", served.key) as client,
    ):
        outcome = await sent(client, file, sheet_id)

    assert (count + 1, count, 1) == (outcome.lines, outcome.counts["created"], outcome.rejected)
    assert [f"{n}@b.c" for n in range(count)] == await emails(api, sheet_id)
    assert not outcome.is_old


async def test_long_lines_make_small_parts(
    served: Served, api: Api, sheet_id: str, file: Path
) -> None:
    rows = [{"values": {"email": f"{n}@b.c", "firstName": "x" * 700_000}} for n in range(13)]
    assert 13 * 700_000 > 2 * PART_BYTES
    write(file, *rows)
    async with connected(served.endpoint, served.key) as client:
        outcome = await sent(client, file, sheet_id)

    assert 13 == outcome.counts["created"]
    commits = await api(
        "query ($id: ID!) { sheet(id: $id) { commits { totalCount edges { node { created } } } } }",
        id=sheet_id,
    )
    created = [edge["node"]["created"] for edge in commits["sheet"]["commits"]["edges"]]
    assert [3, 5, 5] == created


async def test_a_refusal_is_told(served: Served, sheet_id: str, file: Path, tmp_path: Path) -> None:
    write(file, person(0))
    async with connected(served.endpoint, served.key) as client:
        with pytest.raises(ApiError, match="There is no Sheet"):
            await sent(client, file, new_id("sh"))
        with pytest.raises(ApiError, match="key of a Field"):
            await sent(client, file, sheet_id, key="nothing")
        with pytest.raises(ApiError, match="no Field"):
            await got(client, sheet_id, Form.CSV, tmp_path / "out.csv", fields="nothing")
    async with connected("http://127.0.0.1:1/graphql", served.key) as client:
        with pytest.raises(Unreachable):
            await sent(client, file, sheet_id)
        with pytest.raises(Unreachable):
            await got(client, sheet_id, Form.CSV, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


async def test_a_download_that_breaks_leaves_no_file(
    served: Served, api: Api, sheet_id: str, file: Path, tmp_path: Path
) -> None:
    write(file, *({"values": {"email": f"{n}@b.c", "firstName": "x" * 3000}} for n in range(900)))
    output = tmp_path / "out.jsonl"
    async with connected(served.endpoint, served.key) as client:
        await sent(client, file, sheet_id)
    async with (
        unreliable(served.port, answers=[6]) as port,
        connected(f"http://127.0.0.1:{port}/graphql", served.key) as client,
    ):
        with pytest.raises(Failure, match="the connection broke after"):
            await got(client, sheet_id, Form.JSONL, output)

    assert not [name for name in names_in(tmp_path) if name.startswith("out")]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_records_are_counted_however_they_are_cut(size: int) -> None:
    table = b'a,b\r\n1,"x\r\ny"\r\n"""\r\n""",2\r\n3,4\r\n'
    download = Download(records=-1)
    ended = [
        download.count(table[start : start + size], Form.CSV)
        for start in range(0, len(table), size)
    ]

    assert (3, 3, len(table)) == (sum(ended), download.records, download.size)


def test_the_bar_shows_what_was_transferred(capsys: pytest.CaptureFixture[str]) -> None:
    with Volume("[bold]\x1b[2J", total=1000) as volume:
        volume.begin(200, total=1000)
        volume.advance(300, 12)
        volume.say("reconnecting")
    shown = capsys.readouterr().err

    assert "[bold]\\x1b[2J" in shown
    assert "0.5/1.0 kB" in shown
    assert "12 records" in shown
    assert "reconnecting" in shown
