"""Taking a Space back to how it was."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select

from gqlspaces.blueprint.document import render
from gqlspaces.features.actions.model import Action
from gqlspaces.features.documents.model import Document
from gqlspaces.features.revisions.anatomy import columns_of, rows_of
from gqlspaces.features.revisions.history import Moment, moments
from gqlspaces.features.revisions.recording import STRUCTURE
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.spaces.service import open_space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.entity import SpacePart, table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.transaction import Transaction

Columns = Mapping[str, Any]

# The nouns of a Space, parents first, with what is unique among those of one parent.
_KEYS: Final[Mapping[type[SpacePart], str]] = {
    Workbook: "name",
    Sheet: "slug",
    Field: "key",
    Document: "title",
    Action: "operation",
}
_PLACE: Final = ("workbook_id", "sheet_id", "field_id", "document_id", "target_id")
_COPIED: Final = frozenset({"id", "space_id", "created_from", *_PLACE})


async def revert_blueprint(
    tx: Transaction, *, space_id: str, number: int, expected_version: int | None = None
) -> Space:
    """Give a Space the structure it had at one of its versions.

    What was renamed since is renamed back and keeps its data. What was removed comes back under
    its id: the values of a Field are there again unless they were purged, the records of a Sheet
    are gone.
    """
    space = await open_space(tx, id=space_id, expected_version=expected_version, path=("spaceId",))
    moment = await moment_in(tx, space, number)
    wanted: dict[str, dict[str, Columns]] = {kind.prefix: {} for kind in _KEYS}
    for noun, columns in rows_of(moment.anatomy):
        wanted[noun][columns["id"]] = columns
    known = {
        kind: {row.id: row for row in await tx.siblings(kind, table(kind).c.space_id == space.id)}
        for kind in _KEYS
    }
    await _remove(tx, [row for rows in known.values() for row in rows.values()], wanted)
    for kind, rows in known.items():
        await _restore(tx, kind, rows, wanted[kind.prefix])
    _write(space, columns_of(moment.anatomy))
    if space.primary_workbook_id not in wanted[Workbook.prefix]:
        space.primary_workbook_id = moment.anatomy["primaryWorkbookId"]
    await tx.flush()
    return space


async def moment_in(tx: Transaction, space: Space, number: int) -> Moment:
    """Give a Space as it was at one of its versions, or raise NotFound."""

    async def fetch(statement: Select[Any]) -> Sequence[Any]:
        return list(await tx.session.execute(statement))

    moment = (await moments(fetch, space.id, number, number)).get(number)
    if moment is None:
        msg = f"There is no record of version {number} of this Space; it is at {space.version}."
        raise NotFound(msg, path=("number",))
    return moment


async def _remove(
    tx: Transaction, rows: Sequence[SpacePart], wanted: Mapping[str, Mapping[str, Columns]]
) -> None:
    """Remove what is not wanted; what is in something that is removed goes with it."""
    going = [row for row in rows if row.id not in wanted[type(row).prefix]]
    gone = {row.id for row in going}
    alone = [row for row in going if not gone & {getattr(row, name, None) for name in _PLACE}]
    await tx.remove(*alone)


async def _restore(
    tx: Transaction,
    kind: type[SpacePart],
    known: Mapping[str, SpacePart],
    wanted: Mapping[str, Columns],
) -> None:
    key = _KEYS[kind]
    renamed = [row for id, row in known.items() if wanted.get(id, {}).get(key) != getattr(row, key)]
    for row in renamed:
        if row.id in wanted:
            # Two may have exchanged their names, which no order of single steps undoes.
            setattr(row, key, row.id)
    await tx.flush()
    for id, columns in wanted.items():
        row = known.get(id) or tx.add(_made(kind, columns))
        _write(row, columns)
    await tx.flush()


def _made(kind: type[SpacePart], columns: Columns) -> SpacePart:
    names = (STRUCTURE[kind.prefix] | _COPIED) & kind.model_fields.keys()
    return kind(**{name: columns[name] for name in names if name in columns})


def _write(row: Any, columns: Columns) -> None:
    """Write what belongs to the structure into a row; what was not there then stays as it is."""
    for name in STRUCTURE[type(row).prefix] & type(row).model_fields.keys() & columns.keys():
        setattr(row, name, columns[name])
    if isinstance(row, Document):
        row.html = render(row.source)
