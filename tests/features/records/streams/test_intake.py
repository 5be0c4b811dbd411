"""Records come in as JSON Lines: line by line they are added, changed and deleted."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from features.records.sheets import insert, records
from features.records.streams.wire import NDJSON, Client, lines_of
from gqlspaces.features.records.streams.lines import BATCH_LINES, LINE_BYTES
from gqlspaces.kernel import auth
from gqlspaces.kernel.ids import new_id
from harness import Api

COUNTS = {"created": 0, "updated": 0, "deleted": 0, "rejected": 0}


def person(number: int, **values: Any) -> dict[str, Any]:
    return {"values": {"email": f"{number}@b.c", **values}}


async def sent(client: Client, sheet_id: str, rows: Any, query: str = "") -> Any:
    """Send lines that must be answered well; give the answer."""
    body = rows if isinstance(rows, bytes) else lines_of(rows)
    answer = await client.post(f"/sheets/{sheet_id}/records.jsonl{query}", body)
    assert (200, True) == (answer.status, answer.is_whole), answer.body
    return answer.json


async def held(api: Api, sheet_id: str) -> list[Any]:
    return [record["values"] for record in await records(api, sheet_id)]


async def test_lines_are_added(client: Client, api: Api, sheet_id: str) -> None:
    rows = [person(1, age=5), person(2) | {"metadata": {"a": 1}}, {"values": {"age": "x"}}]
    answer = await sent(client, sheet_id, rows)

    assert {"done": True, "lines": 3, **COUNTS, "created": 3, "rejectedRows": []} == answer
    found = await records(api, sheet_id)
    assert [{"email": "1@b.c", "age": 5}, {"email": "2@b.c"}, {"age": "x"}] == [
        record["values"] for record in found
    ]
    assert [True, True, False] == [record["valid"] for record in found]
    assert {"a": 1} == found[1]["metadata"]
    assert ["records:created", "commit:created", "sheet:counts-updated"] == (
        await api.topics(sheetId=sheet_id, topics=["records:*", "commit:*", "sheet:counts-updated"])
    )


async def test_lines_change_and_delete(client: Client, api: Api, sheet_id: str) -> None:
    one, two, three = (await insert(api, sheet_id, *(person(n)["values"] for n in range(3))))[
        "recordIds"
    ]
    rows = [
        {"id": one, "values": {"age": 1}},
        {"id": two, "delete": True},
        {"id": one, "values": {"age": 2}, "valid": True},
        {"id": three, "values": {"age": 3}},
        {"id": three, "delete": True},
        {"id": three, "values": {"age": 4}},
        person(7),
    ]
    answer = await sent(client, sheet_id, rows)

    assert {"created": 1, "updated": 3, "deleted": 2, "rejected": 1} == {
        name: answer[name] for name in COUNTS
    }
    assert [(5, "NOT_FOUND", ["id"])] == [
        (row["line"], row["code"], row["path"]) for row in answer["rejectedRows"]
    ]
    assert [{"email": "0@b.c", "age": 2}, {"email": "7@b.c"}] == await held(api, sheet_id)


async def test_a_key_field_knows_records_again(client: Client, api: Api, sheet_id: str) -> None:
    (old,) = (await insert(api, sheet_id, {"email": "0@b.c"}))["recordIds"]
    rows = [
        person(0, age=1),
        person(1),
        person(1, age=2),
        {"id": old, "values": {"email": "9@b.c"}},
        person(0, age=3),
        {"values": {"age": 5}},
    ]
    answer = await sent(client, sheet_id, rows, "?key=email")

    assert [(5, "REQUIRED", ["values", "email"])] == [
        (row["line"], row["code"], row["path"]) for row in answer["rejectedRows"]
    ]
    assert [
        {"email": "9@b.c", "age": 1},
        {"email": "1@b.c", "age": 2},
        {"email": "0@b.c", "age": 3},
    ] == await held(api, sheet_id)


async def test_what_was_exported_is_taken_back(client: Client, api: Api, sheet_id: str) -> None:
    note = {"message": "Bounced.", "level": "warn", "field": "email"}
    rows = [person(1, age=1) | {"messages": [note], "config": {"readonly": False}}, person(2)]
    await sent(client, sheet_id, rows)
    before = await records(api, sheet_id)
    exported = await client.get(f"/sheets/{sheet_id}/records.jsonl")
    answer = await sent(client, sheet_id, exported.body)

    assert {"done": True, "lines": 2, **COUNTS, "rejectedRows": []} == answer
    assert before == await records(api, sheet_id)


DEEP = b'{"values": ' + b'{"email": ' * 1100 + b"1" + b"}" * 1101


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        (b"nonsense", "INVALID", []),
        (b'{"values": {"email": "a"}', "INVALID", []),
        (b'{"values": NaN}', "INVALID", []),
        (b'{"values": {"email": "\\ud800"}}', "INVALID", []),
        (b'{"values": {"email": "\xff"}}', "INVALID", []),
        (b"[1]", "INVALID", []),
        (b"null", "INVALID", []),
        (DEEP, "INVALID", []),
        (b"{}", "REQUIRED", ["values"]),
        (b'{"values": []}', "INVALID", ["values"]),
        (b'{"values": {"emial": "a"}}', "INVALID", ["values", "emial"]),
        (b'{"values": {"email": {}}}', "INVALID", ["values", "email"]),
        (b'{"values": {"email": "\\u0000"}}', "INVALID", ["values", "email"]),
        (b'{"value": {"email": "a"}}', "INVALID", ["value"]),
        (b'{"delete": true}', "REQUIRED", ["id"]),
        (b'{"id": "rc_1", "delete": 1}', "INVALID", ["delete"]),
        (b'{"id": 5, "values": {}}', "NOT_FOUND", ["id"]),
        (b'{"id": "rc_1", "delete": true}', "NOT_FOUND", ["id"]),
        (b'{"values": {}, "messages": 5}', "INVALID", ["messages"]),
        (b'{"values": {}, "metadata": 5}', "INVALID", ["metadata"]),
        (b'{"values": {}, "metadata": ' + b'{"a":' * 300 + b"1" + b"}" * 301, None, []),
        (b'{"values": {}, "config": {"readonly": 5}}', "INVALID", ["config", "readonly"]),
        (b"x" * (LINE_BYTES + 1), "TOO_LONG", []),
    ],
)
async def test_a_bad_line_stops_no_other(
    client: Client, api: Api, sheet_id: str, line: bytes, code: str | None, path: list[str]
) -> None:
    good = lines_of([person(1)])
    answer = await sent(client, sheet_id, good + b"\n" + line + b"\r\n \n" + lines_of([person(2)]))

    assert 5 == answer["lines"]
    (rejected,) = answer["rejectedRows"]
    assert 2 == rejected["line"]
    if code is not None:
        assert (code, path) == (rejected["code"], rejected["path"])
    assert [{"email": "1@b.c"}, {"email": "2@b.c"}] == await held(api, sheet_id)


async def test_each_batch_is_a_commit_and_is_told_of(
    client: Client, api: Api, sheet_id: str
) -> None:
    rows = [person(n) for n in range(BATCH_LINES + 3)]
    rows[2] = {"values": {"wrong": 1}}
    rows[BATCH_LINES + 1] = {}
    answer = await client.post(
        f"/sheets/{sheet_id}/records.jsonl?offset=100", lines_of(rows), accept=NDJSON
    )
    first, second, end = answer.lines

    assert (NDJSON + "; charset=utf-8", True) == (answer.headers["content-type"], answer.is_whole)
    assert (100 + BATCH_LINES, BATCH_LINES - 1, 1) == (
        first["lines"],
        first["created"],
        first["rejected"],
    )
    assert [102] == [row["line"] for row in first["rejectedRows"]]
    assert [101 + BATCH_LINES] == [row["line"] for row in second["rejectedRows"]]
    done = {"done": True, "lines": 103 + BATCH_LINES, **COUNTS}
    assert done | {"created": BATCH_LINES + 1, "rejected": 2} == end
    found = await api("query ($id: ID!) { commit(id: $id) { created } }", id=second["commitId"])
    assert 2 == found["commit"]["created"]


async def test_at_most_a_hundred_bad_lines_are_listed(client: Client, sheet_id: str) -> None:
    answer = await sent(client, sheet_id, b"x\n" * 250)

    assert (250, 250, 0) == (answer["lines"], answer["rejected"], answer["created"])
    assert list(range(100)) == [row["line"] for row in answer["rejectedRows"]]


async def test_nothing_comes_of_nothing(client: Client, api: Api, sheet_id: str) -> None:
    assert {"done": True, "lines": 0, **COUNTS, "rejectedRows": []} == await sent(
        client, sheet_id, b""
    )
    assert [] == await api.topics(sheetId=sheet_id, topics=["records:*", "commit:*"])


async def test_an_unfinished_last_line_is_not_taken_and_said_so(
    client: Client, api: Api, sheet_id: str
) -> None:
    answer = await sent(client, sheet_id, lines_of([person(1)]) + b'{"values": {"email": "2@')

    assert (1, True) == (answer["lines"], answer["partial"])
    assert [{"email": "1@b.c"}] == await held(api, sheet_id)


@pytest.mark.parametrize("media_type", ["application/jsonl", "application/json-lines", NDJSON])
async def test_json_lines_have_several_names(
    client: Client, sheet_id: str, media_type: str
) -> None:
    path = f"/sheets/{sheet_id}/records.jsonl"
    answer = await client.post(path, b"", content_type=f"{media_type}; charset=UTF-8")

    assert 200 == answer.status


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json"},
        {"content_type": f"{NDJSON}; charset=latin-1"},
        {"content_encoding": "gzip"},
    ],
)
async def test_another_content_is_refused(
    client: Client, sheet_id: str, headers: dict[str, str]
) -> None:
    answer = await client.post(f"/sheets/{sheet_id}/records.jsonl", b"", **headers)

    assert (415, "UNSUPPORTED_MEDIA_TYPE") == answer.refusal
    assert NDJSON in answer.headers["accept"]


@pytest.mark.parametrize(
    "query", ["upload=", "upload=a%20b", "offset=x", "key=nothing", "wrong=1", "filter=all"]
)
async def test_a_bad_parameter_is_refused(client: Client, sheet_id: str, query: str) -> None:
    answer = await client.post(f"/sheets/{sheet_id}/records.jsonl?{query}", lines_of([person(1)]))

    assert (400, "BAD_USER_INPUT") == answer.refusal


async def test_who_may_not_write_changes_nothing(
    client: Client, api: Api, sheet_id: str, key_with: Callable[..., Awaitable[str]]
) -> None:
    path, body = f"/sheets/{sheet_id}/records.jsonl", lines_of([person(1)])

    async def refusal(key: str | None) -> tuple[int, str]:
        return (await Client(client.gateway, key).post(path, body)).refusal

    stranger = await key_with(auth.Scope.SPACE_WRITE.name, namespaces=["elsewhere"])
    assert (401, "UNAUTHENTICATED") == await refusal(None)
    assert (403, "FORBIDDEN") == await refusal(await key_with(auth.Scope.SPACE_READ.name))
    assert (404, "NOT_FOUND") == await refusal(stranger)
    assert [] == await held(api, sheet_id)
    unknown = await client.post(f"/sheets/{new_id('sh')}/records.jsonl", body)
    assert (404, "NOT_FOUND") == unknown.refusal


async def test_a_locked_sheet_takes_nothing(client: Client, api: Api, sheet_id: str) -> None:
    await api.do("lockSheet", "sheet { id }", id=sheet_id)
    path, body = f"/sheets/{sheet_id}/records.jsonl", lines_of([person(1)])
    answer = await client.post(path, body)
    told = await client.post(path, body, accept=NDJSON)

    assert (409, "CONFLICT") == answer.refusal
    assert 0 == answer.json["errors"][0]["extensions"]["lines"]
    (end,) = told.lines
    assert (False, 0) == (end["done"], end["lines"])
    assert "CONFLICT" == end["errors"][0]["extensions"]["code"]


async def test_what_a_holder_sends_under_its_lease_is_the_jobs_act(
    client: Client, api: Api, sheet_id: str
) -> None:
    asked = "query ($id: ID!) { sheet(id: $id) { spaceId } }"
    space = (await api(asked, id=sheet_id))["sheet"]["spaceId"]
    job = await api.do("createJob", "job { id }", sourceId=space, type="SPACE", operation="fill")
    id = job["job"]["id"]
    taken = await api.do("ackJob", "lease", id=id, holder="h", leaseSeconds=300)
    path, body = f"/sheets/{sheet_id}/records.jsonl", lines_of([person(1)])
    lease = {"x_gqlspaces_lease": f"{id} {taken['lease']}"}
    answer = await client.post(path, body, **lease)
    await api.do("completeJob", "job { id }", id=id, lease=taken["lease"])
    late = await client.post(path, body, **lease)

    assert 200 == answer.status, answer.body
    (event,) = await api.heard("context", topics=["commit:created"])
    assert id == event["context"]["actorId"]
    assert (409, "LEASE_LOST") == late.refusal
