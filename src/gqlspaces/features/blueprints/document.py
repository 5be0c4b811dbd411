"""Reading the rows of a Space back into the document that builds it again."""

from collections.abc import Sequence
from typing import Any, Final

from gqlspaces.blueprint.action import ActionConfig
from gqlspaces.blueprint.configuration import dump
from gqlspaces.blueprint.document import DocumentConfig
from gqlspaces.blueprint.field import FieldConfig
from gqlspaces.blueprint.sheet import SheetConfig
from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.features.actions.model import Action
from gqlspaces.features.columns import configuration_of
from gqlspaces.features.documents.model import Document
from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.features.workbooks.model import Workbook

PARTS: Final = (Workbook, Sheet, Field, Action, Document)
"""The nouns whose rows make up the structure of a Space, parents first."""

OWN: Final = frozenset({"name", "namespace", "app_id", "primary_workbook_id", "archived_at"})
"""What belongs to one Space alone and must not travel to another with its structure."""

NOT_STRUCTURE: Final = OWN | {"auto_configure", "is_app_template", "actions"}
"""What a Space is configured with that is no part of its Blueprint."""


class Reading:
    """The rows of one Space, each noun's in order, put together to its document."""

    def __init__(
        self,
        workbooks: Sequence[Any],
        sheets: Sequence[Any],
        fields: Sequence[Any],
        actions: Sequence[Any],
        documents: Sequence[Any],
    ) -> None:
        self._workbooks = workbooks
        self._documents = documents
        self._sheets = _by(sheets, "workbook_id")
        self._fields = _by(fields, "sheet_id")
        self._actions = _by(actions, "target_id")

    def document(self, space: Any) -> dict[str, Any]:
        """Give the canonical document of the Space."""
        own = configuration_of(SpaceConfig, space, **dict.fromkeys(NOT_STRUCTURE))
        return {
            "workbooks": [self._workbook(row) for row in self._workbooks],
            "documents": [
                dump(configuration_of(DocumentConfig, row, body=row.source, **self._buttons(row)))
                for row in self._documents
            ],
            **self._buttons(space),
            "space": dump(own),
        }

    def _workbook(self, row: Any) -> dict[str, Any]:
        sheets = [self._sheet(sheet) for sheet in self._sheets.get(row.id, ())]
        return dump(configuration_of(WorkbookConfig, row, sheets=sheets, **self._buttons(row)))

    def _sheet(self, row: Any) -> dict[str, Any]:
        fields = [
            dump(configuration_of(FieldConfig, field, **self._buttons(field)))
            for field in self._fields.get(row.id, ())
        ]
        return dump(configuration_of(SheetConfig, row, fields=fields, **self._buttons(row)))

    def _buttons(self, row: Any) -> dict[str, Any]:
        actions = self._actions.get(row.id, ())
        return {"actions": [dump(configuration_of(ActionConfig, action)) for action in actions]}


def _by(rows: Sequence[Any], column: str) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, column), []).append(row)
    return grouped
