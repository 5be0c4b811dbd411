"""Turning the rows of a Space into those that configurations ask for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from gqlspaces.blueprint.action import ActionConfig
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.document import DocumentConfig
from gqlspaces.blueprint.sheet import SheetConfig
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.features.actions.model import Action
from gqlspaces.features.actions.service import replace_actions
from gqlspaces.features.columns import columns_of, store
from gqlspaces.features.documents.model import Document
from gqlspaces.features.documents.service import new_document, rewrite_document
from gqlspaces.features.sheets.fields.service import new_field
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.sheets.service import new_sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.entity import Entity, SpacePart, table
from gqlspaces.kernel.transaction import Transaction

Row = TypeVar("Row", Workbook, Sheet, Field, Document)
Config = TypeVar("Config", bound=Configuration)
Part = TypeVar("Part", bound=SpacePart)


class Builder:
    """Builds one Space level by level: what is known by its key is changed in place.

    Each level is read by one statement and written by one flush before the next hangs on it, so
    the number of statements does not grow with the Space.
    """

    def __init__(self, tx: Transaction, space: Space) -> None:
        self._tx = tx
        self._space = space
        self._buttons: dict[str, tuple[Entity, Sequence[ActionConfig]]] = {}

    async def set_workbooks(self, configs: Sequence[WorkbookConfig]) -> None:
        """Make these the Workbooks of the Space, with their Sheets, Fields and buttons."""
        known = await self._parts(Workbook)
        fields = await self._parts(Field)
        sheets = await self._parts(Sheet)
        placed = await self._place(known, configs, "name", self._new_workbook)
        self._mount(placed)
        wanted = [(workbook, config.sheets) for workbook, config in placed]
        await self.set_sheets(wanted, sheets, fields)
        left = {workbook.id for workbook, _config in placed}
        if self._space.primary_workbook_id not in left:
            self._space.primary_workbook_id = None

    async def set_sheets(
        self,
        wanted: Iterable[tuple[Workbook, Sequence[SheetConfig]]],
        known: Iterable[Sheet] = (),
        fields: Iterable[Field] = (),
    ) -> None:
        """Make these the Sheets of each Workbook, with their Fields and buttons."""
        by_workbook = _grouped(known, "workbook_id")
        by_sheet = _grouped(fields, "sheet_id")
        sheets: list[tuple[Sheet, SheetConfig]] = []
        for workbook, configs in wanted:
            make = _maker(new_sheet, workbook)
            sheets += await self._place(by_workbook[workbook.id], configs, "slug", make)
        await self._tx.flush()
        self._mount(sheets)
        for sheet, config in sheets:
            make_field = _maker(new_field, sheet)
            self._mount(await self._place(by_sheet[sheet.id], config.fields, "key", make_field))
        await self._tx.flush()

    async def set_documents(self, configs: Sequence[DocumentConfig]) -> None:
        """Make these the Documents of the Space, with their buttons."""
        make = _maker(new_document, self._space)
        known = await self._parts(Document)
        placed = await self._place(known, configs, "title", make, change=rewrite_document)
        await self._tx.flush()
        self._mount(placed)

    def mount(self, target: Entity, actions: Sequence[ActionConfig]) -> None:
        """Remember which buttons something is to have."""
        self._buttons[target.id] = (target, actions)

    async def set_actions(self) -> None:
        """Give everything that was touched the buttons remembered for it."""
        known = [one for one in await self._parts(Action) if one.target_id in self._buttons]
        await replace_actions(self._tx, known, self._buttons.values())

    def _mount(self, placed: Iterable[tuple[Entity, Any]]) -> None:
        for target, config in placed:
            self.mount(target, config.actions)

    def _new_workbook(self, config: WorkbookConfig) -> Workbook:
        return Workbook(**columns_of(Workbook, config), space_id=self._space.id)

    async def _parts(self, kind: type[Part]) -> list[Part]:
        return await self._tx.siblings(kind, table(kind).c.space_id == self._space.id)

    async def _place(
        self,
        known: Iterable[Row],
        configs: Sequence[Config],
        key: str,
        make: Callable[[Config], Row],
        *,
        change: Callable[[Row, Config], None] = store,
    ) -> list[tuple[Row, Config]]:
        """Match rows to configurations, add and remove the rest, and number them in order."""
        left = {getattr(row, key): row for row in known}
        placed: list[tuple[Row, Config]] = []
        for position, config in enumerate(configs):
            row = left.pop(getattr(config, key), None)
            if row is None:
                row = self._tx.add(make(config))
            else:
                change(row, config)
            row.position = position
            placed.append((row, config))
        await self._tx.remove(*left.values())
        return placed


def _maker(make: Callable[[Any, Any], Row], parent: Entity) -> Callable[[Any], Row]:
    return lambda config: make(parent, config)


def _grouped(rows: Iterable[Row], by: str) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, by)].append(row)
    return grouped
