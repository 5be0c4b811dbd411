"""graphql-transport-ws on a socket."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

ITEMS = "subscription ($count: Int!) { items(count: $count) { number } }"


def error_code(message: dict[str, Any]) -> str:
    assert message["type"] == "error", message
    code: str = message["payload"][0]["extensions"]["code"]
    return code


async def test_a_subscription_gives_its_results_and_completes(greeted: Any) -> None:
    await greeted.subscribe("1", ITEMS, variables={"count": 2})
    for number in range(2):
        payload = {"data": {"items": {"number": number}}}
        assert await greeted.hear() == {"id": "1", "type": "next", "payload": payload}
    assert await greeted.hear() == {"id": "1", "type": "complete"}


async def test_a_query_works_over_the_socket_too(greeted: Any) -> None:
    await greeted.subscribe(
        "q", "query A { hello } query B { double(number: 4) }", operationName="B"
    )
    assert (await greeted.hear())["payload"] == {"data": {"double": 8}}
    assert (await greeted.hear())["type"] == "complete"


async def test_a_greeting_may_have_a_null_payload(socket: Any) -> None:
    await socket.say('{"type": "connection_init", "payload": null}')
    assert await socket.hear() == {"type": "connection_ack"}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"authorization": "Bearer bad"}, 4403),
        ({"authorization": "nonsense"}, 4403),
        ({"authorization": 7}, 4403),
        ({"authorization": "Bearer busy"}, 1013),
        ({"authorization": "Bearer boom"}, 1011),
    ],
)
async def test_a_greeting_that_is_refused_ends_the_socket(
    socket: Any, payload: dict[str, Any], code: int
) -> None:
    await socket.say({"type": "connection_init", "payload": payload})
    closed_with, reason = await socket.closed()
    assert closed_with == code
    assert reason
    assert "hunter2" not in reason


@pytest.mark.parametrize("member", ["authorization", "Authorization"])
async def test_the_key_may_come_in_the_greeting(socket: Any, member: str) -> None:
    await socket.greet(**{member: "Bearer good"})
    await socket.subscribe("1", "{ sender }")
    assert (await socket.hear())["payload"]["data"]["sender"]["bearer"] == "good"


async def test_the_key_may_come_in_the_handshake(connect: Callable[..., Any]) -> None:
    async with connect(headers={"authorization": "Bearer bad"}) as socket:
        await socket.event()
        await socket.say({"type": "connection_init"})
        assert (await socket.closed())[0] == 4403


async def test_a_client_that_never_greets_is_sent_away(
    connect: Callable[..., Any], make_endpoint: Callable[..., Any]
) -> None:
    async with connect(to=make_endpoint(init_seconds=0.01)) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


@pytest.mark.parametrize("subprotocols", [(), ("graphql-ws",)])
async def test_other_subprotocols_are_not_spoken(
    connect: Callable[..., Any], subprotocols: tuple[str, ...]
) -> None:
    async with connect(subprotocols=subprotocols) as socket:
        assert (await socket.closed())[0] == 4406


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        ("https://spaces.example", True),
        ("https://app.example", True),
        ("https://evil.example", False),
        ("https://spaces.example.evil.example", False),
        ("https://app.example.evil.example", False),
        ("null", False),
    ],
)
async def test_only_pages_of_trusted_origins_may_connect(
    connect: Callable[..., Any], origin: str | None, welcome: bool
) -> None:
    async with connect(headers={"origin": origin} if origin else {}) as socket:
        answer = await socket.event()
        assert answer["type"] == ("websocket.accept" if welcome else "websocket.close")


async def test_a_ping_is_answered_with_its_payload(socket: Any) -> None:
    await socket.say({"type": "ping", "payload": {"n": 1}})
    assert await socket.hear() == {"type": "pong", "payload": {"n": 1}}
    await socket.say({"type": "ping"})
    assert await socket.hear() == {"type": "pong"}


@pytest.mark.parametrize("frame", ["{", "[]", '{"type": "subscribe", "id": 1}'])
async def test_a_malformed_message_ends_the_socket(greeted: Any, frame: str) -> None:
    await greeted.say(frame)
    code, reason = await greeted.closed()
    assert code == 4400
    assert reason


async def test_a_binary_message_ends_the_socket(greeted: Any) -> None:
    await greeted.incoming.put({"type": "websocket.receive", "bytes": b"{}"})
    assert (await greeted.closed())[0] == 4400


async def test_a_message_over_the_limit_ends_the_socket(greeted: Any) -> None:
    await greeted.say('{"type": "ping", "payload": {"x": "' + "é" * 128 * 1024 + '"}}')
    assert (await greeted.closed())[0] == 1009


async def test_a_subscription_before_the_greeting_is_unauthorized(socket: Any) -> None:
    await socket.subscribe("1", "{ hello }")
    assert await socket.closed() == (4401, "Unauthorized")


async def test_a_second_greeting_ends_the_socket(greeted: Any) -> None:
    await greeted.say({"type": "connection_init"})
    assert (await greeted.closed())[0] == 4429


async def test_an_id_in_use_ends_the_socket_and_its_operations(greeted: Any, stage: Any) -> None:
    await greeted.subscribe("x" * 128, "subscription { forever }")
    await greeted.hear()
    await greeted.subscribe("x" * 128, "{ hello }")
    code, reason = await greeted.closed()
    assert code == 4409
    assert len(reason) == 123
    assert stage.closed.is_set()


async def test_an_id_may_be_used_again_after_its_operation(greeted: Any) -> None:
    for _ in range(2):
        await greeted.subscribe("1", "{ hello }")
        assert (await greeted.hear())["type"] == "next"
        assert (await greeted.hear())["type"] == "complete"


async def test_an_id_may_be_used_again_at_once_after_the_client_completed_it(greeted: Any) -> None:
    await greeted.subscribe("1", "subscription { forever }")
    assert (await greeted.hear())["payload"] == {"data": {"forever": 0}}
    await greeted.say({"id": "1", "type": "complete"})
    await greeted.subscribe("1", "{ hello }")
    assert (await greeted.hear())["payload"] == {"data": {"hello": "Hello, world!"}}
    assert (await greeted.hear()) == {"id": "1", "type": "complete"}


async def test_completing_what_is_not_running_is_ignored(greeted: Any) -> None:
    await greeted.say({"id": "unknown", "type": "complete"})
    await greeted.subscribe("1", "{ hello }")
    assert (await greeted.hear())["type"] == "next"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ hello }", "operationName": "A"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query A { hello } query B { hello }"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": ITEMS, "variables": {"count": "x"}}, "BAD_USER_INPUT"),
        ({"query": "{ hello " + "@skip(if: false) " * 21 + "}"}, "LIMIT_EXCEEDED"),
    ],
)
async def test_a_refused_operation_leaves_the_socket_and_its_neighbours_alone(
    greeted: Any, payload: dict[str, Any], code: str
) -> None:
    await greeted.subscribe("neighbour", "subscription { forever }")
    await greeted.hear()
    await greeted.say({"id": "1", "type": "subscribe", "payload": payload})
    refusal = await greeted.hear()
    assert refusal["id"] == "1"
    assert error_code(refusal) == code
    await greeted.subscribe("1", "{ hello }")
    assert (await greeted.hear())["type"] == "next"


@pytest.mark.parametrize(
    ("field", "code"),
    [("expiring", "CURSOR_EXPIRED"), ("crashing", "INTERNAL_SERVER_ERROR")],
)
async def test_a_failing_source_is_an_error_message(greeted: Any, field: str, code: str) -> None:
    await greeted.subscribe("1", f"subscription {{ {field} }}")
    assert (await greeted.hear())["type"] == "next"
    message = await greeted.hear()
    assert error_code(message) == code
    assert "hunter2" not in str(message)


async def test_a_socket_has_room_for_so_many_operations(
    connect: Callable[..., Any], make_endpoint: Callable[..., Any]
) -> None:
    async with connect(to=make_endpoint(socket_operations=2)) as socket:
        await socket.event()
        await socket.greet()
        for identity in "ab":
            await socket.subscribe(identity, "subscription { forever }")
            assert (await socket.hear())["id"] == identity
        await socket.subscribe("c", "{ hello }")
        refusal = await socket.hear()
        assert refusal["id"] == "c"
        assert error_code(refusal) == "LIMIT_EXCEEDED"
        await socket.say({"id": "a", "type": "complete"})
        await socket.subscribe("c", "{ hello }")
        assert (await socket.hear())["type"] == "next"


async def test_a_client_that_talks_too_much_is_sent_away(greeted: Any, time: Any) -> None:
    for _ in range(49):  # the greeting was the first of fifty
        await greeted.say({"type": "pong"})
    time.seconds += 1
    for _ in range(20):
        await greeted.say({"type": "pong"})
    await greeted.say({"type": "ping"})
    assert await greeted.closed() == (4429, "Too many messages")


async def test_the_operations_end_when_the_client_leaves(greeted: Any, stage: Any) -> None:
    await greeted.subscribe("1", "subscription { forever }")
    await greeted.hear()
    await greeted.leave()
    await asyncio.wait_for(greeted.task, 5)
    assert stage.closed.is_set()


async def test_each_operation_has_a_fresh_context(greeted: Any) -> None:
    await greeted.subscribe("1", "subscription { items(count: 1) { generation } }")
    # one renewal for the operation, one for the event
    assert (await greeted.hear())["payload"] == {"data": {"items": {"generation": 2}}}


async def test_a_client_that_does_not_read_gets_no_further_events(greeted: Any, stage: Any) -> None:
    greeted.taken.clear()
    await greeted.subscribe("1", "subscription { flood }")
    for _ in range(1_000):
        await asyncio.sleep(0)
    assert stage.advanced == 1


async def test_draining_closes_sockets_for_a_restart(
    greeted: Any, endpoint: Any, stage: Any
) -> None:
    await greeted.subscribe("1", "subscription { forever }")
    await greeted.hear()
    await endpoint.drain()
    assert (await greeted.closed())[0] == 1012
    assert stage.closed.is_set()


async def test_draining_lets_a_mutation_end_and_answer(
    greeted: Any, endpoint: Any, stage: Any
) -> None:
    await greeted.subscribe("1", "mutation { waitAtGate }")
    await stage.entered.wait()
    draining = asyncio.create_task(endpoint.drain())
    await asyncio.sleep(0)
    stage.gate.set()
    assert (await greeted.hear())["payload"] == {"data": {"waitAtGate": "through"}}
    await draining
    assert (await greeted.closed())[0] == 1012


async def test_draining_does_not_wait_for_ever(
    connect: Callable[..., Any], make_endpoint: Callable[..., Any], stage: Any
) -> None:
    endpoint = make_endpoint(drain_seconds=0.01)
    async with connect(to=endpoint) as socket:
        await socket.event()
        await socket.greet()
        await socket.subscribe("1", "mutation { waitAtGate }")
        await stage.entered.wait()
        await endpoint.drain()
        assert (await socket.closed())[0] == 1012


async def test_a_draining_server_takes_no_new_sockets(
    endpoint: Any, connect: Callable[..., Any]
) -> None:
    await endpoint.drain()
    async with connect() as socket:
        assert (await socket.closed())[0] == 1012
