"""What an Action is run on: what it was declared on, or something else that it is mounted on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from gqlspaces.blueprint.action import ActionMountType
from gqlspaces.blueprint.problems import echo
from gqlspaces.blueprint.slug import slugify
from gqlspaces.features.documents.model import Document
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.entity import Entity
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.reader import Reader

Batch: TypeAlias = Callable[[Reader, Sequence[str]], Awaitable[Sequence[Any]]]
Load: TypeAlias = Callable[[Batch, str], Awaitable[Any]]
"""Gives what a batch function finds for one key, maybe together with what others ask for."""


def rows_of(entity: type[Entity]) -> Batch:
    """Make the batch function that reads rows by their ids."""

    async def rows(reader: Reader, ids: Sequence[str]) -> Sequence[Any]:
        return await reader.find_many(entity, ids)

    return rows


def loading(reader: Reader) -> Load:
    """Give what loads one key at a time."""

    async def load(batch: Batch, key: str) -> Any:
        return (await batch(reader, [key]))[0]

    return load


SPACE, WORKBOOK, SHEET, FIELD = (rows_of(noun) for noun in (Space, Workbook, Sheet, Field))
_NOUNS: Final[Mapping[str, Batch]] = {
    "sp": SPACE,
    "wb": WORKBOOK,
    "sh": SHEET,
    "fd": FIELD,
    "dc": rows_of(Document),
}
_TYPES: Final = {"sp": "space", "wb": "workbook", "sh": "sheet", "fd": "sheet", "dc": "document"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that an Action is run on, and what that is in."""

    id: str
    space_id: str
    workbook_id: str | None = None
    sheet_id: str | None = None
    field_id: str | None = None

    @property
    def type(self) -> str:
        """The type of the Job, which is the first half of its name."""
        return _TYPES[prefix_of(self.id) or ""]

    @property
    def source_id(self) -> str:
        """What the Job works on: for a Field its Sheet, as a Job knows no smaller thing."""
        return self.id if self.field_id is None else str(self.sheet_id)


async def find_spot(
    load: Load, action: Any, *, source_id: str | None = None, column_key: str | None = None
) -> Spot:
    """Give what an Action is to be run on, by default what it was declared on, or raise NotFound.

    A Sheet with the key of a column is that Field.
    """
    id = action.target_id if source_id is None else source_id
    thing = action if id == action.target_id else await _thing(load, id, action.space_id)
    spot = _spot(id, thing)
    if column_key is not None:
        thing = await _column(load, spot, column_key)
        spot = replace(spot, id=thing.id, field_id=thing.id)
    if spot.id != action.target_id and not _is_mounted(action.mount, spot.id, thing):
        path = "sourceId" if column_key is None else "columnKey"
        raise NotFound(f"The Action {action.operation!r} is not offered there.", path=(path,))
    return spot


async def _thing(load: Load, id: str, space_id: str) -> Any:
    batch = _NOUNS.get(prefix_of(id) or "")
    thing = await load(batch, id) if batch is not None else None
    if thing is None or getattr(thing, "space_id", thing.id) != space_id:
        raise NotFound(f"There is nothing with the id {id!r} in the Space.", path=("sourceId",))
    return thing


def _spot(id: str, thing: Any) -> Spot:
    """Place an id by the row that has it, or by an Action that was declared on it."""
    own = {"wb": "workbook_id", "sh": "sheet_id", "fd": "field_id"}
    places = {name: getattr(thing, name, None) for name in own.values()}
    kind = prefix_of(id) or ""
    if kind in own:
        places[own[kind]] = id
    return Spot(id, getattr(thing, "space_id", thing.id), **places)


async def _column(load: Load, spot: Spot, key: str) -> Any:
    if spot.sheet_id is not None:
        for field in await load(_columns, spot.sheet_id):
            if field.key == key and spot.field_id in {None, field.id}:
                return field
    raise NotFound(f"There is no column {echo(key)} to run it on.", path=("columnKey",))


async def _columns(reader: Reader, sheet_ids: Sequence[str]) -> Sequence[Any]:
    return await reader.children(Field, by="sheet_id", order=("position", "id"), keys=sheet_ids)


def _is_mounted(mount: Mapping[str, Any] | None, id: str, thing: Any) -> bool:
    kind = _MOUNTS.get(prefix_of(id) or "")
    if mount is None or mount["type"] != kind:
        return False
    match kind:
        case ActionMountType.FIELD:
            return _is_named(mount.get("keys"), thing.key)
        case ActionMountType.SHEET:
            return _is_named(mount.get("slugs"), thing.slug)
        case ActionMountType.WORKBOOK:
            return _is_named(mount.get("slugs"), slugify(thing.name))
        case _:
            return True


_MOUNTS: Final = {
    "wb": ActionMountType.WORKBOOK,
    "sh": ActionMountType.SHEET,
    "fd": ActionMountType.FIELD,
    "dc": ActionMountType.DOCUMENT,
}


def _is_named(names: Sequence[str] | None, name: str) -> bool:
    return names is None or name in names
