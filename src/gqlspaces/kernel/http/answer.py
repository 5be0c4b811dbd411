"""Answers as JSON, and the headers that all of them have."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from gqlspaces.kernel.http.caller import REQUEST_ID


def encode(value: Any) -> bytes:
    """Encode a value as JSON, without line breaks; raise TypeError or ValueError if it is none."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # integers of more than 64 bits and more than 254 levels are JSON all the same
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def error_body(message: str, extensions: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answer to a request that was not carried out."""
    return {"errors": [{"message": message, "extensions": dict(extensions)}]}


def common_headers(request_id: str) -> dict[str, str]:
    """Give the headers of every answer."""
    return {
        "vary": "Accept",
        "x-content-type-options": "nosniff",
        REQUEST_ID: request_id,
    }
