"""Free JSON inside a blueprint, such as metadata: any value, but finite and storable."""

import json
import math
from typing import Annotated, Any

from pydantic import AfterValidator

from gqlspaces.blueprint.limits import JSON_BYTES, JSON_DEPTH, JSON_INTEGER_BITS
from gqlspaces.blueprint.problems import ProblemCode, reject
from gqlspaces.blueprint.text import unstorable


def check_json(value: Any) -> Any:
    """The value itself; raises the first problem that would keep it from being stored as JSON."""
    pending: list[tuple[Any, tuple[str, ...]]] = [(value, ())]
    while pending:
        item, path = pending.pop()
        if isinstance(item, dict | list) and len(path) >= JSON_DEPTH:
            reject(ProblemCode.INVALID, f"Must be nested at most {JSON_DEPTH} deep.")
        if isinstance(item, dict):
            _check_keys(item, path)
            pending.extend((child, (*path, key)) for key, child in item.items())
        elif isinstance(item, list):
            pending.extend((child, (*path, str(index))) for index, child in enumerate(item))
        elif reason := _fault(item):
            reject(ProblemCode.INVALID, reason, *path)
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > JSON_BYTES:
        reject(ProblemCode.TOO_LONG, f"Must be at most {JSON_BYTES} bytes of JSON.")
    return value


def _check_keys(item: dict[Any, Any], path: tuple[str, ...]) -> None:
    for key in item:
        if not isinstance(key, str):
            reject(ProblemCode.INVALID, "Keys must be strings.", *path)
        if reason := unstorable(key):
            reject(ProblemCode.INVALID, reason, *path)


def _fault(item: Any) -> str | None:
    if isinstance(item, str):
        return unstorable(item)
    if isinstance(item, float):
        return None if math.isfinite(item) else "Must be a finite number."
    if isinstance(item, int):
        too_large = item.bit_length() > JSON_INTEGER_BITS
        return f"Must be a number of at most {JSON_INTEGER_BITS} bits." if too_large else None
    return None if item is None else "Must be a JSON value."


JsonValue = Annotated[Any, AfterValidator(check_json)]
JsonObject = Annotated[dict[str, Any], AfterValidator(check_json)]
