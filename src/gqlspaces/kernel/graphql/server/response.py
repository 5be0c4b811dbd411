"""Results and errors as JSON."""

import json
from collections.abc import Iterable
from typing import Any

import orjson
from graphql import GraphQLError


def encode(value: Any) -> bytes:
    """Encode a value as JSON, without line breaks; raise TypeError or ValueError if it is none."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # integers of more than 64 bits and more than 254 levels are JSON all the same
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def formatted(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    """Give errors as the members of a response's ``errors``."""
    return [dict(error.formatted) for error in errors]


def error_body(message: str, code: str) -> dict[str, Any]:
    """Give the response for a request that did not reach the executor."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}
