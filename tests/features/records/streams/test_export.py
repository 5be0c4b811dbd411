"""Records come out as JSON Lines and as CSV."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from features.records.sheets import insert, make_sheets, records, update
from features.records.streams.wire import Client
from gqlspaces.features.records.streams.export import PAGE_BYTES
from gqlspaces.kernel.http.streaming import PIECE_BYTES
from harness import Api

PEOPLE = (
    {"firstName": "Ann", "email": "ann@acme.com", "age": 30},
    {"firstName": "Bob", "age": 17},
    {"email": "cid@acme.com", "firstName": 'C "the" D\nE'},
)


async def filled(api: Api, sheet_id: str) -> list[str]:
    ids: list[str] = (await insert(api, sheet_id, *PEOPLE))["recordIds"]
    return ids


async def test_every_record_is_a_line(client: Client, api: Api, sheet_id: str) -> None:
    ids = await filled(api, sheet_id)
    await update(api, sheet_id, {"id": ids[0], "metadata": {"b": 1}, "config": {"readonly": True}})
    answer = await client.get(f"/sheets/{sheet_id}/records.jsonl")

    assert (200, True) == (answer.status, answer.is_whole)
    assert "application/x-ndjson; charset=utf-8" == answer.headers["content-type"]
    assert "3" == answer.headers["x-gqlspaces-total"]
    assert "attachment; filename*=UTF-8''contacts.jsonl" == answer.headers["content-disposition"]
    first, second, third = answer.lines
    assert {
        "id": ids[0],
        "values": PEOPLE[0],
        "valid": True,
        "metadata": {"b": 1},
        "config": {"readonly": True},
    } == first
    assert [("email", "required-constraint")] == [
        (message["field"], message["source"]) for message in second.pop("messages")
    ]
    assert {"id": ids[1], "values": PEOPLE[1], "valid": False} == second
    assert {"id": ids[2], "values": PEOPLE[2], "valid": True} == third


async def test_csv_is_read_back_as_it_was(client: Client, api: Api) -> None:
    fields = [
        {"key": "text"},
        {"key": "number", "type": "NUMBER"},
        {"key": "flag", "type": "BOOLEAN"},
        {"key": "tags", "type": "STRING_LIST"},
    ]
    sheet_id = (await make_sheets(api, {"name": "Things", "fields": fields}))["things"]
    rows: list[dict[str, Any]] = [
        {"text": 'a,"b"\r\nc', "number": 1.5, "flag": True, "tags": ["x", "y,z"]},
        {"number": 10**15, "flag": False},
        {"text": "=1+1", "number": -2},
    ]
    await insert(api, sheet_id, *rows)
    answer = await client.get(f"/sheets/{sheet_id}/records.csv")

    assert "text/csv; charset=utf-8" == answer.headers["content-type"]
    assert answer.body.startswith(b"text,number,flag,tags\r\n")
    assert [
        ["text", "number", "flag", "tags"],
        ['a,"b"\r\nc', "1.5", "true", '["x","y,z"]'],
        ["", "1000000000000000", "false", ""],
        ["=1+1", "-2", "", ""],
    ] == list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
    safe = await client.get(f"/sheets/{sheet_id}/records.csv?safe=1&fields=text,number&header=0")
    assert "'=1+1,-2" == safe.body.decode().splitlines()[-1]
    assert b"text" not in safe.body


async def test_what_is_asked_for_is_chosen(client: Client, api: Api, sheet_id: str) -> None:
    ids = await filled(api, sheet_id)
    path = f"/sheets/{sheet_id}/records.jsonl"

    async def chosen(query: str) -> list[int]:
        answer = await client.get(f"{path}?{query}")
        assert 200 == answer.status, answer.body
        return [ids.index(line["id"]) for line in answer.lines]

    assert [1] == await chosen("filter=error")
    assert [0, 2] == await chosen("filter=VALID")
    assert [0] == await chosen("q=age%20gt%2018")
    assert [2] == await chosen("search=cid&searchField=email")
    assert [1, 2] == await chosen("offset=1")
    assert [2] == await chosen(f"after={ids[0]}&offset=1")
    assert [] == await chosen(f"after={ids[2]}")
    made = await update(api, sheet_id, {"id": ids[2], "values": {"age": 5}})
    assert [2] == await chosen(f"commitId={made['commit']['id']}")
    line = (await client.get(f"{path}?fields=age,email&after={ids[1]}")).lines[0]
    assert {"email": "cid@acme.com", "age": 5} == line["values"]


async def test_the_total_is_told_where_nobody_has_to_count(
    client: Client, api: Api, sheet_id: str
) -> None:
    await filled(api, sheet_id)
    path = f"/sheets/{sheet_id}/records.csv"

    async def total(query: str) -> str | None:
        return (await client.get(f"{path}?{query}")).headers.get("x-gqlspaces-total")

    assert ["3", "2", "1", "0"] == [
        await total(f"filter={one}") for one in ("all", "valid", "error", "none")
    ]
    assert "3" == await total("offset=2")
    assert None is await total("search=a")


async def test_a_sheet_without_records_is_empty(client: Client, sheet_id: str) -> None:
    jsonl = await client.get(f"/sheets/{sheet_id}/records.jsonl")
    table = await client.get(f"/sheets/{sheet_id}/records.csv")

    assert (b"", "0", True) == (jsonl.body, jsonl.headers["x-gqlspaces-total"], jsonl.is_whole)
    assert b"firstName,email,age\r\n" == table.body


@pytest.mark.parametrize(
    "query",
    [
        "filter=wrong",
        "filterfield=email",
        "q=age%20gt",
        "q=a&q=b",
        "fields=age,nothing",
        "offset=-1",
        "offset=%C2%B2",
        "after=rc_1",
        "safe=perhaps",
        "search=%00",
        "q=" + "a" * 10_001,
    ],
)
async def test_a_bad_parameter_is_refused(client: Client, sheet_id: str, query: str) -> None:
    answer = await client.get(f"/sheets/{sheet_id}/records.csv?{query}")

    assert (400, "BAD_USER_INPUT") == answer.refusal
    assert answer.headers["x-request-id"]


async def test_unknown_and_forbidden_look_the_same(
    client: Client, api: Api, sheet_id: str, key_with: Callable[..., Awaitable[str]]
) -> None:
    stranger = Client(client.gateway, await key_with("SPACE_READ", namespaces=["elsewhere"]))
    path = "/sheets/{}/records.jsonl"
    forbidden = await stranger.get(path.format(sheet_id), **{"x-request-id": "one"})
    gone = await api.do("deleteSheet", "", id=sheet_id)
    assert gone["userErrors"] == []
    unknown = await client.get(path.format(sheet_id), **{"x-request-id": "one"})

    assert (404, "NOT_FOUND") == forbidden.refusal
    assert (forbidden.body, forbidden.headers) == (unknown.body, unknown.headers)
    assert (404, "NOT_FOUND") == (await client.get(path.format("nonsense"))).refusal


async def test_a_key_is_needed_and_its_scope_too(
    client: Client, sheet_id: str, key_with: Callable[..., Awaitable[str]]
) -> None:
    path = f"/sheets/{sheet_id}/records.csv"
    nobody = await Client(client.gateway, None).get(path)
    writer = Client(client.gateway, await key_with("SPACE_WRITE"))
    reader = Client(client.gateway, await key_with("SPACE_READ"))

    assert (401, "UNAUTHENTICATED") == nobody.refusal
    assert "Bearer" == nobody.headers["www-authenticate"]
    assert (401, "UNAUTHENTICATED") == (await Client(client.gateway, "gsk_x").get(path)).refusal
    assert (403, "FORBIDDEN") == (await writer.get(path)).refusal
    assert 200 == (await reader.get(path)).status


async def test_other_methods_are_refused(client: Client, sheet_id: str) -> None:
    answer = await client.post(f"/sheets/{sheet_id}/records.csv", b"")

    assert (405, "METHOD_NOT_ALLOWED") == answer.refusal
    assert "GET" == answer.headers["allow"]


async def many(api: Api, sheet_id: str, count: int = 1500, size: int = 2000) -> None:
    """Fill a Sheet with more than fits into some pages."""
    for start in range(0, count, 500):
        rows = [{"email": f"{start + n}@b.c", "firstName": "x" * size} for n in range(500)]
        await insert(api, sheet_id, *rows)


async def test_a_client_that_does_not_read_is_not_read_for(
    client: Client, api: Api, sheet_id: str
) -> None:
    await many(api, sheet_id)
    exchange = client.request("GET", f"/sheets/{sheet_id}/records.jsonl")
    exchange.turns = asyncio.Semaphore(0)
    await exchange.say(b"")
    taken = 0
    while not exchange.task.done():
        exchange.turns.release()
        taken += 1
        await exchange.offered(taken + 1)
        # Nothing but the one piece that waits to be taken was handed over.
        assert len(exchange.handed) <= taken + 1
    answer = await exchange.answered()

    assert 1500 == len(answer.lines)
    assert max(exchange.handed) <= PIECE_BYTES
    assert len(answer.body) > 2 * PAGE_BYTES


async def test_a_page_has_a_bounded_size(client: Client, api: Api, sheet_id: str) -> None:
    await many(api, sheet_id, count=500, size=20_000)
    database, seen = client.gateway.database, []
    read = database.own.read

    async def counted(space_id: str, work: Any) -> Any:
        result = await read(space_id, work)
        page = getattr(result, "page", result)
        if hasattr(page, "content"):
            seen.append(len(page.content))
        return result

    database.own.read = counted  # type: ignore[method-assign]
    answer = await client.get(f"/sheets/{sheet_id}/records.jsonl")

    assert 500 == len(answer.lines)
    assert len(seen) > 8
    assert max(seen) < PAGE_BYTES + 25_000


async def test_a_client_that_leaves_stops_it(client: Client, api: Api, sheet_id: str) -> None:
    await many(api, sheet_id)
    exchange = client.request("GET", f"/sheets/{sheet_id}/records.csv")
    await exchange.say(b"")
    await exchange.until(1)
    exchange.reads.clear()
    await exchange.leave()
    answer = await exchange.answered()

    assert not answer.is_whole
    assert len(answer.body) < PAGE_BYTES


async def test_a_failure_in_the_middle_leaves_the_answer_without_an_end(
    client: Client, api: Api, sheet_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    await many(api, sheet_id)
    exchange = client.request("GET", f"/sheets/{sheet_id}/records.csv")
    await exchange.say(b"")
    await exchange.until(1)
    exchange.reads.clear()
    await api.do("deleteSheet", "", id=sheet_id)
    exchange.reads.set()
    answer = await exchange.answered()

    assert (200, False) == (answer.status, answer.is_whole)
    assert "in the middle" in caplog.text


async def test_a_key_that_is_revoked_in_the_middle_reads_no_further(
    client: Client, api: Api, sheet_id: str, key_with: Callable[..., Awaitable[str]]
) -> None:
    await many(api, sheet_id)
    token = await key_with("SPACE_READ")
    exchange = Client(client.gateway, token).request("GET", f"/sheets/{sheet_id}/records.csv")
    await exchange.say(b"")
    await exchange.until(1)
    exchange.reads.clear()
    newest = (await api("{ keys { id name } }"))["keys"][0]
    assert "limited" == newest["name"]
    await api.do("revokeKey", "", id=newest["id"])
    exchange.reads.set()

    assert not (await exchange.answered()).is_whole


async def test_a_stop_ends_it_without_waiting(client: Client, api: Api, sheet_id: str) -> None:
    await many(api, sheet_id)
    exchange = client.request("GET", f"/sheets/{sheet_id}/records.csv")
    await exchange.say(b"")
    await exchange.until(1)
    exchange.reads.clear()
    await client.gateway.drain()

    assert not (await exchange.answered()).is_whole
    assert (503, "OVERLOADED") == (await client.get(f"/sheets/{sheet_id}/records.csv")).refusal


async def test_records_added_meanwhile_come_last_and_none_twice(
    client: Client, api: Api, sheet_id: str
) -> None:
    await many(api, sheet_id)
    exchange = client.request("GET", f"/sheets/{sheet_id}/records.jsonl")
    await exchange.say(b"")
    await exchange.until(1)
    exchange.reads.clear()
    await insert(api, sheet_id, {"email": "late@b.c"})
    exchange.reads.set()
    lines = (await exchange.answered()).lines

    assert 1501 == len({line["id"] for line in lines}) == len(lines)
    assert "late@b.c" == lines[-1]["values"]["email"]
    assert 1000 == len(await records(api, sheet_id))
