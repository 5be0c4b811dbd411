"""What the playground says on the wire and makes of what it hears."""

from __future__ import annotations

import ast
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

STREAM = "id: c1\nevent: next\ndata: {\ndata: }\n\n: hello\n\nevent: complete\ndata:\n\n"
HEARD = [
    {"event": "next", "data": "{\n}", "id": "c1"},
    {"event": "complete", "data": "", "id": "c1"},
]
EVENTS = "subscription { events { cursor } }"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_reads_the_same_however_it_is_cut(
    evaluate: Callable[..., Any], ending: str, size: int
) -> None:
    # A lone CR at the very end stays open: the byte that could follow decides what it was.
    text = STREAM.replace("\n", ending) + ":"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    read = "(() => { const p = protocol.sseParser(); return given.flatMap((x) => p.push(x)); })()"
    assert evaluate(read, pieces) == HEARD


def test_an_unfinished_event_is_not_heard(evaluate: Callable[..., Any]) -> None:
    assert evaluate('protocol.sseParser().push("event: next\\ndata: {}\\n")') == []


def test_a_stream_may_begin_with_a_byte_order_mark(evaluate: Callable[..., Any]) -> None:
    heard = evaluate('protocol.sseParser().push("\\uFEFFdata: x\\n\\n")')
    assert heard == [{"event": "message", "data": "x", "id": ""}]


@pytest.mark.parametrize(
    ("query", "resumed"),
    [
        (EVENTS, 'subscription { events(after: "c2") { cursor } }'),
        (
            'subscription { events(filter: {topics: ["**"]}) { cursor } }',
            'subscription { events(after: "c2", filter: {topics: ["**"]}) { cursor } }',
        ),
        (
            'subscription { events(after: "c1", checkpoints: true) { cursor } }',
            'subscription { events(after: "c2", checkpoints: true) { cursor } }',
        ),
        (
            'subscription { events(filter: {where: {after: "x"}}) { cursor } }',
            'subscription { events(after: "c2", filter: {where: {after: "x"}}) { cursor } }',
        ),
        (
            "subscription { events: events { cursor } }",
            'subscription { events: events(after: "c2") { cursor } }',
        ),
        (
            "query Q { events { edges } } # events\nsubscription{ events { cursor } }",
            'query Q { events { edges } } # events\nsubscription{ events(after: "c2") { cursor } }',
        ),
    ],
)
def test_a_lost_subscription_is_asked_again_from_its_cursor(
    evaluate: Callable[..., Any], query: str, resumed: str
) -> None:
    assert evaluate('protocol.resumed({query: given}, "c2")', query) == {"query": resumed}


def test_a_cursor_in_a_variable_is_replaced_there(evaluate: Callable[..., Any]) -> None:
    query = "subscription ($from: String, $x: ID) { events(after: $from) { cursor } }"
    request = {"query": query, "variables": {"from": "c1", "x": "sp_1"}}
    resumed = evaluate('protocol.resumed(given, "c2")', request)
    assert resumed == {"query": query, "variables": {"from": "c2", "x": "sp_1"}}


@pytest.mark.parametrize(
    "query", ["subscription { jobProgress { id } }", "{ events { edges } }", "subscription {"]
)
def test_what_has_no_cursor_is_asked_again_unchanged(
    evaluate: Callable[..., Any], query: str
) -> None:
    assert evaluate('protocol.resumed({query: given}, "c2")', query) == {"query": query}


def test_the_cursor_is_found_under_any_alias_of_the_stream(evaluate: Callable[..., Any]) -> None:
    assert evaluate('protocol.cursorIn({data: {mine: {cursor: "c7"}}})') == "c7"
    assert evaluate("protocol.cursorIn({data: {jobProgress: {id: 1}}})") is None
    assert evaluate("protocol.cursorIn({errors: []})") is None


def test_waiting_doubles_up_to_a_limit_and_is_never_nothing(evaluate: Callable[..., Any]) -> None:
    longest = evaluate("[0,1,2,3,50].map((n) => protocol.backoff(n, () => 1))")
    shortest = evaluate("[0,50].map((n) => protocol.backoff(n, () => 0))")
    assert longest == [500, 1000, 2000, 4000, 15000]
    assert shortest == [250, 7500]


@pytest.mark.parametrize(
    ("code", "fatal"),
    [(1000, False), (1006, False), (1012, False), (4408, False), (4400, True), (4401, True),
     (4403, True), (4406, True), (4429, True)],
)  # fmt: skip
def test_a_refusal_is_told_from_a_loss(
    evaluate: Callable[..., Any], code: int, fatal: bool
) -> None:
    assert evaluate(f"protocol.isFatalClose({code})") is fatal


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"type": 1}'])
def test_a_broken_message_is_recognised(evaluate: Callable[..., Any], text: str) -> None:
    assert evaluate("protocol.readMessage(given)", text) == {"type": "invalid"}


def test_the_messages_of_a_subscription(evaluate: Callable[..., Any]) -> None:
    init = evaluate('protocol.connectionInit({authorization: "Bearer k"})')
    assert init == {"type": "connection_init", "payload": {"authorization": "Bearer k"}}
    said = evaluate('protocol.subscribeMessage("1", {query: "{ a }"})')
    assert said == {"id": "1", "type": "subscribe", "payload": {"query": "{ a }"}}


COPIED = {
    "url": "http://localhost:8000/graphql",
    "request": {"query": 'query A { a(b: "it\'s \\"x\\"") }', "variables": {"n": "O'Neill \\"}},
    "headers": {"X-Trace": "1", "Authorization": "Bearer gsk_secret"},
    "stream": False,
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("form", ["toCurl", "toPython"])
def test_a_copy_names_a_variable_and_never_the_key(
    evaluate: Callable[..., Any], form: str, stream: bool
) -> None:
    text = evaluate(f"protocol.{form}(given)", COPIED | {"stream": stream})
    assert "gsk_secret" not in text
    assert "GQLSPACES_KEY" in text
    assert "X-Trace" in text
    assert ("text/event-stream" in text) is stream


def test_a_copied_command_sends_the_same_request(evaluate: Callable[..., Any]) -> None:
    command = evaluate("protocol.toCurl(given)", COPIED)
    shell = f'curl() {{ printf "%s\\0" "$@"; }}\n{command}'
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True)
    said = done.stdout.split("\0")
    assert json.loads(said[said.index("--data") + 1]) == COPIED["request"]


def test_a_copied_program_carries_the_same_request(evaluate: Callable[..., Any]) -> None:
    program = ast.parse(evaluate("protocol.toPython(given)", COPIED))
    constants = {node.value for node in ast.walk(program) if isinstance(node, ast.Constant)}
    assert COPIED["request"]["query"] in constants  # type: ignore[index]
    assert json.dumps({"n": "O'Neill \\"}, indent=2) in constants


@pytest.mark.parametrize(
    ("text", "read"),
    [("", {"value": {}}), (" {} ", {"value": {}}), ('{"a": 1}', {"value": {"a": 1}}),
     ("[1]", {"problem": "Variables must be a JSON object."})],
)  # fmt: skip
def test_variables_are_an_object(
    evaluate: Callable[..., Any], text: str, read: dict[str, Any]
) -> None:
    assert evaluate('protocol.parseObject(given, "Variables")', text) == read


def test_what_is_kept_carries_no_key(evaluate: Callable[..., Any]) -> None:
    assert evaluate('storage.withoutKeys(\'{"k": "gsk_Ab-1_c"}\')') == '{"k": "gsk_…"}'
