"""The client's half of `graphql-transport-ws` for one subscription on one socket, without I/O.

Text goes in, a decision comes out; who owns the socket sends, waits and closes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias

from gqlspaces.listener.errors import ApiError, Problem, problems_of, refusal

SUBPROTOCOL = "graphql-transport-ws"

FATAL_CLOSE_CODES: Mapping[int, str] = {
    4400: "BAD_REQUEST",
    4401: "UNAUTHENTICATED",
    4403: "UNAUTHENTICATED",
    4406: "BAD_REQUEST",
}
"""Close codes that another attempt would only meet again."""

_OPERATION = "1"


class Violation(Exception):
    """The server sent what the protocol does not allow."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Text that the socket has to send now."""

    text: str


@dataclass(frozen=True, slots=True)
class Next:
    """One answer of the subscription."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """The subscription is over, by an error or, without one, by its own accord."""

    error: ApiError | None = None


Step: TypeAlias = Reply | Next | End | None


class _State(Enum):
    CONNECTING = auto()
    SUBSCRIBED = auto()
    ENDED = auto()


class Conversation:
    """What is said on one socket, from `connection_init` to the end of the subscription."""

    def __init__(self, authorization: str, document: str, variables: Mapping[str, Any]) -> None:
        self._authorization = authorization
        self._operation = {"query": document, "variables": dict(variables)}
        self._state = _State.CONNECTING

    @property
    def subscribed(self) -> bool:
        """Whether the server has let us in and the subscription is on its way."""
        return self._state is _State.SUBSCRIBED

    def open(self) -> str:
        """Return the first text to send."""
        payload = {"authorization": self._authorization}
        return json.dumps({"type": "connection_init", "payload": payload})

    def receive(self, text: str | bytes) -> Step:
        """Return what to do about a message; raise `Violation` for one that makes no sense."""
        message = _parse(text)
        match message.get("type"):
            case "ping":
                return Reply(json.dumps({"type": "pong"}))
            case "pong":
                return None
            case "connection_ack" if self._state is _State.CONNECTING:
                return self._subscribe()
            case "next" | "error" | "complete" as kind if self._is_ours(message):
                return self._operate(kind, message.get("payload"))
        told = f"unexpected message {message.get('type')!r} while {self._state.name.lower()}"
        raise Violation(told)

    def _is_ours(self, message: Mapping[str, Any]) -> bool:
        return message.get("id") == _OPERATION and self._state is _State.SUBSCRIBED

    def _subscribe(self) -> Reply:
        self._state = _State.SUBSCRIBED
        message = {"id": _OPERATION, "type": "subscribe", "payload": self._operation}
        return Reply(json.dumps(message))

    def _operate(self, kind: str, payload: Any) -> Next | End:
        step = result(payload) if kind == "next" else End()
        if kind == "error":
            step = End(refusal(problems_of(payload)))
        if isinstance(step, End):
            self._state = _State.ENDED
        return step


def result(payload: Any) -> Next | End:
    """Read an execution result, from either transport; one with errors ends the subscription."""
    if not isinstance(payload, dict):
        raise Violation("an answer that is no object")
    if payload.get("errors"):
        return End(refusal(problems_of(payload["errors"])))
    data = payload.get("data")
    if not isinstance(data, dict):
        raise Violation("an answer without data")
    return Next(data)


def closed(code: int | None, reason: str) -> ApiError | None:
    """Return the error behind a close code, or None if connecting again may help."""
    name = FATAL_CLOSE_CODES.get(code or 0)
    if name is None:
        return None
    return refusal([Problem(name, f"the server closed the socket: {code} {reason}".rstrip())])


def _parse(text: str | bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(text)
    except ValueError as error:
        raise Violation("a message that is no JSON") from error
    if not isinstance(message, dict):
        raise Violation("a message that is no object")
    return message
