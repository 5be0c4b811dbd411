"""Writing records in GraphQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import strawberry
from strawberry.scalars import JSON

from gqlspaces.features.records.api.lists import RecordSelection, selection_of
from gqlspaces.features.records.api.types import Commit, Level, RejectedRow
from gqlspaces.features.records.desk import Desk, Order, Work, Written, seated
from gqlspaces.features.records.numbers import commit_id, record_id, sheet_of
from gqlspaces.features.records.purge import purging
from gqlspaces.features.records.reading.lists import find_commits
from gqlspaces.features.records.service.bulk import Replacement, bulk_updating, deleting, replacing
from gqlspaces.features.records.service.change import updating, upserting
from gqlspaces.features.records.service.creation import inserting
from gqlspaces.features.sheets.api import Sheet
from gqlspaces.kernel import idempotency
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.graphql.context import Context
from gqlspaces.kernel.graphql.inputs import optional, repeatable, required, sent
from gqlspaces.kernel.graphql.mutation import Rule, mutation

_SHEET = "The Sheet."
_ANSWERS = "The Commit that this write answers: a listener's hooks pass over what they wrote."
_COMPLETES = "Whether the Commit answered is completed when no row is rejected; true when absent."
_OVERRIDE = "Change also what is locked or read-only."


@strawberry.input(description="A message on a record.")
class RecordMessageInput:
    """A message on a record."""

    message: str = required("For a person, at most 1000 characters.")
    level: Level = required("How serious it is; an error makes the record invalid.")
    field: str | None = optional("The key of the Field it is about; the whole record if absent.")


@strawberry.input(description="A new record.")
class RecordInput:
    """A new record."""

    values: JSON = required("Its values by the keys of the Fields.")
    metadata: JSON | None = optional("Any JSON of yours.")
    config: JSON | None = optional("What is read-only: `{readonly, fields: {key: {readonly}}}`.")
    messages: list[RecordMessageInput] | None = optional("What is to be known about it.")


@strawberry.input(description="What to change of a record.")
class RecordPatchInput:
    """What to change of a record; absent leaves as it is."""

    id: strawberry.ID = required("The Record.")
    commit_id: strawberry.ID | None = optional(
        "Change it only if this was the last Commit to do so; CONFLICT otherwise."
    )
    values: JSON | None = optional("New values by the keys of the Fields; null empties a cell.")
    metadata: JSON | None = optional("Merged into what is there (RFC 7386).")
    config: JSON | None = optional("What is read-only: `{readonly, fields: {key: {readonly}}}`.")
    messages: list[RecordMessageInput] | None = optional("In place of those sent before.")


@strawberry.input(description="Which records to add.")
class InsertRecordsInput:
    """Which records to add."""

    sheet_id: strawberry.ID = required(_SHEET)
    records: list[RecordInput] = required("The records, at most 10,000.")
    answers: strawberry.ID | None = optional(_ANSWERS)
    completes: bool | None = optional(_COMPLETES)
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which records to change and how.")
class UpdateRecordsInput:
    """Which records to change and how."""

    sheet_id: strawberry.ID = required(_SHEET)
    records: list[RecordPatchInput] = required("The changes, at most 10,000.")
    override_readonly: bool | None = optional(_OVERRIDE)
    answers: strawberry.ID | None = optional(_ANSWERS)
    completes: bool | None = optional(_COMPLETES)
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which records to add or change.")
class UpsertRecordsInput:
    """Which records to add or change."""

    sheet_id: strawberry.ID = required(_SHEET)
    key: str = required("The key of the Field by which a record is known again.")
    records: list[RecordInput] = required("The records, at most 10,000.")
    override_readonly: bool | None = optional(_OVERRIDE)
    answers: strawberry.ID | None = optional(_ANSWERS)
    completes: bool | None = optional(_COMPLETES)
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which records to delete.")
class DeleteRecordsInput:
    """Which records to delete."""

    sheet_id: strawberry.ID = required(_SHEET)
    selection: RecordSelection = required("The records: an empty selection means all.")
    override_readonly: bool | None = optional(_OVERRIDE)
    answers: strawberry.ID | None = optional(_ANSWERS)
    completes: bool | None = optional(_COMPLETES)
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which records to give which values.")
class BulkUpdateRecordsInput:
    """Which records to give which values."""

    sheet_id: strawberry.ID = required(_SHEET)
    selection: RecordSelection = required("The records: an empty selection means all.")
    values: JSON = required("The values by the keys of the Fields; null empties a cell.")
    override_readonly: bool | None = optional(_OVERRIDE)
    answers: strawberry.ID | None = optional(_ANSWERS)
    completes: bool | None = optional(_COMPLETES)
    idempotency_key: str | None = repeatable()


@strawberry.input(description="What to replace, and where.")
class FindAndReplaceRecordsInput:
    """What to replace, and where."""

    sheet_id: strawberry.ID = required(_SHEET)
    find: str = required("The text to look for.")
    replace: str = required("What to put in its place.")
    field: str | None = optional("The key of the Field to look in; all Fields when absent.")
    whole: bool | None = optional("Only where it is the whole of a cell.")
    match_case: bool | None = optional("Only where upper and lower case are the same.")
    selection: RecordSelection | None = optional("The records; all of them when absent.")
    override_readonly: bool | None = optional(_OVERRIDE)
    answers: strawberry.ID | None = optional(_ANSWERS)
    completes: bool | None = optional(_COMPLETES)
    idempotency_key: str | None = repeatable()


@strawberry.input(description="Which Commit listeners are done with.")
class CompleteCommitInput:
    """Which Commit listeners are done with."""

    id: strawberry.ID = required("The Commit.")


async def at_desk(context: Context, rule: Rule, input: Any, *, fenced: bool) -> Any:
    """Carry out a rule that writes to the own database of a Space, not to the main one."""
    lease = context.lease if fenced else None
    return await rule(await seated(context.database, context.principal, lease), input)


@contextmanager
def sheet_around(id: str, prefix: str, noun: str) -> Iterator[str]:
    """Give the Sheet that a thing is numbered in; where either is missing, it is the thing."""
    missing = NotFound(f"There is no {noun} {id!r}.", path=("id",))
    sheet_id = sheet_of(id, prefix)
    if sheet_id is None:
        raise missing
    try:
        yield sheet_id
    except NotFound as error:
        raise missing from error


async def _written(desk: Desk, input: Any, name: str, work: Work) -> dict[str, Any]:
    return await payload_of(desk, await desk.write(input.sheet_id, work, order_of(input, name)))


def order_of(input: Any, name: str) -> Order:
    """Read the circumstances of a write from the input of a mutation."""
    given = sent(input)
    key = given.get("idempotency_key")
    return Order(
        answers=given.get("answers"),
        completes=given.get("completes") is not False,
        key=key,
        request=idempotency.fingerprint(name, given) if key is not None else "",
        overrides=overrides(input),
    )


async def payload_of(desk: Desk, written: Written) -> dict[str, Any]:
    """Give what a write answers."""
    sheet_id = written.structure.sheet.id
    commit = None
    if written.commit_n is not None:
        reader = desk.database.reader(desk.principal)
        commit = (await find_commits(reader, [commit_id(sheet_id, written.commit_n)]))[0]
    rejected = [
        {**row, "record_id": record_id(sheet_id, row["n"]) if "n" in row else None}
        for row in written.answer.get("rejected", ())
    ]
    payload: dict[str, Any] = {"commit": commit, "rejected": rejected}
    if "records" in written.answer:
        payload["record_ids"] = [record_id(sheet_id, n) for n in written.answer["records"]]
    return payload


def overrides(input: Any) -> bool:
    """Tell whether an input asks to change what is read-only as well."""
    return getattr(input, "override_readonly", None) is True


_TAKEN: dict[str, Any] = {
    "commit": Commit,
    "record_ids": list[strawberry.ID],
    "rejected": list[RejectedRow],
}
_CHOSEN: dict[str, Any] = {"commit": Commit, "rejected": list[RejectedRow]}


@mutation(Scope.SPACE_WRITE, by=at_desk, **_TAKEN)
async def insert_records(desk: Desk, input: InsertRecordsInput) -> dict[str, Any]:
    """Add records; rows that cannot be taken are rejected, the others are added by one Commit."""
    return await _written(desk, input, "insertRecords", inserting(sent(input)["records"]))


@mutation(Scope.SPACE_WRITE, by=at_desk, **_TAKEN)
async def update_records(desk: Desk, input: UpdateRecordsInput) -> dict[str, Any]:
    """Change records cell by cell; rows that cannot be taken are rejected."""
    work = updating(sent(input)["records"], overrides=overrides(input))
    return await _written(desk, input, "updateRecords", work)


@mutation(Scope.SPACE_WRITE, by=at_desk, **_TAKEN)
async def upsert_records(desk: Desk, input: UpsertRecordsInput) -> dict[str, Any]:
    """Change the records that have the same value in a key Field, and add the others."""
    work = upserting(sent(input)["records"], key=input.key, overrides=overrides(input))
    return await _written(desk, input, "upsertRecords", work)


@mutation(Scope.SPACE_WRITE, by=at_desk, **_CHOSEN)
async def delete_records(desk: Desk, input: DeleteRecordsInput) -> dict[str, Any]:
    """Delete the records chosen; read-only ones are rejected."""
    work = deleting(selection_of(input.selection), overrides=overrides(input))
    return await _written(desk, input, "deleteRecords", work)


@mutation(Scope.SPACE_WRITE, by=at_desk, **_CHOSEN)
async def bulk_update_records(desk: Desk, input: BulkUpdateRecordsInput) -> dict[str, Any]:
    """Give all records chosen the same values; read-only ones are rejected."""
    chosen = selection_of(input.selection)
    work = bulk_updating(chosen, values=sent(input)["values"], overrides=overrides(input))
    return await _written(desk, input, "bulkUpdateRecords", work)


@mutation(Scope.SPACE_WRITE, by=at_desk, **_CHOSEN)
async def find_and_replace_records(desk: Desk, input: FindAndReplaceRecordsInput) -> dict[str, Any]:
    """Replace a text wherever the records chosen have it; read-only ones are rejected."""
    given = sent(input)
    what = Replacement(
        find=given["find"],
        replace=given["replace"],
        field=given.get("field"),
        whole=given.get("whole") is True,
        match_case=given.get("match_case") is True,
    )
    work = replacing(selection_of(given.get("selection")), what, overrides=overrides(input))
    return await _written(desk, input, "findAndReplaceRecords", work)


@mutation(Scope.SPACE_WRITE, by=at_desk, commit=Commit)
async def complete_commit(desk: Desk, input: CompleteCommitInput) -> dict[str, Any]:
    """Say that listeners are done with a Commit; saying it again changes nothing."""
    with sheet_around(input.id, "vr", "Commit") as sheet_id:
        written = await desk.complete(input.id, sheet_id, path=("id",))
    return {"commit": (await payload_of(desk, written))["commit"]}


@strawberry.input(description="Which removed Fields to forget.")
class PurgeRemovedFieldsInput:
    """Which removed Fields to forget."""

    sheet_id: strawberry.ID = required(_SHEET)
    keys: list[str] = required("The keys that they had.")


@mutation(Scope.SPACE_WRITE, by=at_desk, sheet=Sheet)
async def purge_removed_fields(desk: Desk, input: PurgeRemovedFieldsInput) -> Any:
    """Delete for good what the records of a Sheet still hold of Fields that were removed."""
    await desk.maintain(input.sheet_id, purging(input.keys))
    return (await desk.structure(input.sheet_id)).sheet


MUTATIONS = [
    insert_records,
    update_records,
    upsert_records,
    delete_records,
    bulk_update_records,
    find_and_replace_records,
    complete_commit,
    purge_removed_fields,
]
