"""What the lines of a batch say."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final, NamedTuple

import orjson

from gqlspaces.blueprint.problems import echo, suggestion
from gqlspaces.features.records.streams.lines import LINE_BYTES, Batch
from gqlspaces.features.records.values.messages import path_item
from gqlspaces.kernel.errors import DomainError, ErrorCode, Invalid

_MEMBERS: Final = frozenset({"id", "values", "messages", "metadata", "config", "delete", "valid"})


class Deed(Enum):
    """What is to be done with the record of a line."""

    INSERT = auto()
    UPSERT = auto()
    UPDATE = auto()
    DELETE = auto()


class Line(NamedTuple):
    """A line that can be carried out."""

    number: int
    deed: Deed
    row: Mapping[str, Any]


class Parsed(NamedTuple):
    """What a batch says: lines that can be carried out, and why others cannot be."""

    lines: list[Line]
    rejected: list[dict[str, Any]]


def parse(batch: Batch, *, upserts: bool) -> Parsed:
    """Read the lines of a batch; blank ones say nothing."""
    absent = Deed.UPSERT if upserts else Deed.INSERT
    parsed = Parsed([], [])
    for number, text in enumerate(batch.lines, start=batch.first):
        if text is not None and (not text or text.isspace()):
            continue
        try:
            row = _read(text)
            parsed.lines.append(Line(number, _deed(row, absent), row))
        except DomainError as error:
            parsed.rejected.append(rejection(number, error))
    return parsed


def rejection(number: int, error: DomainError) -> dict[str, Any]:
    """Say why a line was not taken."""
    return {
        "line": number,
        "code": str(error.code),
        "message": error.message,
        "path": list(error.path),
    }


def _read(text: bytes | None) -> dict[str, Any]:
    if text is None:
        raise DomainError(f"Must have at most {LINE_BYTES} bytes.", code=ErrorCode.TOO_LONG)
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"Is not JSON: {error}.") from None
    if not isinstance(row, dict):
        raise Invalid("Must be an object.")
    if not row.keys() <= _MEMBERS:
        name = next(name for name in row if name not in _MEMBERS)
        told = f"There is no member {echo(name)}.{suggestion(name, _MEMBERS)}"
        raise Invalid(told, path=(path_item(name),))
    return row


def _deed(row: Mapping[str, Any], absent: Deed) -> Deed:
    """Tell what is to be done, or raise what makes that unclear."""
    deletes = row.get("delete")
    if deletes is not None and not isinstance(deletes, bool):
        raise Invalid("Must be true or false.", path=("delete",))
    if row.get("id") is not None:
        return Deed.DELETE if deletes else Deed.UPDATE
    if deletes:
        raise DomainError("Say which record.", path=("id",), code=ErrorCode.REQUIRED)
    if row.get("values") is None:
        raise DomainError("A new record needs values.", path=("values",), code=ErrorCode.REQUIRED)
    return absent
