"""Snapshots in GraphQL."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from strawberry.scalars import JSON

from gqlspaces.features.records.api.lists import connection_of, stretch_of
from gqlspaces.features.records.api.mutations import (
    at_desk,
    order_of,
    overrides,
    payload_of,
    sheet_around,
)
from gqlspaces.features.records.api.types import Commit, RejectedRow
from gqlspaces.features.records.desk import Desk
from gqlspaces.features.records.numbers import snapshot_id
from gqlspaces.features.records.reading.sheet import read_sheet
from gqlspaces.features.records.reading.snapshots import (
    SnapshotView,
    find_snapshots,
    load_changes,
    read_changes,
    read_snapshots,
)
from gqlspaces.features.records.service.snapshots import forgetting, restoring, snapshotting
from gqlspaces.features.records.snapshots import RecordChange, count_snapshots
from gqlspaces.features.sheets.api import Sheet
from gqlspaces.features.sheets.model import Sheet as SheetRow
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.connection import PAGED, Connection, Page
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import (
    Node,
    computed,
    extend,
    found_by,
    graphql_enum,
    one,
)
from gqlspaces.kernel.graphql.inputs import optional, repeatable, required, sent
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.query import asked, query
from gqlspaces.kernel.reader import Reader

RecordChange.__descriptions__ = {  # type: ignore[attr-defined]
    "CREATED": "It was added since.",
    "UPDATED": "Its values, metadata or what of it is read-only were changed since.",
    "DELETED": "It was deleted since.",
}
Change = graphql_enum(RecordChange)


@strawberry.type(description="How many records differ from a Snapshot.")
class SnapshotChanges:
    """How many records differ from a Snapshot."""

    created: int = strawberry.field(description="Those added since.")
    updated: int = strawberry.field(description="Those changed since.")
    deleted: int = strawberry.field(description="Those deleted since.")


@found_by("ss", find_snapshots)
class Snapshot(Node):
    """The records of a Sheet as they were at a moment."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sheet_id: strawberry.ID = strawberry.field(description="The Sheet.")
    label: str | None = strawberry.field(description="What people call it.")
    created_by: strawberry.ID = strawberry.field(description="The key or Job that asked for it.")
    created_at: datetime = strawberry.field(description="The moment.")
    total: int = strawberry.field(description="How many records there were.")
    valid: int = strawberry.field(description="How many of them had no error.")
    changes: SnapshotChanges | None = computed(
        load_changes, SnapshotChanges | None, description="How much changed since."
    )
    sheet: Sheet | None = one(SheetRow, Sheet, by="sheet_id", description="The Sheet.")


@strawberry.type(description="A record that differs from what a Snapshot has of it.")
class SnapshotChange:
    """A record that differs from what a Snapshot has of it."""

    record_id: strawberry.ID = strawberry.field(description="The Record; gone if it was deleted.")
    change: Change = strawberry.field(description="What became of it.")  # type: ignore[valid-type]
    before: JSON | None = strawberry.field(
        description="`{values, metadata?, config?}` as they were; null where it was added since."
    )
    after: JSON | None = strawberry.field(
        description="`{values, metadata?, config?}` as they are; null where it was deleted since."
    )
    fields: list[str] = strawberry.field(description="The keys of the Fields whose values differ.")


@strawberry.input(description="Of which Sheet to keep the records as they are.")
class CreateSnapshotInput:
    """Of which Sheet to keep the records as they are."""

    sheet_id: strawberry.ID = required("The Sheet.")
    label: str | None = optional("What people call it.")
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which Snapshot to delete.")
class DeleteSnapshotInput:
    """Which Snapshot to delete."""

    id: strawberry.ID = required("The Snapshot.")


@strawberry.input(description="What to undo that was done since a Snapshot.")
class RestoreSnapshotInput:
    """What to undo that was done since a Snapshot."""

    id: strawberry.ID = required("The Snapshot.")
    created: bool | None = optional("Delete records that were added since; yes unless false.")
    updated: bool | None = optional("Set records back that were changed since; yes unless false.")
    deleted: bool | None = optional(
        "Add records again, under their ids, that were deleted since; yes unless false."
    )
    override_readonly: bool | None = optional("Change also what is locked or read-only.")
    idempotency_key: str | None = repeatable()


