"""The calls that build and change Spaces: `api.spaces`, `.workbooks`, `.documents`, `.sheets`."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Unpack, cast

from gqlspaces.listener import documents
from gqlspaces.listener.arguments import (
    DocumentChanges,
    JsonObject,
    NewDocument,
    NewField,
    NewSpace,
    NewWorkbook,
    SheetChanges,
    SpaceChanges,
    WorkbookChanges,
)
from gqlspaces.listener.calls import Calls
from gqlspaces.listener.entities import Document, Field, Job, Sheet, Space, Workbook
from gqlspaces.listener.errors import ApiError
from gqlspaces.listener.spelling import camel_case, graphql_input


class CreatedSpace(NamedTuple):
    """A new Space, and the job that will configure it, if it was asked for."""

    space: Space
    job: Job | None


class Spaces:
    """Spaces: the homes of workbooks and documents."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def get(self, space_id: str) -> Space | None:
        """Return the Space, or None if there is none that this key may see."""
        data = await self._calls.query(documents.GET_SPACE, {"id": space_id})
        return cast("Space | None", data["space"])

    async def create(self, **space: Unpack[NewSpace]) -> CreatedSpace:
        """Create a Space."""
        payload = await self._calls.mutate(documents.CREATE_SPACE, arguments(space))
        return CreatedSpace(payload["space"], payload["job"])

    async def update(self, space_id: str, **changes: Unpack[SpaceChanges]) -> Space:
        """Change a Space; what is left out stays, metadata is merged."""
        input = {"id": space_id, **arguments(changes)}
        payload = await self._calls.mutate(documents.UPDATE_SPACE, input)
        return cast("Space", payload["space"])

    async def configure(
        self, space_id: str, blueprint: JsonObject, *, expected_version: int | None = None
    ) -> Space:
        """Give a Space the structure of a whole blueprint: all of it or, if refused, nothing."""
        input: dict[str, Any] = {"spaceId": space_id, "blueprint": blueprint}
        if expected_version is not None:
            input["expectedVersion"] = expected_version
        payload = await self._calls.mutate(documents.CONFIGURE_SPACE, input)
        return cast("Space", payload["space"])

    async def update_theme(self, space_id: str, theme: JsonObject) -> Space:
        """Merge `theme` into the Space's theme."""
        input = {"id": space_id, "theme": theme}
        payload = await self._calls.mutate(documents.UPDATE_THEME, input)
        return cast("Space", payload["space"])


class Workbooks:
    """Workbooks and, at their creation, the sheets and fields inside."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def get(self, workbook_id: str) -> Workbook | None:
        """Return the workbook, or None if there is none that this key may see."""
        data = await self._calls.query(documents.GET_WORKBOOK, {"id": workbook_id})
        return cast("Workbook | None", data["workbook"])

    async def create(self, **workbook: Unpack[NewWorkbook]) -> Workbook:
        """Create a workbook with its sheets and actions."""
        payload = await self._calls.mutate(documents.CREATE_WORKBOOK, arguments(workbook))
        return cast("Workbook", payload["workbook"])

    async def update(self, workbook_id: str, **changes: Unpack[WorkbookChanges]) -> Workbook:
        """Change a workbook; what is left out stays."""
        input = {"id": workbook_id, **arguments(changes)}
        payload = await self._calls.mutate(documents.UPDATE_WORKBOOK, input)
        return cast("Workbook", payload["workbook"])

    async def delete(self, workbook_id: str) -> None:
        """Delete a workbook with all its sheets; it may be gone already."""
        await _delete(self._calls, documents.DELETE_WORKBOOK, workbook_id)


class Documents:
    """Documents: the pages of a Space."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def create(self, **document: Unpack[NewDocument]) -> Document:
        """Create a document in a Space."""
        payload = await self._calls.mutate(documents.CREATE_DOCUMENT, arguments(document))
        return cast("Document", payload["document"])

    async def update(self, document_id: str, **changes: Unpack[DocumentChanges]) -> Document:
        """Change a document; what is left out stays."""
        input = {"id": document_id, **arguments(changes)}
        payload = await self._calls.mutate(documents.UPDATE_DOCUMENT, input)
        return cast("Document", payload["document"])

    async def delete(self, document_id: str) -> None:
        """Delete a document; it may be gone already."""
        await _delete(self._calls, documents.DELETE_DOCUMENT, document_id)


class Sheets:
    """Sheets of a workbook: their columns, who may change their records, what they are called."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def update(self, sheet_id: str, **changes: Unpack[SheetChanges]) -> Sheet:
        """Change a sheet; what is left out stays."""
        return await self._changed(documents.UPDATE_SHEET, sheet_id, arguments(changes))

    async def add_field(self, sheet_id: str, **field: Unpack[NewField]) -> Field:
        """Add a column; one that is there already is refused as DUPLICATE."""
        input = {"sheetId": sheet_id, **arguments(field)}
        payload = await self._calls.mutate(documents.CREATE_FIELD, input)
        return cast("Field", payload["field"])

    async def lock(self, sheet_id: str) -> Sheet:
        """Close the sheet for every change of its records."""
        return await self._changed(documents.LOCK_SHEET, sheet_id, {})

    async def unlock(self, sheet_id: str) -> Sheet:
        """Open a locked sheet again."""
        return await self._changed(documents.UNLOCK_SHEET, sheet_id, {})

    async def set_access(self, sheet_id: str, access: Sequence[str]) -> Sheet:
        """Say what people may do: "*", or some of "add", "edit", "delete", "import"; or nothing."""
        input = arguments({"access": access})
        return await self._changed(documents.SET_SHEET_ACCESS, sheet_id, input)

    async def _changed(
        self, mutation: documents.Mutation, sheet_id: str, input: dict[str, Any]
    ) -> Sheet:
        payload = await self._calls.mutate(mutation, {"id": sheet_id, **input})
        return cast("Sheet", payload["sheet"])


async def _delete(calls: Calls, mutation: documents.Mutation, id: str) -> None:
    # A deletion whose answer was lost, or that an earlier run of the handler made, is done.
    try:
        await calls.mutate(mutation, {"id": id})
    except ApiError as error:
        if error.code != "NOT_FOUND":
            raise


def arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return keyword arguments as the input of a mutation."""
    spelled = {camel_case(name): value for name, value in given.items()}
    return cast("dict[str, Any]", graphql_input(spelled))
