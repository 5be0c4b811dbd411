"""What a client asks for: the members of a GraphQL request, the same on every transport."""

from dataclasses import dataclass
from typing import Any

import orjson


class Malformed(Exception):
    """A message that is not what the protocol says; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """One GraphQL operation, as it was asked for."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None


def read_json(text: bytes | str, what: str) -> dict[str, Any]:
    """Decode a JSON object, or raise Malformed.

    Not accepted are, beside what is no JSON: NaN, numbers too large for a double, lone
    surrogates and more than 1024 levels.
    """
    try:
        value = orjson.loads(text)
    except ValueError as error:
        raise Malformed(f"{what} is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise Malformed(f"{what} must be a JSON object.")
    return value


def read_operation(members: dict[str, Any]) -> OperationRequest:
    """Check the members of a GraphQL request, or raise Malformed; unknown ones are ignored."""
    query = members.get("query")
    if not isinstance(query, str):
        raise Malformed("The member 'query' must be a string.")
    name = members.get("operationName")
    if not isinstance(name, str | None):
        raise Malformed("The member 'operationName' must be a string or null.")
    for member in ("variables", "extensions"):
        if not isinstance(members.get(member), dict | None):
            raise Malformed(f"The member '{member}' must be an object or null.")
    return OperationRequest(query, name, members.get("variables"))
