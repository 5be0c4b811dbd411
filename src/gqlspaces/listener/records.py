"""The calls for the data of Sheets: `api.records` and `api.commits`."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Unpack, cast

from gqlspaces.listener import documents
from gqlspaces.listener.arguments import (
    Answering,
    NewRecord,
    Overriding,
    RecordChanges,
    Selection,
)
from gqlspaces.listener.calls import Calls
from gqlspaces.listener.entities import AddedRecords, Commit, Job, StoredRecord, WrittenRecords
from gqlspaces.listener.errors import ApiError
from gqlspaces.listener.structure import arguments

MOST_RECORDS = 1000
"""How many records a page has at the most."""

# What the original calls otherwise in the subject of a job.
_WORDS = {"searchValue": "search"}


class RecordPage(NamedTuple):
    """Some records, and the cursor behind which there are more; None on the last page."""

    records: list[StoredRecord]
    cursor: str | None


class Records:
    """Records: the rows of a Sheet. Rows that cannot be taken are rejected, the others written."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def list(
        self,
        sheet_id: str,
        selection: Selection | None = None,
        *,
        first: int = MOST_RECORDS,
        after: str | None = None,
    ) -> RecordPage:
        """Return a page of the records of a Sheet, in the order of their addition."""
        wanted = {"selection": selection, "first": first, "after": after}
        variables = {"id": sheet_id, **arguments(wanted)}
        data = await self._calls.query(documents.LIST_RECORDS, variables)
        return _page(data["sheet"], f"There is no Sheet {sheet_id!r}.")

    async def of_job(
        self, job: Job, *, first: int = MOST_RECORDS, after: str | None = None
    ) -> RecordPage:
        """Return a page of the records that a job of a Sheet is about: all if none were selected.

        The selection is looked at again: what has changed since the click may have left it.
        """
        subject = job["subject"] or {}
        if (subject.get("resource"), subject.get("type")) != ("records", "COLLECTION"):
            raise ApiError("INVALID", f"The job {job['name']!r} is about no records.")
        query = {_WORDS.get(word, word): said for word, said in (subject["query"] or {}).items()}
        selection = cast("Selection", query)
        return await self.list(subject["params"]["sheetId"], selection, first=first, after=after)

    async def insert(
        self, sheet_id: str, records: Sequence[NewRecord], **options: Unpack[Answering]
    ) -> AddedRecords:
        """Add records, at most 10,000."""
        input = {"sheet_id": sheet_id, "records": records, **options}
        payload = await self._calls.mutate(documents.INSERT_RECORDS, arguments(input))
        return cast("AddedRecords", payload)

    async def update(
        self, sheet_id: str, records: Sequence[RecordChanges], **options: Unpack[Overriding]
    ) -> WrittenRecords:
        """Change records, at most 10,000, cell by cell; metadata is merged."""
        input = {"sheet_id": sheet_id, "records": records, **options}
        payload = await self._calls.mutate(documents.UPDATE_RECORDS, arguments(input))
        return cast("WrittenRecords", payload)

    async def upsert(
        self,
        sheet_id: str,
        records: Sequence[NewRecord],
        *,
        key: str,
        **options: Unpack[Overriding],
    ) -> AddedRecords:
        """Change the records that have the same value in the Field `key`, and add the others."""
        input = {"sheet_id": sheet_id, "key": key, "records": records, **options}
        payload = await self._calls.mutate(documents.UPSERT_RECORDS, arguments(input))
        return cast("AddedRecords", payload)

    async def delete(
        self, sheet_id: str, selection: Selection, **options: Unpack[Overriding]
    ) -> WrittenRecords:
        """Delete the records selected; an empty selection means all."""
        input = {"sheet_id": sheet_id, "selection": selection, **options}
        payload = await self._calls.mutate(documents.DELETE_RECORDS, arguments(input))
        return cast("WrittenRecords", payload)


class Commits:
    """Commits: what a write did, which listeners are to be done with."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def records(
        self, commit_id: str, *, first: int = MOST_RECORDS, after: str | None = None
    ) -> RecordPage:
        """Return a page of the records that a commit added or changed, as they are now."""
        variables = {"id": commit_id, "first": first, "after": after}
        data = await self._calls.query(documents.COMMIT_RECORDS, variables)
        return _page(data["commit"], f"There is no Commit {commit_id!r}.")

    async def complete(self, commit_id: str) -> Commit:
        """Say that listeners are done with a commit; it may be completed already."""
        payload = await self._calls.mutate(documents.COMPLETE_COMMIT, {"id": commit_id})
        return cast("Commit", payload["commit"])


def _page(owner: Mapping[str, Any] | None, missing: str) -> RecordPage:
    if owner is None:
        raise ApiError("NOT_FOUND", missing)
    found = owner["records"]
    info = found["pageInfo"]
    cursor = info["endCursor"] if info["hasNextPage"] else None
    return RecordPage([edge["node"] for edge in found["edges"]], cursor)
