"""A gateway that is killed while records stream in: the client goes on where it was."""

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

import httpx2

from acceptance.world import World

LINES = 36_000
KILLS = 6
BODY = [json.dumps({"values": {"email": f"{n}@b.c"}}).encode() + b"\n" for n in range(LINES)]
SPACE = """mutation { createSpace(input: {name: "Acme", autoConfigure: false}) { space { id } } }"""
WORKBOOK = """mutation ($input: CreateWorkbookInput!) {
  createWorkbook(input: $input) { workbook { sheets { id } } userErrors { message } } }"""
SHEET = {
    "name": "Contacts",
    "fields": [{"key": "email", "constraints": [{"type": "REQUIRED"}, {"type": "UNIQUE"}]}],
}
COMMITS = """query ($id: ID!) { sheet(id: $id) { recordCounts { total valid }
  commits(first: 100) { edges { node { id created } } } } }"""
EVENTS = """query ($id: ID!) { events(filter: {sheetId: $id, topics: ["commit:created"]},
  first: 100) { edges { node { payload } } } }"""


async def test_a_gateway_killed_again_and_again_takes_every_line_once(any_world: World) -> None:
    world = any_world
    rng = random.Random(7)
    async with world.client() as client:
        space = (await client.execute(SPACE))["createSpace"]["space"]["id"]
        wanted = {"spaceId": space, "name": "Data", "sheets": [SHEET]}
        made = await client.execute(WORKBOOK, {"input": wanted})
        sheet_id = made["createWorkbook"]["workbook"]["sheets"][0]["id"]
        path = f"/sheets/{sheet_id}/records.jsonl"

        taken = 0
        for _ in range(KILLS):
            # Two batches at the most before the next kill, so that there is work for all of them.
            patience = rng.randrange(len(b"".join(BODY[:12_000])))
            await send(world, f"{path}?upload=u&offset={taken}", BODY[taken:], patience)
            await world.kill()
            await world.start()
            taken, before = await lines_taken(world, sheet_id), taken
            assert before <= taken < LINES
        await send(world, f"{path}?upload=u&offset={taken}", BODY[taken:], None)

        assert LINES == await lines_taken(world, sheet_id)
        exported = await fetch(world, f"{path}?fields=email")
        values = [json.loads(line)["values"]["email"] for line in exported.splitlines()]
        assert [f"{n}@b.c" for n in range(LINES)] == values
        sheet = (await client.execute(COMMITS, {"id": sheet_id}))["sheet"]
        commits = [edge["node"] for edge in sheet["commits"]["edges"]]
        events = (await client.execute(EVENTS, {"id": sheet_id}))["events"]["edges"]
        told = [edge["node"]["payload"] for edge in events]
        assert {"total": LINES, "valid": LINES} == sheet["recordCounts"]
        assert [(commit["id"], commit["created"]) for commit in reversed(commits)] == [
            (payload["commitId"], payload["created"]) for payload in told
        ]


async def send(world: World, path: str, lines: list[bytes], patience: int | None) -> None:
    """Send lines in one request; stop in the middle after so many bytes, if any number is said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {world.key}\r\n"
        "content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n"
        "connection: close\r\n\r\n".encode()
    )
    body = b"".join(lines)[:patience]
    with suppress(ConnectionError):
        for start in range(0, len(body), 50_000):
            piece = body[start : start + 50_000]
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
    if patience is None:
        writer.write(b"0\r\n\r\n")
        answer = json.loads((await reader.read()).splitlines()[-1])
        assert answer["done"], answer
    writer.close()


async def lines_taken(world: World, sheet_id: str) -> int:
    state: Any = json.loads(await fetch(world, f"/sheets/{sheet_id}/uploads/u"))
    return int(state["lines"])


async def fetch(world: World, path: str) -> bytes:
    headers = {"authorization": f"Bearer {world.key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        answer = await http.get(f"http://127.0.0.1:{world.port}{path}")
    assert 200 == answer.status_code, answer.text
    return answer.content