@asked(Connection[Snapshot], **PAGED)
async def _snapshots(
    root: Any,
    info: Info,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Any:
    """Its records as they were at moments that were kept, the newest first."""
    page = Page.of(first, after, last, before)
    work = partial(read_snapshots, stretch=stretch_of(page, "ss", root.id))
    found = await read_sheet(info.context.reader, root.id, work)

    async def count(reader: Reader) -> int:
        return await read_sheet(
            reader, root.id, lambda sheet: count_snapshots(sheet.connection, sheet.state)
        )

    return connection_of(found, lambda snapshot: snapshot.id, page, count)


@asked(
    Connection[SnapshotChange],
    change="Only those that became so.",
    **PAGED,
)
async def _changed_records(
    root: Any,
    info: Info,
    change: Change | None = strawberry.UNSET,  # type: ignore[valid-type]
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Any:
    """The records that differ from it, in the order they were added."""
    page = Page.of(first, after, last, before)
    kinds: Collection[RecordChange] = [change] if change else list(RecordChange)
    stretch = stretch_of(page, "rc", root.sheet_id, newest_first=False)
    work = partial(read_changes, id=root.id, changes=kinds, stretch=stretch)
    found = await read_sheet(info.context.reader, root.sheet_id, work)

    async def count(_reader: Reader) -> int:
        counts = await info.context.load(load_changes, root.id)
        return 0 if counts is None else sum(getattr(counts, kind) for kind in kinds)

    return connection_of(found, lambda item: item.record_id, page, count)


extend(Sheet, snapshots=_snapshots)
extend(Snapshot, records=_changed_records)


@query(Scope.SPACE_READ, id="The Snapshot.")
async def snapshot(info: Info, id: strawberry.ID) -> Snapshot | None:
    """A Snapshot, or null where this key sees none."""
    return (await find_snapshots(info.context.reader, [id]))[0]  # type: ignore[return-value]


@mutation(Scope.SPACE_WRITE, by=at_desk, snapshot=Snapshot)
async def create_snapshot(desk: Desk, input: CreateSnapshotInput) -> SnapshotView | None:
    """Keep the records of a Sheet as they are."""
    work = snapshotting(label=sent(input).get("label"), by=desk.actor_id)
    # A lock keeps records from being changed, not from being kept.
    order = replace(order_of(input, "createSnapshot"), overrides=True)
    written = await desk.write(input.sheet_id, work, order)
    id = snapshot_id(input.sheet_id, written.answer["snapshot"])
    return (await find_snapshots(desk.database.reader(desk.principal), [id]))[0]


@mutation(Scope.SPACE_WRITE, by=at_desk, deleted_id=strawberry.ID)
async def delete_snapshot(desk: Desk, input: DeleteSnapshotInput) -> str:
    """Delete a Snapshot; the records of the Sheet stay as they are."""
    order = replace(order_of(input, "deleteSnapshot"), overrides=True)
    with sheet_around(input.id, "ss", "Snapshot") as sheet_id:
        await desk.write(sheet_id, forgetting(input.id), order, path=("id",))
    return input.id


@mutation(Scope.SPACE_WRITE, by=at_desk, commit=Commit, rejected=list[RejectedRow])
async def restore_snapshot(desk: Desk, input: RestoreSnapshotInput) -> dict[str, Any]:
    """Make the records of a Sheet what they were, by one Commit; read-only ones are rejected."""
    given = sent(input)
    changes = [change for change in RecordChange if given.get(change.value) is not False]
    work = restoring(input.id, changes, overrides=overrides(input))
    order = order_of(input, "restoreSnapshot")
    with sheet_around(input.id, "ss", "Snapshot") as sheet_id:
        written = await desk.write(sheet_id, work, order, path=("id",))
    return await payload_of(desk, written)


MUTATIONS = [create_snapshot, delete_snapshot, restore_snapshot]
