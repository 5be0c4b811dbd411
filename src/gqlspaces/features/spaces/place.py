"""Where a row lives: its Space's namespace, and the ids and slugs its events carry."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from gqlspaces.blueprint.slug import slugify
from gqlspaces.kernel.entity import Entity
from gqlspaces.kernel.recorder import Place

# Which column of a row names which ancestor, and how the event context calls it.
_ANCESTORS = {
    "app_id": ("app", "appId"),
    "space_id": ("sp", "spaceId"),
    "workbook_id": ("wb", "workbookId"),
    "sheet_id": ("sh", "sheetId"),
    "document_id": ("dc", "documentId"),
}
_NAMED = {"sp": "space", "wb": "workbook", "sh": "sheet"}


class Places:
    """Tells the place of any row, from the rows it hangs on."""

    def __init__(self, kinds: dict[str, type[Entity]]) -> None:
        """Know the tables by the prefix of their ids."""
        self._kinds = kinds

    def __call__(self, session: Session, entity: Entity) -> Place:
        """Give the place of a row."""
        return place_of(self._lineage(session, entity))

    def _lineage(self, session: Session, entity: Entity) -> dict[str, Any]:
        lineage: dict[str, Any] = {type(entity).prefix: entity}
        for column, (prefix, _name) in _ANCESTORS.items():
            id = getattr(entity, column, None)
            ancestor = session.get(self._kinds[prefix], id) if id else None
            if ancestor is not None:
                lineage.setdefault(prefix, ancestor)
        return lineage


def place_of(lineage: Mapping[str, Any]) -> Place:
    """Give the place of what hangs on these rows, each under the prefix of its noun."""
    space = lineage.get("sp")
    if space is None:
        return Place(context=_ids(lineage))
    namespaces = [f"space:{space.effective_namespace}"] if space.effective_namespace else []
    workbook = lineage.get("wb")
    if workbook is not None and workbook.namespace:
        namespaces.append(f"workbook:{workbook.namespace}")
    context: dict[str, Any] = _ids(lineage)
    if space.app_id:
        context["appId"] = space.app_id
    context["slugs"] = {_NAMED[kind]: _slug(lineage[kind]) for kind in _NAMED if kind in lineage}
    if "sheet" in context["slugs"]:
        context["sheetSlug"] = context["slugs"]["sheet"]
    if namespaces:
        context["namespaces"] = namespaces
    origin = {"id": space.id, "slug": _slug(space)}
    return Place(space.id, space.effective_namespace, tuple(namespaces), context, origin=origin)


def _ids(lineage: Mapping[str, Any]) -> dict[str, Any]:
    names = dict(_ANCESTORS.values()) | {"jb": "jobId", "ac": "actionId"}
    return {names[kind]: row.id for kind, row in lineage.items() if kind in names}


def _slug(row: Any) -> str:
    return getattr(row, "slug", None) or slugify(getattr(row, "name", ""))
