"""Which changes of a Workbook listeners hear about, Sheets added and removed among them."""

from collections.abc import Iterator
from typing import Any, Final

from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.recorder import Change, Fact

CATALOGUE = {
    "workbook:created": (
        "A Workbook was added: `workbookId, spaceId, name, namespace?, sheetCount`."
    ),
    "workbook:updated": (
        "A Workbook changed: `workbookId, spaceId, changes[{type, details}]` with the types "
        "`sheet_added`, `sheet_removed` and `config_updated`."
    ),
    "workbook:deleted": "A Workbook was removed with its Sheets: `workbookId, spaceId`.",
}

_SHEET_CHANGES: Final = {"created": "sheet_added", "deleted": "sheet_removed"}


def workbook_topics(workbook: Workbook, change: Change) -> Iterator[Fact]:
    """Announce a Workbook's own changes together with Sheets added and removed."""
    payload: dict[str, Any] = {"workbookId": workbook.id, "spaceId": workbook.space_id}
    sheets = change.among("sh", "workbook_id", workbook.id)
    if change.kind == "created":
        about: dict[str, Any] = {"name": workbook.name, "sheetCount": len(sheets)}
        if workbook.namespace is not None:
            about["namespace"] = workbook.namespace
        yield Fact("workbook:created", payload | about)
    elif change.kind == "deleted":
        yield Fact("workbook:deleted", payload)
    else:
        changes = [
            {
                "type": _SHEET_CHANGES[its.kind],
                "details": {"sheetId": sheet.id, "name": sheet.name, "slug": sheet.slug},
            }
            for sheet, its in sheets
            if its.kind in _SHEET_CHANGES
        ] + [{"type": "config_updated", "details": details} for details in change.listed(workbook)]
        if changes:
            yield Fact("workbook:updated", payload | {"changes": changes})


TOPICS = {Workbook: workbook_topics}
