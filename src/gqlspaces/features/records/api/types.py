"""Records and commits as GraphQL types."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from gqlspaces.blueprint.constraint import ConstraintLevel
from gqlspaces.features.records.reading.lists import find_commits, find_records
from gqlspaces.features.records.values.messages import MessageSource
from gqlspaces.features.sheets.api import Sheet
from gqlspaces.features.sheets.model import Sheet as SheetRow
from gqlspaces.kernel.errors import ErrorCode
from gqlspaces.kernel.graphql.exposure import Node, found_by, graphql_enum, one

Level = graphql_enum(ConstraintLevel)
Source = graphql_enum(MessageSource)
Code = graphql_enum(ErrorCode)

MessageSource.__descriptions__ = {  # type: ignore[attr-defined]
    "REQUIRED_CONSTRAINT": "A value that must be there is missing.",
    "UNIQUE_CONSTRAINT": "Another record has the same value.",
    "CUSTOM_LOGIC": "A listener or caller said so.",
    "UNLINKED": "A reference leads to no record.",
    "INVALID_OPTION": "The value is none of the options.",
    "IS_ARTIFACT": "The value does not fit the type of its Field.",
}


def _member(key: str) -> Any:
    def resolve(root: Any) -> Any:
        return root.get(key)

    return resolve


@strawberry.type(description="Something to know about a record or one of its cells.")
class RecordMessage:
    """Something to know about a record or one of its cells; an error makes it invalid."""

    field: str | None = strawberry.field(
        resolver=_member("field"),
        description="The key of the Field it is about; null: the whole record.",
    )
    level: Level = strawberry.field(resolver=_member("type"), description="How serious it is.")  # type: ignore[valid-type]
    source: Source = strawberry.field(resolver=_member("source"), description="What found it.")  # type: ignore[valid-type]
    message: str = strawberry.field(resolver=_member("message"), description="For a person.")


@found_by("rc", find_records)
class Record(Node):
    """One row of a Sheet."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sheet_id: strawberry.ID = strawberry.field(description="The Sheet it is in.")
    values: JSON = strawberry.field(
        description="Its values by the keys of the Fields; empty cells are left out."
    )
    removed_values: JSON = strawberry.field(
        description="What it still holds of Fields that were removed, until that is purged."
    )
    valid: bool = strawberry.field(description="Whether none of its messages is an error.")
    messages: list[RecordMessage] = strawberry.field(
        description="What is wrong with it, in the order of the Fields."
    )
    metadata: JSON = strawberry.field(
        resolver=lambda root: root.meta, description="Any JSON of yours."
    )
    readonly: bool = strawberry.field(description="Whether nothing of it may be changed.")
    readonly_fields: list[str] = strawberry.field(
        description="The keys of the Fields whose values in it may not be changed."
    )
    commit_id: strawberry.ID = strawberry.field(description="The Commit that last changed it.")
    created_at: datetime = strawberry.field(description="When it was added.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    sheet: Sheet | None = one(SheetRow, Sheet, by="sheet_id", description="The Sheet it is in.")


@found_by("vr", find_commits)
class Commit(Node):
    """What one write did to the records of a Sheet."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sheet_id: strawberry.ID = strawberry.field(description="The Sheet.")
    created_by: strawberry.ID = strawberry.field(description="The key or Job that wrote.")
    created_at: datetime = strawberry.field(description="When it was written.")
    completed_by: strawberry.ID | None = strawberry.field(
        description="Who said that listeners are done with it."
    )
    completed_at: datetime | None = strawberry.field(
        description="When listeners were done with it; null while Actions wait for that."
    )
    answers: strawberry.ID | None = strawberry.field(
        description="The Commit that it answers, when a listener's hook wrote it."
    )
    created: int = strawberry.field(description="How many records it added.")
    updated: int = strawberry.field(description="How many records it changed.")
    deleted: int = strawberry.field(description="How many records it deleted.")
    sheet: Sheet | None = one(SheetRow, Sheet, by="sheet_id", description="The Sheet.")


@strawberry.type(description="A row that was not taken, while the others were.")
class RejectedRow:
    """A row that was not taken, while the others were."""

    index: int = strawberry.field(
        resolver=_member("index"), description="Its place among the rows sent, from 0."
    )
    record_id: strawberry.ID | None = strawberry.field(
        resolver=_member("record_id"), description="The record, where a selection chose it."
    )
    code: Code = strawberry.field(resolver=_member("code"), description="What kind of problem.")  # type: ignore[valid-type]
    message: str = strawberry.field(
        resolver=_member("message"), description="The problem, for a person."
    )
    path: list[str] = strawberry.field(
        resolver=_member("path"), description="Where in the row the problem is."
    )
