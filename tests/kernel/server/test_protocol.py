"""graphql-transport-ws without a socket."""

import json
from typing import Any

import pytest

from gqlspaces.kernel.graphql.server.protocol import (
    CloseCode,
    Closing,
    Complete,
    ConnectionInit,
    Conversation,
    Ping,
    Pong,
    Subscribe,
    read_message,
)
from gqlspaces.kernel.graphql.server.request import OperationRequest

SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}}


def subscribe(**payload: Any) -> dict[str, Any]:
    return SUBSCRIBE | {"payload": {"query": "{ hello }"} | payload}


MALFORMED = [
    "",
    "{",
    "null",
    "7",
    '"connection_init"',
    "[]",
    "{}",
    '{"type": 7}',
    '{"type": "connection_ack"}',
    '{"type": "next", "id": "1", "payload": {}}',
    '{"type": "connection_init", "payload": "x"}',
    '{"type": "connection_init", "payload": []}',
    '{"type": "ping", "payload": 7}',
    '{"type": "pong", "payload": []}',
    '{"type": "complete"}',
    '{"type": "complete", "id": ""}',
    json.dumps(SUBSCRIBE | {"id": 1}),
    json.dumps(SUBSCRIBE | {"id": "x" * 129}),
    json.dumps(SUBSCRIBE | {"payload": None}),
    json.dumps(SUBSCRIBE | {"payload": []}),
    json.dumps(subscribe(query=7)),
    json.dumps(subscribe(variables=[])),
    json.dumps(subscribe(variables="{}")),
    json.dumps(subscribe(operationName=7)),
    json.dumps(subscribe(extensions="x")),
    '{"type": "ping", "payload": {"n": ' + "9" * 5000 + "}}",
    "[" * 100_000,
    '{"type":' * 100_000,
    '{"type": "ping", "payload": {"n": NaN}}',
    '{"type": "ping", "payload": {"s": "\\ud800"}}',
]


@pytest.mark.parametrize("frame", MALFORMED, ids=lambda frame: frame[:50])
def test_a_malformed_message_is_4400_with_a_reason(frame: str) -> None:
    with pytest.raises(Closing) as end:
        read_message(frame)
    assert end.value.code == CloseCode.INVALID_MESSAGE
    assert 0 < len(end.value.reason.encode()) <= 123


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "connection_init"}, ConnectionInit({})),
        ({"type": "connection_init", "payload": None}, ConnectionInit({})),
        ({"type": "connection_init", "payload": {"a": 1}}, ConnectionInit({"a": 1})),
        ({"type": "ping"}, Ping(None)),
        ({"type": "ping", "payload": {}}, Ping({})),
        ({"type": "pong", "payload": None}, Pong()),
        ({"type": "complete", "id": "x"}, Complete("x")),
        (SUBSCRIBE, Subscribe("1", OperationRequest("{ hello }"))),
        (
            subscribe(variables={"a": 1}, operationName="A", extensions=None),
            Subscribe("1", OperationRequest("{ hello }", "A", {"a": 1})),
        ),
    ],
)
def test_a_good_message_is_read(message: dict[str, Any], expected: object) -> None:
    assert read_message(json.dumps(message)) == expected


def test_a_reason_is_cut_between_characters() -> None:
    reason = Closing(CloseCode.INVALID_MESSAGE, "é" * 100).reason
    assert reason == "é" * 61


def test_nothing_is_run_before_the_acknowledgement() -> None:
    with pytest.raises(Closing) as end:
        Conversation(set()).hear(json.dumps(SUBSCRIBE))
    assert end.value.code == CloseCode.UNAUTHORIZED


def test_a_second_greeting_is_one_too_many() -> None:
    conversation = Conversation(set())
    conversation.hear('{"type": "connection_init"}')
    with pytest.raises(Closing) as end:
        conversation.hear('{"type": "connection_init"}')
    assert end.value.code == CloseCode.TOO_MANY_REQUESTS


def test_an_id_in_use_cannot_be_used_again() -> None:
    running = {"1"}
    conversation = Conversation(running)
    conversation.acknowledged = True
    with pytest.raises(Closing) as end:
        conversation.hear(json.dumps(SUBSCRIBE))
    assert end.value.code == CloseCode.SUBSCRIBER_EXISTS
    running.clear()
    assert isinstance(conversation.hear(json.dumps(SUBSCRIBE)), Subscribe)
