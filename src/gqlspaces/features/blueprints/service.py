"""The whole structure of a Space, built, changed and read as one document."""

from collections.abc import Sequence
from typing import Any

from gqlspaces.blueprint.action import ActionConfig
from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import dump
from gqlspaces.blueprint.document import DocumentConfig
from gqlspaces.blueprint.field import FieldConfig
from gqlspaces.blueprint.sheet import SheetConfig
from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.features.actions.model import Action
from gqlspaces.features.blueprints.builder import Builder
from gqlspaces.features.columns import configuration_of
from gqlspaces.features.documents.model import Document
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.spaces.service import open_space, update_space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.features.workbooks.service import create_workbook
from gqlspaces.kernel.errors import DomainError, Refused
from gqlspaces.kernel.reader import AnyRow, Reader
from gqlspaces.kernel.transaction import Transaction

# What belongs to one Space alone and must not travel to another with its structure.
_OWN = frozenset({"name", "namespace", "app_id", "primary_workbook_id", "archived_at"})
_NOT_STRUCTURE = _OWN | {"auto_configure", "is_app_template", "actions"}


async def configure_space(
    tx: Transaction, *, id: str, blueprint: Blueprint, expected_version: int | None = None
) -> Space:
    """Give a Space the structure of a Blueprint, all of it or nothing.

    Workbooks are known by name, Sheets by slug, Fields by key, Actions by operation, Documents by
    title: what is there already is changed in place, what a list leaves out is removed, and the
    order of a list is the order. A part that is absent stays as it is.
    """
    space = await open_space(tx, id=id, expected_version=expected_version, path=("spaceId",))
    builder = Builder(tx, space)
    if blueprint.workbooks is not None:
        await builder.set_workbooks(blueprint.workbooks)
    if blueprint.documents is not None:
        await builder.set_documents(blueprint.documents)
    if blueprint.actions is not None:
        builder.mount(space, blueprint.actions)
    await builder.set_actions()
    if blueprint.space is not None:
        await _configure(tx, space, blueprint.space)
    return space


async def build_workbook(
    tx: Transaction, *, space_id: str, config: WorkbookConfig, index: int | None = None
) -> Workbook:
    """Add a Workbook with its Sheets, Fields and Actions to a Space."""
    space = await open_space(tx, id=space_id, path=("spaceId",))
    workbook = await create_workbook(tx, space=space, config=config, index=index)
    builder = Builder(tx, space)
    await builder.set_sheets([(workbook, config.sheets)])
    await builder.set_actions()
    return workbook


async def blueprints_of_spaces(reader: Reader, ids: Sequence[str]) -> list[dict[str, Any] | None]:
    """Give the structure of each Space as the document that builds it again elsewhere."""
    spaces = await reader.find_many(Space, ids)
    kinds = (Workbook, Sheet, Field, Action, Document)
    lists = [
        await reader.children(kind, by="space_id", order=("position", "id"), keys=ids)
        for kind in kinds
    ]
    return [
        None if space is None else _Reading(*parts).document(space)
        for space, *parts in zip(spaces, *lists, strict=True)
    ]


async def _configure(tx: Transaction, space: Space, config: SpaceConfig) -> None:
    given = config.model_fields_set - {"auto_configure"}
    patch = {name: value for name, value in config.model_dump(mode="json").items() if name in given}
    try:
        await update_space(tx, id=space.id, patch=patch)
    except DomainError as error:
        for problem in error.problems if isinstance(error, Refused) else [error]:
            problem.path = ("blueprint", "space", *problem.path)
        raise


class _Reading:
    """The rows of one Space put together to its document."""

    def __init__(
        self,
        workbooks: Sequence[AnyRow],
        sheets: Sequence[AnyRow],
        fields: Sequence[AnyRow],
        actions: Sequence[AnyRow],
        documents: Sequence[AnyRow],
    ) -> None:
        self._workbooks = workbooks
        self._documents = documents
        self._sheets = _by(sheets, "workbook_id")
        self._fields = _by(fields, "sheet_id")
        self._actions = _by(actions, "target_id")

    def document(self, space: AnyRow) -> dict[str, Any]:
        """Give the canonical document of the Space."""
        own = configuration_of(SpaceConfig, space, **dict.fromkeys(_NOT_STRUCTURE))
        return {
            "workbooks": [self._workbook(row) for row in self._workbooks],
            "documents": [
                dump(configuration_of(DocumentConfig, row, body=row.source, **self._buttons(row)))
                for row in self._documents
            ],
            **self._buttons(space),
            "space": dump(own),
        }

    def _workbook(self, row: AnyRow) -> dict[str, Any]:
        sheets = [self._sheet(sheet) for sheet in self._sheets.get(row.id, ())]
        return dump(configuration_of(WorkbookConfig, row, sheets=sheets, **self._buttons(row)))

    def _sheet(self, row: AnyRow) -> dict[str, Any]:
        fields = [
            dump(configuration_of(FieldConfig, field, **self._buttons(field)))
            for field in self._fields.get(row.id, ())
        ]
        return dump(configuration_of(SheetConfig, row, fields=fields, **self._buttons(row)))

    def _buttons(self, row: AnyRow) -> dict[str, Any]:
        actions = self._actions.get(row.id, ())
        return {"actions": [dump(configuration_of(ActionConfig, action)) for action in actions]}


def _by(rows: Sequence[AnyRow], column: str) -> dict[str, list[AnyRow]]:
    grouped: dict[str, list[AnyRow]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, column), []).append(row)
    return grouped
