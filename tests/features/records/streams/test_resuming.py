"""An upload that breaks off anywhere is gone on with: nothing is lost and nothing doubled."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

from features.records.sheets import records
from features.records.streams.wire import NDJSON, Client, Exchange, lines_of
from gqlspaces.features.records.streams.lines import BATCH_BYTES, BATCH_LINES
from gqlspaces.kernel.ids import new_id
from harness import Api, HandClock

HEADERS = {"content-type": NDJSON}


def people(count: int, start: int = 0) -> bytes:
    return lines_of({"values": {"email": f"{n}@b.c"}} for n in range(start, start + count))


async def emails(api: Api, sheet_id: str) -> list[str]:
    return [record["values"]["email"] for record in await records(api, sheet_id)]


def all_of(count: int) -> list[str]:
    return [f"{n}@b.c" for n in range(count)]


@pytest.fixture
def path(sheet_id: str) -> str:
    return f"/sheets/{sheet_id}/records.jsonl?upload=mine"


async def taken(client: Client, sheet_id: str, name: str = "mine") -> Any:
    answer = await client.get(f"/sheets/{sheet_id}/uploads/{name}")
    assert 200 == answer.status, answer.body
    assert str(answer.json["lines"]) == answer.headers["x-gqlspaces-lines"]
    return answer.json


async def begun(client: Client, path: str, *chunks: bytes, accept: str = "*/*") -> Exchange:
    """Begin to send, and stop without an end."""
    exchange = client.request("POST", path, {**HEADERS, "accept": accept})
    for chunk in chunks:
        await exchange.say(chunk, more=True)
    return exchange


async def test_lines_that_were_taken_are_passed_over(
    client: Client, api: Api, sheet_id: str, path: str
) -> None:
    await client.post(f"{path}&offset=0", people(3))
    again = await client.post(f"{path}&offset=1", people(4, start=1))

    assert {"lines": 5, "created": 2} == {name: again.json[name] for name in ("lines", "created")}
    assert all_of(5) == await emails(api, sheet_id)
    state = await taken(client, sheet_id)
    assert (5, 5, 0) == (state["lines"], state["created"], state["rejected"])
    assert 2 == state["last"]["created"]


async def test_a_gap_is_refused_with_the_line_that_is_expected(
    client: Client, api: Api, sheet_id: str, path: str
) -> None:
    await client.post(path, people(3))
    answer = await client.post(f"{path}&offset=4", people(1, start=4))

    assert (409, "CONFLICT") == answer.refusal
    assert 3 == answer.json["errors"][0]["extensions"]["expected"]
    assert all_of(3) == await emails(api, sheet_id)


async def test_an_upload_that_never_began_has_no_lines(client: Client, sheet_id: str) -> None:
    state = await taken(client, sheet_id)

    assert (0, None) == (state["lines"], state["last"])
    exchange = client.request("HEAD", f"/sheets/{sheet_id}/uploads/mine")
    await exchange.say(b"")
    assert "0" == (await exchange.answered()).headers["x-gqlspaces-lines"]


async def test_an_upload_is_its_keys_and_its_sheets_alone(
    client: Client, api: Api, sheet_id: str, path: str, key_with: Callable[..., Awaitable[str]]
) -> None:
    await client.post(path, people(3))
    other = Client(client.gateway, await key_with("SPACE_WRITE"))
    reader = Client(client.gateway, await key_with("SPACE_READ"))

    assert 0 == (await taken(other, sheet_id))["lines"]
    assert 0 == (await taken(client, sheet_id, "other"))["lines"]
    status = f"/sheets/{sheet_id}/uploads/mine"
    assert (403, "FORBIDDEN") == (await reader.get(status)).refusal
    assert (401, "UNAUTHENTICATED") == (await Client(client.gateway, None).get(status)).refusal
    unknown = await client.get(f"/sheets/{new_id('sh')}/uploads/mine")
    assert (404, "NOT_FOUND") == unknown.refusal
    assert (405, "METHOD_NOT_ALLOWED") == (await client.post(status, b"")).refusal
    bad = await client.get(f"/sheets/{sheet_id}/uploads/a b")
    assert (400, "BAD_USER_INPUT") == bad.refusal


@pytest.mark.parametrize("cut", [0, 1, 20, 24, 25, 26, 60])
async def test_a_connection_that_breaks_leaves_whole_lines(
    client: Client, api: Api, sheet_id: str, path: str, cut: int
) -> None:
    body = people(4)
    exchange = await begun(client, path, body[:cut])
    await exchange.leave()
    await exchange.answered()
    whole = body[:cut].count(b"\n")

    assert all_of(whole) == await emails(api, sheet_id)
    assert whole == (await taken(client, sheet_id))["lines"]
    rest = body.split(b"\n", whole)[-1]
    answer = await client.post(f"{path}&offset={whole}", rest)
    assert 4 == answer.json["lines"]
    assert all_of(4) == await emails(api, sheet_id)


async def test_a_client_that_pauses_for_too_long_is_told_how_far_it_got(
    client: Client, api: Api, sheet_id: str, path: str
) -> None:
    client.gateway.streams.receive_seconds = 0.05
    quiet = await (await begun(client, path, people(2) + b'{"val')).answered()
    client.gateway.streams.receive_seconds = 0.05
    told = await (await begun(client, f"{path}&offset=2", people(1, 2), accept=NDJSON)).answered()

    assert (408, "REQUEST_TIMEOUT") == quiet.refusal
    assert 2 == quiet.json["errors"][0]["extensions"]["lines"]
    assert quiet.json["errors"][0]["extensions"]["partial"]
    batch, end = told.lines
    assert (3, 1) == (batch["lines"], batch["created"])
    assert (False, 3, True) == (end["done"], end["lines"], told.is_whole)
    assert "REQUEST_TIMEOUT" == end["errors"][0]["extensions"]["code"]
    assert all_of(3) == await emails(api, sheet_id)


@pytest.mark.parametrize("accept", ["*/*", NDJSON])
async def test_a_stop_ends_an_upload_where_it_can_be_gone_on_with(
    client: Client, api: Api, sheet_id: str, path: str, accept: str
) -> None:
    exchange = await begun(client, path, people(2), accept=accept)
    await exchange.heard()
    await client.gateway.drain()
    answer = await exchange.answered()

    assert answer.is_whole
    error = answer.lines[-1]["errors"][0]["extensions"]
    assert "OVERLOADED" == error["code"]
    assert 2 == (answer.lines[-1] if accept == NDJSON else error)["lines"]
    assert all_of(2) == await emails(api, sheet_id)


async def test_two_connections_with_the_same_lines_double_nothing(
    client: Client, api: Api, sheet_id: str, path: str
) -> None:
    body = people(30)
    ends = [100, 300, 500, len(body)]
    one, other = [await begun(client, path, body[: ends[0]]) for _ in range(2)]
    for start, end in pairwise(ends):
        for exchange in (one, other):
            await exchange.say(body[start:end], more=True)
    await one.say(b"")
    await other.say(b"")
    answers = [await exchange.answered() for exchange in (one, other)]

    assert [200, 200] == [answer.status for answer in answers]
    assert [30, 30] == [answer.json["lines"] for answer in answers]
    assert 30 == sum(answer.json["created"] for answer in answers)
    assert all_of(30) == await emails(api, sheet_id)


async def test_a_key_that_is_revoked_in_the_middle_writes_no_further(
    client: Client, api: Api, sheet_id: str, path: str, key_with: Callable[..., Awaitable[str]]
) -> None:
    mine = Client(client.gateway, await key_with("SPACE_WRITE"))
    exchange = await begun(mine, path, people(1))
    await exchange.heard()
    newest = (await api("{ keys { id name } }"))["keys"][0]
    await api.do("revokeKey", "", id=newest["id"])
    await exchange.say(b"")

    assert (401, "UNAUTHENTICATED") == (await exchange.answered()).refusal
    assert [] == await emails(api, sheet_id)


async def test_an_upload_that_was_left_is_forgotten_in_the_end(
    client: Client, sheet_id: str, path: str, clock: HandClock
) -> None:
    await client.post(path, people(3))
    clock.pass_by(6 * 24 * 3600)
    await client.post(path.replace("mine", "second"), people(1, start=3))
    assert 3 == (await taken(client, sheet_id))["lines"]
    clock.pass_by(2 * 24 * 3600)
    await client.post(path.replace("mine", "third"), people(1, start=4))

    assert 0 == (await taken(client, sheet_id))["lines"]
    assert 1 == (await taken(client, sheet_id, "second"))["lines"]


async def test_no_more_is_read_while_a_batch_is_written(
    client: Client, sheet_id: str, path: str
) -> None:
    line = people(1)
    chunk = line * 500
    exchange = client.request("POST", path, HEADERS)
    structure = client.gateway.database
    held = asyncio.Event()
    write = structure.own.write

    def waiting(space_id: str) -> Any:
        held.set()
        return write(space_id)

    async with structure.own.write(await space_of(client, sheet_id)):
        structure.own.write = waiting  # type: ignore[method-assign]
        for _ in range(200):
            await exchange.say(chunk, more=True)
        await exchange.say(b"")
        await asyncio.wait_for(held.wait(), 60)
        for _ in range(100):
            await asyncio.sleep(0)
        read = 200 * len(chunk) - sum(map(len, exchange.bodies_waiting))
        assert read <= BATCH_BYTES
        assert read // len(line) <= BATCH_LINES + 500
    answer = await exchange.answered()

    assert 100_000 == answer.json["lines"]


async def space_of(client: Client, sheet_id: str) -> str:
    api = await Api.with_key(client.gateway, client.key or "")
    asked = "query ($id: ID!) { sheet(id: $id) { spaceId } }"
    return str((await api(asked, id=sheet_id))["sheet"]["spaceId"])
