"""graphql-transport-ws without a socket: what a client may say, when, and how a breach ends.

The rules are those of https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

from gqlspaces.kernel.graphql.server.request import (
    Malformed,
    OperationRequest,
    read_json,
    read_operation,
)

SUBPROTOCOL = "graphql-transport-ws"

_LONGEST_REASON = 123  # bytes that a close frame has room for
_LONGEST_ID = 128


class CloseCode(IntEnum):
    """Why a socket was closed by the server."""

    TOO_BIG = 1009
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    INVALID_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_REQUESTS = 4429


class Closing(Exception):
    """The end of a conversation, with the code and the reason the client is given."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    """The client's greeting."""

    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    """A question that is answered with a pong of the same payload."""

    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """An answer, or a sign of life."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A request for an operation of any kind."""

    id: str
    operation: OperationRequest


@dataclass(frozen=True, slots=True)
class Complete:
    """The client's wish to hear no more of an operation."""

    id: str


ClientMessage: TypeAlias = ConnectionInit | Ping | Pong | Subscribe | Complete


def read_message(frame: str) -> ClientMessage:
    """Read what a client says, or raise Closing when the protocol has no such message."""
    try:
        return _read_members(read_json(frame, "The message"))
    except Malformed as error:
        raise Closing(CloseCode.INVALID_MESSAGE, str(error)) from None


def _read_members(message: dict[str, Any]) -> ClientMessage:
    kind = message.get("type")
    match kind:
        case "connection_init":
            return ConnectionInit(_read_payload(message) or {})
        case "ping":
            return Ping(_read_payload(message))
        case "pong":
            _read_payload(message)
            return Pong()
        case "subscribe":
            identity, payload = _read_id(message), _read_payload(message)
            if payload is None:
                raise Malformed("The member 'payload' must be an object.")
            return Subscribe(identity, read_operation(payload))
        case "complete":
            return Complete(_read_id(message))
        case str():
            raise Malformed(f"A client sends no message of type '{kind}'.")
        case _:
            raise Malformed("The member 'type' must be a string.")


def _read_id(message: dict[str, Any]) -> str:
    identity = message.get("id")
    if not isinstance(identity, str) or not 0 < len(identity) <= _LONGEST_ID:
        raise Malformed(f"The member 'id' must be a string of 1 to {_LONGEST_ID} characters.")
    return identity


def _read_payload(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        raise Malformed("The member 'payload' must be an object or null.")
    return payload


class Conversation:
    """The order of messages on one socket; ``running`` is a live view of the operations' ids."""

    def __init__(self, running: Collection[str]) -> None:
        self._running = running
        self._greeted = False
        self.acknowledged = False

    def hear(self, frame: str) -> ClientMessage:
        """Read the next message, or raise Closing when it may not be said now."""
        message = read_message(frame)
        match message:
            case ConnectionInit():
                if self._greeted:
                    reason = "Too many initialisation requests"
                    raise Closing(CloseCode.TOO_MANY_REQUESTS, reason)
                self._greeted = True
            case Subscribe(id=identity):
                if not self.acknowledged:
                    raise Closing(CloseCode.UNAUTHORIZED, "Unauthorized")
                if identity in self._running:
                    reason = f"Subscriber for {identity} already exists"
                    raise Closing(CloseCode.SUBSCRIBER_EXISTS, reason)
        return message
