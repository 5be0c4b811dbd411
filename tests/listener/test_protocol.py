"""The state machine of `graphql-transport-ws`: what is said in answer to what."""

import json
from typing import Any

import pytest

from gqlspaces.listener import CursorRefused
from gqlspaces.listener.protocol import Conversation, End, Next, Reply, Violation, closed


def say(**message: Any) -> str:
    return json.dumps(message)


@pytest.fixture
def conversation() -> Conversation:
    return Conversation("Bearer gsk_test", "subscription { a }", {"after": "c1"})


@pytest.fixture
def subscribed(conversation: Conversation) -> Conversation:
    conversation.open()
    conversation.receive(say(type="connection_ack"))
    return conversation


def test_it_opens_with_the_key(conversation: Conversation) -> None:
    expected = {"type": "connection_init", "payload": {"authorization": "Bearer gsk_test"}}

    assert expected == json.loads(conversation.open())
    assert not conversation.subscribed


def test_it_subscribes_once_it_is_let_in(conversation: Conversation) -> None:
    conversation.open()

    step = conversation.receive(say(type="connection_ack", payload={"any": "thing"}))

    assert isinstance(step, Reply)
    assert json.loads(step.text) == {
        "id": "1",
        "type": "subscribe",
        "payload": {"query": "subscription { a }", "variables": {"after": "c1"}},
    }
    assert conversation.subscribed


def test_it_answers_a_ping_at_any_time(conversation: Conversation) -> None:
    for _ in range(2):
        step = conversation.receive(say(type="ping", payload={"x": 1}))
        assert Reply('{"type": "pong"}') == step
        conversation.receive(say(type="connection_ack"))
        break
    assert conversation.receive(say(type="pong")) is None


def test_an_answer_is_handed_on(subscribed: Conversation) -> None:
    step = subscribed.receive(say(id="1", type="next", payload={"data": {"a": 1}}))

    assert Next({"a": 1}) == step


def test_an_error_ends_it_with_its_code(subscribed: Conversation) -> None:
    payload = [{"message": "too old", "extensions": {"code": "CURSOR_EXPIRED"}, "path": ["a", 0]}]

    step = subscribed.receive(say(id="1", type="error", payload=payload))

    assert isinstance(step, End)
    assert isinstance(step.error, CursorRefused)
    assert (
        step.error.code,
        step.error.message,
        step.error.path,
    ) == ("CURSOR_EXPIRED", "too old", ("a", "0"))


def test_an_answer_with_errors_ends_it(subscribed: Conversation) -> None:
    payload = {"data": None, "errors": [{"message": "broken"}]}

    step = subscribed.receive(say(id="1", type="next", payload=payload))

    assert isinstance(step, End)
    assert (step.error and step.error.code) == "INTERNAL_SERVER_ERROR"


def test_completion_ends_it_without_an_error(subscribed: Conversation) -> None:
    assert End() == subscribed.receive(say(id="1", type="complete"))
    assert not subscribed.subscribed


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        say(type="connection_ack"),
        say(type="next", id="2", payload={"data": {}}),
        say(type="next", id="1", payload={"data": None}),
        say(type="next", id="1", payload=[]),
        say(type="subscribe", id="1"),
        say(kind="next"),
        b"\xff",
    ],
)
def test_nonsense_is_a_violation(subscribed: Conversation, text: str | bytes) -> None:
    with pytest.raises(Violation):
        subscribed.receive(text)


def test_an_answer_before_the_subscription_is_a_violation(conversation: Conversation) -> None:
    with pytest.raises(Violation, match="connecting"):
        conversation.receive(say(type="next", id="1", payload={"data": {}}))


@pytest.mark.parametrize("code", [4400, 4401, 4403, 4406])
def test_some_close_codes_are_final(code: int) -> None:
    assert closed(code, "no") is not None


@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 1011, 1012, 1013, 4408, 4429, 4500])
def test_after_other_close_codes_another_attempt_may_help(code: int | None) -> None:
    assert closed(code, "") is None
