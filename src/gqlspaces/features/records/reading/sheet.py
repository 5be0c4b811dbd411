"""A Sheet's records as a caller may see them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from gqlspaces.features.records.conditions.dialect import DialectName
from gqlspaces.features.records.conditions.dialects import dialect_name
from gqlspaces.features.records.desk import STRUCTURES
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.state import SheetState, find_state
from gqlspaces.features.records.structure import Structure
from gqlspaces.kernel.reader import Reader

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A Sheet's part of the Space's own database, for as long as one read lasts."""

    connection: Connection
    state: SheetState
    layout: Layout
    structure: Structure

    @property
    def dialect(self) -> DialectName:
        """Which database it is."""
        return dialect_name(self.connection)

    @property
    def id(self) -> str:
        """The id of the Sheet."""
        return self.state.sheet_id

    def rows(self, statement: Any, **parameters: Any) -> list[Mapping[str, Any]]:
        """Give the rows of a statement."""
        result = self.connection.execute(statement, parameters).mappings()
        return [dict(row) for row in result]


async def read_sheet(
    reader: Reader,
    sheet_id: str,
    work: Callable[[OpenSheet], T],
    *,
    path: tuple[str, ...] = ("sheetId",),
) -> T:
    """Do work over the records of a Sheet that the caller may see, in one snapshot."""
    structure = await STRUCTURES.of_sheet(reader, sheet_id, path=path)

    def opened(connection: Connection) -> T:
        # A Sheet that never held a record has a state all the same, only not a stored one.
        state = find_state(connection, sheet_id) or SheetState(0, sheet_id, [], {})
        state.adopt(structure.fields)
        layout = state.layout(structure.fields)
        return work(OpenSheet(connection, state, layout, structure))

    return await reader.database.own.read(structure.sheet.space_id, opened)
