"""From the hosted original: Workbooks, Sheets and Documents as its API takes and answers them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gqlspaces.blueprint.action import ActionConfig
from gqlspaces.blueprint.converting.conversion import Conversion, Omission, settled
from gqlspaces.blueprint.field import FieldConfig
from gqlspaces.blueprint.limits import ENUM_OPTIONS
from gqlspaces.blueprint.notation import Unreadable
from gqlspaces.blueprint.slug import slugify

Part = dict[str, Any]

# What the original keeps of its own beside the structure (domain reference 2.2 to 2.8).
_BOOKKEEPING: Final = frozenset(
    """
    id accountId environmentId spaceId workbookId sheetId targetId createdAt updatedAt deletedAt
    expiredAt createdFrom lastPropagatedAt createdBy createdByUserId createdByUserName lockedAt
    lockedBy recordCounts counts workbooksCount filesCount lastActivityAt guestLink accessToken
    isCollaborative size upgradedAt storageType versionId
    """.split()  # noqa: SIM905 - a list of so many words is read as one
)
# What belongs to one Space alone; the ids among it are those of the original.
_OF_ONE_SPACE: Final = frozenset(
    {"name", "namespace", "appId", "primaryWorkbookId", "archivedAt", "isAppTemplate"}
    | {"autoConfigure", "autoconfigure", "spaceConfigId"}
)
_LISTED: Final = {
    "enum": "enum-list",
    "reference": "reference-list",
    "string": "string-list",
}
_SETUP: Final = ("workbooks", "documents", "actions", "space")


def from_original(document: Any, *, name: str = "Data") -> Conversion:
    """A Blueprint from one Workbook, from a list, or from what `space-configure` is given.

    Answers are taken as they are, `{"data": …}` and ids included. Raises Unreadable for anything
    that holds no structure.
    """
    converter = _Converter()
    blueprint = converter.blueprint(document, name)
    if not blueprint:
        raise Unreadable("It holds no Workbook, no Sheet, no Document and no Space.")
    return settled(blueprint, converter.told())


class _Converter:
    """Sorts the parts of a document and takes off what is the original's own."""

    def __init__(self) -> None:
        self._omissions: list[Omission] = []
        self._own: set[str] = set()

    def told(self) -> list[Omission]:
        """Everything that was left out so far."""
        names = ", ".join(sorted(self._own))
        own = [Omission((), f"Left out: what the original keeps for itself ({names}).")]
        return [*self._omissions, *(own if names else [])]

    def blueprint(self, document: Any, name: str) -> Part:
        """The parts of the document, each where it belongs."""
        found: dict[str, Any] = {}
        sheets = []
        for kind, part in self._sorted(document):
            if kind == "sheets":
                sheets.append(part)
            elif kind == "space":
                found["space"] = {**found.get("space", {}), **self._space(part)}
            else:
                found.setdefault(kind, []).append(part)
        if sheets:
            found.setdefault("workbooks", []).append({"name": name, "sheets": sheets})
        workbooks = found.pop("workbooks", [])
        documents = [one for book in workbooks for one in _objects(book.get("documents"))]
        documents = [*found.pop("documents", []), *documents]
        if workbooks:
            found["workbooks"] = [self._workbook(one) for one in workbooks]
        if documents:
            found["documents"] = [self._document(one) for one in documents]
        if "actions" in found:
            found["actions"] = [self._action(one) for one in found["actions"]]
        return found

    def _omit(self, path: Iterable[Any], message: str) -> None:
        self._omissions.append(Omission(tuple(str(step) for step in path), message))

    def _sorted(self, document: Any) -> Iterator[tuple[str, Part]]:
        """Every part of the document with the list it belongs to."""
        if isinstance(document, list):
            for one in document:
                yield from self._sorted(one)
        elif isinstance(document, Mapping):
            if "data" in document and not _kind(document):
                yield from self._sorted(document["data"])
            elif kind := _kind(document):
                yield kind, dict(document)
            else:
                yield from self._setup(document)
        elif document is not None:
            self._omit([document], "Left out: it is no part of a Blueprint.")

    def _setup(self, document: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
        for key, value in document.items():
            if key == "space" and isinstance(value, Mapping):
                yield key, dict(value)
            elif key in _SETUP and isinstance(value, list):
                yield from ((key, one) for one in _objects(value))
            elif value is not None:
                self._omit([key], "Left out: it is no part of a Blueprint.")

    def _space(self, space: Part) -> Part:
        self._own |= _OF_ONE_SPACE & space.keys()
        settings = self._stripped(space.get("settings"))
        if settings.pop("sidebarConfig", None):
            self._own.add("settings.sidebarConfig")
        kept = {key: value for key, value in space.items() if key not in _OF_ONE_SPACE}
        return {**self._with_actions(kept), **({"settings": settings} if settings else {})}

    def _workbook(self, workbook: Part) -> Part:
        name = workbook.get("name")
        sheets = [self._sheet(sheet, name) for sheet in _objects(workbook.get("sheets"))]
        self._check_references(name, sheets)
        kept = {key: value for key, value in workbook.items() if key != "documents"}
        settings = _object(workbook.get("settings"))
        if settings.pop("sheetSidebarOrder", None):
            self._own.add("settings.sheetSidebarOrder")
            kept["settings"] = settings
        return {**self._with_actions(kept), "sheets": sheets}

    def _document(self, document: Part) -> Part:
        if "<embed" in str(document.get("body")):
            told = "What it embeds is named by ids of the original."
            self._omit(["documents", document.get("title")], told)
        return self._with_actions(document)

    def _sheet(self, sheet: Part, workbook: Any) -> Part:
        whole = _object(sheet.get("config"))
        whole |= {key: one for key, one in sheet.items() if key != "config" and one is not None}
        path = [workbook, whole.get("slug") or whole.get("name")]
        if whole.get("lockedAt"):
            self._omit(path, "The Sheet was locked; it is not here.")
        fields = [self._field(field, path) for field in _objects(whole.get("fields"))]
        return {**self._with_actions(whole), "fields": fields}

    def _field(self, given: Part, path: list[Any]) -> Part:
        field = self._with_actions(FieldConfig.prepared(given))
        config = _object(field.get("config"))
        kind, place = str(field.get("type", "string")), [*path, field.get("key")]
        if config.pop("multi", None) or config.pop("isArray", None):
            if kind in _LISTED:
                field["type"] = _LISTED[kind]
            else:
                self._omit([*place, "config"], f"Its values are no list: {kind} has one value.")
        if len(_list(config.get("options"))) > ENUM_OPTIONS:
            self._omit([*place, "config"], f"Text: there are more than {ENUM_OPTIONS} options.")
            return {**field, "type": "string", "config": None}
        return {**field, "config": config}

    def _check_references(self, workbook: Any, sheets: list[Part]) -> None:
        """Make texts of references that lead out of the Workbook."""
        keys = {
            str(sheet.get("slug") or slugify(str(sheet.get("name")))): {
                str(field.get("key")) for field in sheet["fields"]
            }
            for sheet in sheets
        }
        for sheet in sheets:
            for field in sheet["fields"]:
                if not str(field.get("type")).startswith("reference"):
                    continue
                ref, key = (str(field["config"].get(one, "id")) for one in ("ref", "key"))
                if ref in keys and (key == "id" or key in keys[ref]):
                    continue
                path = (workbook, sheet.get("slug") or sheet.get("name"), field.get("key"))
                self._omit(path, f"Text: there is no {key} in a Sheet {ref} of this Workbook.")
                field |= {"type": "string", "config": None}

    def _action(self, action: Part) -> Part:
        return self._stripped(ActionConfig.prepared(action))

    def _with_actions(self, part: Any) -> Part:
        """The part without the original's own; its Actions likewise."""
        stripped = self._stripped(part)
        if "actions" in stripped:
            stripped["actions"] = [self._action(one) for one in _objects(stripped["actions"])]
        return stripped

    def _stripped(self, part: Any) -> Part:
        part = _object(part)
        self._own |= {key for key in _BOOKKEEPING & part.keys() if part[key] is not None}
        return {key: value for key, value in part.items() if key not in _BOOKKEEPING}


def _kind(part: Mapping[str, Any]) -> str | None:
    """The list that a part of the original belongs to; None for what holds several parts."""
    if "title" in part and "body" in part:
        return "documents"
    if "fields" in part or "fields" in _object(part.get("config")):
        return "sheets"
    if "operation" in part:
        return "actions"
    if "sheets" in part or ("name" in part and "spaceId" in part):
        return "workbooks"
    is_space = "guestAuthentication" in part or "workbooksCount" in part
    return "space" if is_space and "workbooks" not in part else None


def _objects(value: Any) -> list[Part]:
    """The objects of a list; an empty one, which no Blueprint takes, for anything else in it."""
    return [_object(one) for one in _list(value)]


def _object(value: Any) -> Part:
    return dict(value) if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
