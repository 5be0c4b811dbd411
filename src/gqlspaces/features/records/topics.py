"""What listeners hear of records and commits (domain reference 2.10).

Records are no rows of the main database, so no recorder sees them: a write says itself what it
did, in the same transaction, through the outbox of its Space.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from gqlspaces.features.records.model import SheetData
from gqlspaces.features.records.numbers import commit_id, record_id, snapshot_id
from gqlspaces.features.records.structure import Structure
from gqlspaces.features.spaces.place import place_of
from gqlspaces.kernel.ids import new_id
from gqlspaces.kernel.own.message import Message
from gqlspaces.kernel.reader import AnyRow
from gqlspaces.kernel.recorder import silent

LISTED = 100
"""How many records, or changes of cells, an event lists; the commit has all of them."""

Told: TypeAlias = tuple[str, dict[str, Any]]
"""A topic and its payload."""

TOPICS = {SheetData: silent}

CATALOGUE = {
    "commit:created": (
        "A write changed records: `sheetId, workbookId, commitId, versionId, sheetSlug, "
        "trackChanges, created, updated, deleted, answers?`."
    ),
    "commit:completed": (
        "Listeners are done with a commit: `sheetId, workbookId, commitId, versionId`; "
        "only in Workbooks that track changes."
    ),
    "records:created": "Records were added: `sheetId, recordIds` (the first 100)`, recordCount`.",
    "records:updated": (
        "Records were changed: `sheetId, recordIds, recordCount, "
        "changes[{recordId, fieldKey, previousValue, newValue}]` (the first 100 of each)."
    ),
    "records:deleted": "Records were deleted: `sheetId, recordIds` (the first 100)`, recordCount`.",
    "snapshot:created": (
        "The records of a Sheet were kept as they are: `snapshotId, sheetId, workbookId, spaceId`."
    ),
    "sheet:counts-updated": (
        "The numbers of records changed: `sheetId, workbookId, "
        "counts{total, valid, error, updated}`."
    ),
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the events about one Sheet, in one write."""

    structure: Structure
    environment_id: str
    actor_id: str
    now: datetime

    def message(self, facts: dict[str, Any], told: Sequence[Told]) -> Message:
        """Make the message that carries topics with their payloads, and facts."""
        return Message(self.environment_id, [self._event(*one) for one in told], facts)

    def written(
        self, n: int, touched: Mapping[str, Sequence[int]], cells: Sequence[Mapping[str, Any]]
    ) -> list[Told]:
        """Tell of a commit and its records; ``touched`` by what happened, ascending."""
        sheet_id = self.structure.sheet.id
        told = []
        for what, numbers in touched.items():
            if not numbers:
                continue
            ids = [record_id(sheet_id, number) for number in numbers[:LISTED]]
            payload = {"sheetId": sheet_id, "recordIds": ids, "recordCount": len(numbers)}
            if what == "updated":
                payload["changes"] = list(cells[:LISTED])
            told.append((f"records:{what}", self._with_commit(n, payload)))
        return told

    def commit_created(self, n: int, counts: Mapping[str, int], answers: int | None) -> Told:
        """Tell of a new commit."""
        sheet = self.structure.sheet
        payload = {
            **self._about(n),
            "sheetSlug": sheet.slug,
            "trackChanges": self.structure.tracks_changes,
            **counts,
        }
        if answers is not None:
            payload["answers"] = commit_id(sheet.id, answers)
        return "commit:created", payload

    def commit_completed(self, n: int) -> Told:
        """Tell that a commit is completed."""
        return "commit:completed", self._about(n)

    def counted(self, total: int, valid: int, updated: int) -> Told:
        """Tell how many records there are."""
        sheet = self.structure.sheet
        counts = {"total": total, "valid": valid, "error": total - valid, "updated": updated}
        about = {"sheetId": sheet.id, "workbookId": sheet.workbook_id, "counts": counts}
        return "sheet:counts-updated", about

    def _about(self, n: int) -> dict[str, Any]:
        sheet = self.structure.sheet
        id = commit_id(sheet.id, n)
        return {
            "sheetId": sheet.id,
            "workbookId": sheet.workbook_id,
            "commitId": id,
            "versionId": id,
        }

    def _with_commit(self, n: int, payload: dict[str, Any]) -> dict[str, Any]:
        return payload | {"commitId": commit_id(self.structure.sheet.id, n)}

    def _event(self, topic: str, payload: dict[str, Any]) -> dict[str, Any]:
        around = self.structure.around
        place = place_of({"sp": around.space, "wb": around.workbook, "sh": self.structure.sheet})
        context = {**place.context, "actorId": self.actor_id}
        context |= {name: payload[name] for name in ("commitId", "snapshotId") if name in payload}
        return {
            "id": new_id("ev"),
            "topic": topic,
            "domain": "sheet",
            "namespace": place.namespace,
            "space_id": place.space_id,
            "namespaces": list(place.namespaces),
            "context": context,
            "payload": payload,
            "origin": dict(place.origin) if place.origin else None,
            "created_at": self.now,
        }


def snapshot_created(sheet: AnyRow, n: int) -> Told:
    """Tell of a new snapshot."""
    payload = {
        "snapshotId": snapshot_id(sheet.id, n),
        "sheetId": sheet.id,
        "workbookId": sheet.workbook_id,
        "spaceId": sheet.space_id,
    }
    return "snapshot:created", payload
