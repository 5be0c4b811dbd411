"""Which changes of a Sheet listeners hear about, those of its Fields among them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gqlspaces.features.sheets.model import Field, Sheet
from gqlspaces.kernel.recorder import Change, Fact, TopicRule, silent

CATALOGUE = {
    "sheet:created": "A Sheet was added: `sheetId, workbookId, name, slug, fieldCount`.",
    "sheet:updated": (
        "A Sheet or its Fields changed: `sheetId, workbookId, changes[{type, details}]` with the "
        "types `field_added`, `field_removed`, `field_updated` and `config_updated`."
    ),
    "sheet:deleted": "A Sheet was removed: `sheetId, workbookId, name, slug`.",
}

_FIELD_CHANGES: Final = {
    "created": "field_added",
    "updated": "field_updated",
    "deleted": "field_removed",
}


def sheet_topics(sheet: Sheet, change: Change) -> Iterator[Fact]:
    """Announce a Sheet's own changes together with those of its Fields."""
    payload: dict[str, Any] = {"sheetId": sheet.id, "workbookId": sheet.workbook_id}
    about = {"name": sheet.name, "slug": sheet.slug}
    fields = change.among("fd", "sheet_id", sheet.id)
    if change.kind == "created":
        yield Fact("sheet:created", payload | about | {"fieldCount": len(fields)})
    elif change.kind == "deleted":
        yield Fact("sheet:deleted", payload | about)
    else:
        own = [{"type": "config_updated", "details": details} for details in change.listed(sheet)]
        if changes := own + _field_changes(fields):
            yield Fact("sheet:updated", payload | {"changes": changes})


def _field_changes(fields: list[tuple[Field, Change]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    moved = []
    for field, its in fields:
        details: dict[str, Any] = {"fieldId": field.id, "key": field.key, "type": field.type}
        if its.kind == "updated":
            if its.touches("position"):
                moved.append(field.key)
            details["changes"] = its.listed(field, without={"position"})
        if its.kind != "updated" or details["changes"]:
            found.append({"type": _FIELD_CHANGES[its.kind], "details": details})
    if moved:
        found.append({"type": "config_updated", "details": {"field": "fields", "moved": moved}})
    return found


TOPICS: Mapping[type[Any], TopicRule] = {Sheet: sheet_topics, Field: silent}
