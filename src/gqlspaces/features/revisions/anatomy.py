"""The anatomy of a Space: all its rows as one document, and what turns one into the next.

Every row stands under its id in the container of its noun, below what it is in, so that a path
means the same whatever is renamed or moved: ``/workbooks/wb_…/sheets/sh_…/fields/fd_…/label``.
The order of rows is their ``position``. Changes are those of JSON Patch (RFC 6902).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeAlias

from pydantic.alias_generators import to_camel, to_snake

Document: TypeAlias = dict[str, Any]
Op: TypeAlias = dict[str, Any]

_CONTAINERS: Final[Mapping[str, str]] = {
    "wb": "workbooks",
    "sh": "sheets",
    "fd": "fields",
    "dc": "documents",
    "ac": "actions",
}
_INSIDE: Final[Mapping[str, Sequence[str]]] = {
    "sp": ("workbooks", "documents", "actions"),
    "wb": ("sheets", "actions"),
    "sh": ("fields", "actions"),
    "fd": ("actions",),
    "dc": ("actions",),
}
_ANCESTORS: Final = {"workbook_id": "wb", "sheet_id": "sh", "field_id": "fd", "document_id": "dc"}
# A path says where a row is already; what every change changes says nothing.
_UNTOLD: Final = {"environment_id", "space_id", "target_id", "updated_at", "last_activity_at"}
_SPELLED: Final = {"meta": "metadata"}
_READ: Final = {member: column for column, member in _SPELLED.items()}
_NAMES: Final = frozenset(_CONTAINERS.values())


def member_of(column: str) -> str:
    """Give the member that holds a column."""
    return to_camel(_SPELLED.get(column, column))


@cache
def _column_of(member: str) -> str:
    return _READ.get(member) or to_snake(member)


def told(column: str) -> bool:
    """Tell whether an anatomy holds this column."""
    return column not in _UNTOLD and column not in _ANCESTORS


def path_of(row: Any) -> str:
    """Give the path of a row; that of the Space itself is empty."""
    noun = row.id.partition("_")[0]
    if noun == "sp":
        return ""
    # A plain row answers to the name of its table with its own id, as ``workbook_id`` for example.
    known = [one for one in _ANCESTORS if one in _columns(row)]
    steps = [(_ANCESTORS[column], getattr(row, column)) for column in known]
    return "".join(f"/{_CONTAINERS[one]}/{id}" for one, id in [*steps, (noun, row.id)] if id)


def described(row: Any) -> Document:
    """Give a row as an anatomy shows it, with empty containers for what is in it."""
    document = {member_of(one): shown(getattr(row, one)) for one in _columns(row) if told(one)}
    return document | {name: {} for name in _INSIDE.get(row.id.partition("_")[0], ())}


def _columns(row: Any) -> Collection[str]:
    """Name the columns of an entity or of a plain row."""
    names: Collection[str] | None = getattr(row, "_fields", None)
    return type(row).model_fields if names is None else names


def shown(value: Any) -> Any:
    """Give a value as the API shows it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def anatomy_of(rows: Iterable[Any]) -> Document:
    """Put the rows of a Space together, itself among them, in whatever order they come."""
    document: Document = {}
    for row in sorted(rows, key=lambda row: path_of(row).count("/")):
        put(document, path_of(row), described(row))
    return document


def applied(document: Document, changes: Iterable[Op]) -> Document:
    """Give the document after changes; the one given stays as it is and shares what did not change.

    A change whose place is not there raises KeyError.
    """
    for change in changes:
        document = _changed(document, change["path"].split("/")[1:], change)
    return document


def _changed(document: Document, steps: Sequence[str], change: Op) -> Document:
    if not steps:
        return dict(change["value"])
    key, *rest = steps
    if not rest and change["op"] == "remove":
        return {name: value for name, value in document.items() if name != key}
    if rest:
        return document | {key: _changed(document[key], rest, change)}
    return document | {key: change["value"]}


def put(document: Document, path: str, value: Any) -> None:
    """Set what is at a path, in place; the empty path is the whole document."""
    if path:
        holder, key = _holder(document, path)
        holder[key] = value
    else:
        document.clear()
        document.update(value)


def rows_of(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the rows below the Space, parents first: their noun and what their columns held."""
    own_column = {noun: column for column, noun in _ANCESTORS.items()}
    pending = [(document, {"space_id": document["id"]})]
    while pending:
        row, above = pending.pop(0)
        for noun, name in _CONTAINERS.items():
            for part in row.get(name, {}).values():
                yield noun, above | columns_of(part) | {"target_id": row["id"]}
                if noun in own_column:
                    pending.append((part, above | {own_column[noun]: part["id"]}))


def columns_of(row: Document) -> dict[str, Any]:
    """Give the columns that an anatomy shows of a row."""
    return {_column_of(member): value for member, value in row.items() if member not in _NAMES}


def _holder(document: Document, path: str) -> tuple[Document, str]:
    *above, key = path.removeprefix("/").split("/")
    for step in above:
        document = document[step]
    return document, key
