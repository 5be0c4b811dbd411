"""What the main database says of a Sheet whose records are read or written."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from gqlspaces.blueprint.workbook import COMMIT_TIMEOUT, CommitPolicy
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.reader import AnyRow, Reader

_REMEMBERED = 256

_sheets, _fields = table(Sheet), table(Field)
_SHEETS = (
    select(_sheets)
    .where(_sheets.c.workbook_id == bindparam("workbook"))
    .order_by(_sheets.c.position, _sheets.c.id)
)
_FIELDS = (
    select(_fields)
    .where(_fields.c.workbook_id == bindparam("workbook"))
    .order_by(_fields.c.position, _fields.c.id)
)


@dataclass(frozen=True)
class WorkbookStructure:
    """A Workbook with all its Sheets and their Fields, as they were at a version of the Space."""

    space: AnyRow
    workbook: AnyRow
    sheets: Mapping[str, AnyRow]
    fields: Mapping[str, Sequence[AnyRow]]

    def by_slug(self, slug: str) -> AnyRow | None:
        """Give the Sheet of a slug."""
        return next((sheet for sheet in self.sheets.values() if sheet.slug == slug), None)


@dataclass(frozen=True)
class Structure:
    """A Sheet and what is around it."""

    sheet: AnyRow
    around: WorkbookStructure

    @property
    def fields(self) -> Sequence[AnyRow]:
        """Its Fields in order."""
        return self.around.fields.get(self.sheet.id, ())

    @property
    def tracks_changes(self) -> bool:
        """Whether Actions wait until listeners have completed every commit."""
        return bool(self.around.workbook.settings.get("trackChanges"))

    @property
    def commit_timeout(self) -> int | None:
        """After how many seconds a commit is completed without listeners; None is never."""
        settings = self.around.workbook.settings
        if settings.get("commitPolicy") == CommitPolicy.BLOCK:
            return None
        seconds: int = settings.get("commitTimeout", COMMIT_TIMEOUT)
        return seconds


class Structures:
    """Reads structures and remembers those whose Space has not changed since."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, WorkbookStructure] = OrderedDict()

    async def of_sheet(
        self, reader: Reader, sheet_id: str, *, path: tuple[str, ...] = ("sheetId",)
    ) -> Structure:
        """Give the structure around a Sheet that the caller may see, or raise NotFound."""
        sheet = await reader.find(Sheet, sheet_id)
        space = await reader.find(Space, sheet.space_id) if sheet else None
        if sheet is None or space is None:
            msg = f"There is no Sheet {sheet_id!r}."
            raise NotFound(msg, path=path)
        around = self._known.get(sheet.workbook_id)
        if around is None or around.space.version != space.version or sheet.id not in around.sheets:
            around = await _read(reader, space, sheet.workbook_id)
            self._known[sheet.workbook_id] = around
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(sheet.workbook_id)
        # Read after the Space: a change between the two shows as another version next time.
        return Structure(around.sheets.get(sheet.id, sheet), around)


async def _read(reader: Reader, space: AnyRow, workbook_id: str) -> WorkbookStructure:
    workbook = await reader.find(Workbook, workbook_id)
    if workbook is None:
        msg = f"There is no Workbook {workbook_id!r}."
        raise NotFound(msg, path=("sheetId",))
    parameters = {"workbook": workbook_id}
    sheets = await reader.scoped_rows(_SHEETS, Sheet, parameters)
    fields: dict[str, list[Any]] = {}
    for field in await reader.scoped_rows(_FIELDS, Field, parameters):
        fields.setdefault(field.sheet_id, []).append(field)
    return WorkbookStructure(space, workbook, {sheet.id: sheet for sheet in sheets}, fields)
