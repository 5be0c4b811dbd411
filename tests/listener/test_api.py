"""The client: what it sends, repeats, and raises."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from starlette.responses import PlainTextResponse, Response

from gqlspaces.listener import (
    Api,
    ApiError,
    Client,
    Connection,
    JobConflict,
    LeaseLost,
    Pace,
    Unreachable,
)

from .gateway import KEY, Gateway, errors
from .store import Store

Fault = Callable[[dict[str, Any]], Response | None]


def lost(_body: dict[str, Any]) -> Response | None:
    """Do what is asked and lose the answer on the way back."""
    return None


def overloaded(_body: dict[str, Any]) -> Response | None:
    return errors("OVERLOADED", 503, retry_after="0")


def refused(_body: dict[str, Any]) -> Response | None:
    return PlainTextResponse("slow down", 429)


def broken(_body: dict[str, Any]) -> Response | None:
    return PlainTextResponse("oops", 500)


@pytest.mark.parametrize("fault", [lost, overloaded, refused])
async def test_a_creation_is_repeated_under_one_key(
    api: Api, gateway: Gateway, store: Store, fault: Fault
) -> None:
    gateway.faults.extend([fault, fault])

    workbook = await api.workbooks.create(space_id="sp_1", name="Data")

    assert workbook["name"] == "Data"
    assert len(store.workbooks) == 1
    assert len({call["idempotencyKey"] for call in store.made("createWorkbook")}) == 1


async def test_two_equal_creations_are_two(api: Api, store: Store) -> None:
    for _ in range(2):
        await api.workbooks.create(space_id="sp_1", name="Data")

    assert len(store.workbooks) == 2


async def test_calls_made_again_for_the_same_event_repeat_nothing(api: Api, store: Store) -> None:
    async def handle(api: Api, *, detour: bool) -> list[str]:
        if detour:
            await api.documents.create(space_id="sp_1", title="Detour", body="")
        twins = [await api.workbooks.create(space_id="sp_1", name="Twin") for _ in range(2)]
        return [twin["id"] for twin in twins]

    first = await handle(api.bound("jb_1"), detour=False)
    again = await handle(api.bound("jb_1"), detour=True)
    other = await handle(api.bound("jb_2"), detour=False)

    assert first == again
    assert not set(first) & set(other)
    assert len(store.workbooks) == 4
    assert all(len(key) <= 255 for key in store.answers)


async def test_a_raw_mutation_whose_answer_is_lost_is_not_repeated(
    api: Api, gateway: Gateway, store: Store
) -> None:
    document = """
    mutation { createDocument(input: {spaceId: "sp_1", title: "A", body: "b"}) { document { id } } }
    """
    gateway.faults.append(lost)
    with pytest.raises(Unreachable):
        await api.query(document)
    assert len(store.documents) == 1

    gateway.faults.append(refused)
    await api.query(document)
    assert len(store.documents) == 2


async def test_a_query_is_repeated(api: Api, gateway: Gateway) -> None:
    gateway.faults.extend([lost, refused])

    assert await api.query("{ eventCursor }") == {"eventCursor": "v1.log.0"}


async def test_a_server_that_is_down_is_asked_again_until_patience_ends() -> None:
    asked = 0

    def answer(_request: httpx2.Request) -> httpx2.Response:
        nonlocal asked
        asked += 1
        raise httpx2.ConnectError("refused")

    pace = Pace(first=0.001, longest=0.01, patience=0.05)
    transport = httpx2.MockTransport(answer)
    connection = Connection("http://gqlspaces", KEY)
    async with Client(connection, pace=pace, transport=transport) as client:
        with pytest.raises(Unreachable):
            await client.execute("{ a }")

    assert asked > 2


async def test_refusals_are_raised_with_code_message_and_path(api: Api) -> None:
    with pytest.raises(ApiError) as caught:
        await api.jobs.ack("jb_nothing")
    error = caught.value
    assert (error.code, error.message, error.path) == ("NOT_FOUND", "no such job", ("id",))
    assert str(error) == "no such job (at id)"


async def test_a_job_in_other_hands_is_a_conflict(api: Api, client: Client, store: Store) -> None:
    job_id = await store.add_job()
    await api.jobs.ack(job_id)

    async with Client(client.connection) as other:
        with pytest.raises(JobConflict):
            await Api(other).jobs.ack(job_id)


async def test_an_answer_that_is_no_graphql_is_an_error(api: Api, gateway: Gateway) -> None:
    gateway.faults.append(broken)

    with pytest.raises(ApiError) as caught:
        await api.query("{ eventCursor }")

    assert caught.value.code == "HTTP_500"


async def test_a_document_that_does_not_validate_is_an_error(api: Api) -> None:
    with pytest.raises(ApiError, match="nothing"):
        await api.query("{ nothing }")


async def test_a_key_is_never_shown(gateway: Gateway) -> None:
    connection = Connection(gateway.url, "gsk_secret")

    assert "gsk_secret" not in repr(connection)
    async with Client(connection) as client:
        with pytest.raises(ApiError) as caught:
            await client.execute("{ eventCursor }")
    assert caught.value.code == "UNAUTHENTICATED"
    assert "gsk_secret" not in repr(caught.value)


@pytest.mark.parametrize(
    ("url", "endpoint", "socket"),
    [
        ("http://a:1", "http://a:1/graphql", "ws://a:1/graphql"),
        ("https://a/", "https://a/graphql", "wss://a/graphql"),
        ("https://a/sub/graphql", "https://a/sub/graphql", "wss://a/sub/graphql"),
    ],
)
def test_an_address_may_leave_out_the_path(url: str, endpoint: str, socket: str) -> None:
    connection = Connection(url, KEY)

    assert (endpoint, socket) == (connection.endpoint, connection.socket)


async def test_a_script_may_carry_a_job_through_its_life(api: Api, store: Store) -> None:
    job_id = await store.add_job()

    assert (await api.jobs.ack(job_id, progress=5))["status"] == "EXECUTING"
    assert (await api.jobs.update(job_id, progress=40, info="on it"))["progress"] == 40
    assert (await api.jobs.ack(job_id, progress=50))["progress"] == 50
    assert (await api.jobs.complete(job_id, result={"rows": 5}))["status"] == "COMPLETE"
    found = await api.jobs.get(job_id)
    assert (found and found["status"]) == "COMPLETE"
    assert await api.jobs.get("jb_nothing") is None


async def test_a_lost_settlement_is_repeated_and_answered_as_the_first_time(
    api: Api, gateway: Gateway, store: Store
) -> None:
    job_id = await store.add_job()
    await api.jobs.ack(job_id)
    gateway.faults.append(lost)

    job = await api.jobs.complete(job_id, outcome={"message": "Done"})

    assert job["status"] == "COMPLETE"
    assert store.topics().count("job:completed") == 1


async def test_a_lost_claim_is_repeated_and_answered_as_the_first_time(
    api: Api, gateway: Gateway, store: Store
) -> None:
    job_id = await store.add_job()
    gateway.faults.append(lost)

    [claim] = await api.jobs.claim(["space:*"], limit=5)

    assert (job_id, 1) == (claim["job"]["id"], claim["job"]["attempt"])
    await api.jobs.fail(job_id, retry=True)
    assert store.jobs[job_id]["status"] == "READY"


async def test_a_lease_that_is_gone_is_told_to_a_script(api: Api, store: Store) -> None:
    job_id = await store.add_job()
    await api.jobs.ack(job_id)
    await store.expire(job_id)

    with pytest.raises(LeaseLost):
        await api.jobs.complete(job_id)


async def test_a_deletion_whose_answer_was_lost_is_done(
    api: Api, gateway: Gateway, store: Store
) -> None:
    workbook = await api.workbooks.create(space_id="sp_1", name="Data")
    gateway.faults.append(lost)

    await api.workbooks.delete(workbook["id"])

    assert store.workbooks == []
    assert len(store.made("deleteWorkbook")) == 2


async def test_nothing_but_enum_values_is_respelled(api: Api, store: Store) -> None:
    field = {
        "key": "type",
        "type": "enum-list",
        "config": {"size": "tiny", "sortBy": "label"},
        "metadata": {"type": "as-is", "mode": "mine"},
    }
    sheet = {"name": "A", "access": ["*", "add"], "fields": [field]}

    await api.workbooks.create(space_id="sp_1", name="mode", sheets=[sheet])

    [call] = store.made("createWorkbook")
    assert [
        {"name": "A", "access": ["ALL", "ADD"], "fields": [{**field, "type": "ENUM_LIST"}]}
    ] == call["sheets"]
    assert call["name"] == "mode"
