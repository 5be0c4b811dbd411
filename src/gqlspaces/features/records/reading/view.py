"""Records and commits as they are shown: their stored rows with what the Sheet says about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.numbers import commit_id, record_id


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record with its values by key, empty cells left out."""

    id: str
    sheet_id: str
    n: int
    values: dict[str, Any]
    removed_values: dict[str, Any]
    valid: bool
    messages: Sequence[Mapping[str, Any]]
    meta: Mapping[str, Any]
    readonly: bool
    readonly_fields: list[str]
    commit_id: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CommitView:
    """A commit with what it did."""

    id: str
    sheet_id: str
    created_by: str
    created_at: datetime
    completed_by: str | None
    completed_at: datetime | None
    answers: str | None
    created: int
    updated: int
    deleted: int


def record_view(sheet_id: str, layout: Layout, row: Mapping[str, Any]) -> RecordView:
    """Show a record."""
    config = row["config"] or {}
    return RecordView(
        id=record_id(sheet_id, row["n"]),
        sheet_id=sheet_id,
        n=row["n"],
        values=layout.unpacked(row["values"]),
        removed_values=layout.unpacked_removed(row["values"]),
        valid=row["valid"],
        messages=row["messages"] or (),
        meta=row["meta"] or {},
        readonly=config.get("readonly", False),
        readonly_fields=list(config.get("fields", ())),
        commit_id=commit_id(sheet_id, row["commit_n"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def commit_view(sheet_id: str, row: Mapping[str, Any]) -> CommitView:
    """Show a commit."""
    answers = row["answers"]
    return CommitView(
        id=commit_id(sheet_id, row["n"]),
        sheet_id=sheet_id,
        created_by=row["created_by"],
        created_at=row["created_at"],
        completed_by=row["completed_by"],
        completed_at=row["completed_at"],
        answers=None if answers is None else commit_id(sheet_id, answers),
        created=row["created"],
        updated=row["updated"],
        deleted=row["deleted"],
    )
