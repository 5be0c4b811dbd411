"""Keeping the records of a Sheet as they are, and bringing them back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from gqlspaces.features.columns import checked
from gqlspaces.features.records.configuration import SnapshotDetails
from gqlspaces.features.records.desk import Work
from gqlspaces.features.records.numbers import first_of, local_number
from gqlspaces.features.records.service.bulk import Passed
from gqlspaces.features.records.service.change import store_changed
from gqlspaces.features.records.snapshots import (
    KEPT,
    MOST_SNAPSHOTS,
    RecordChange,
    beside,
    count_snapshots,
    delete_snapshot,
    difference,
    find_snapshots,
    take,
)
from gqlspaces.features.records.table import Row
from gqlspaces.features.records.topics import snapshot_created
from gqlspaces.features.records.values.digest import same
from gqlspaces.features.records.writing import Draft, Writing, pages
from gqlspaces.kernel.errors import DomainError, ErrorCode, NotFound


def snapshotting(*, label: str | None, by: str) -> Work:
    """Keep all records as they are, and tell of it."""
    checked(SnapshotDetails, {"label": label})

    def work(writing: Writing) -> Mapping[str, Any]:
        if count_snapshots(writing.connection, writing.state) >= MOST_SNAPSHOTS:
            msg = f"A Sheet has at most {MOST_SNAPSHOTS} snapshots; delete one first."
            raise DomainError(msg, path=("sheetId",), code=ErrorCode.LIMIT_EXCEEDED)
        n = take(writing.connection, writing.state, label=label, by=by, at=writing.now)
        writing.told.append(snapshot_created(writing.rulebook.sheet, n))
        return {"snapshot": n}

    return work


def forgetting(id: str) -> Work:
    """Delete a snapshot."""

    def work(writing: Writing) -> Mapping[str, Any]:
        delete_snapshot(writing.connection, _known(writing, id))
        return {}

    return work


def restoring(id: str, changes: Collection[RecordChange], *, overrides: bool = False) -> Work:
    """Undo what became of records since a snapshot; those that are read-only now are told of.

    What was deleted comes back under its old number. A Field that was removed since gets its values
    back where it left them; what was purged stays away. A value is given the form of the type that
    its Field has now, where that can be undone.
    """

    def work(writing: Writing) -> Mapping[str, Any]:
        n = _known(writing, id)
        passed = Passed()
        for change in changes:
            statement = difference(
                change, n, writing.state, writing.rulebook.layout, writing.dialect
            )
            for found in pages(writing.connection, statement):
                is_there = change is RecordChange.UPDATED
                rows = beside(writing.connection, found) if is_there else found
                chosen = [row for row in rows if overrides or _may(writing, row, change, passed)]
                if chosen:
                    _UNDONE[change](writing, chosen)
        return passed.answer()

    return work


def _may(writing: Writing, row: Row, change: RecordChange, passed: Passed) -> bool:
    if change is RecordChange.DELETED:
        return True
    if change is RecordChange.CREATED:
        return passed.may(row)
    unpacked = writing.rulebook.layout.unpacked
    old, new = unpacked(row["values"]), unpacked(_values(writing, row))
    return passed.may(row, [key for key in {**old, **new} if not same(old.get(key), new.get(key))])


def _set_back(writing: Writing, rows: Sequence[Row]) -> None:
    store_changed(writing, [_draft(writing, row, before=row) for row in rows])


def _bring_back(writing: Writing, rows: Sequence[Row]) -> None:
    writing.store([_draft(writing, row, before=None) for row in rows])


def _draft(writing: Writing, row: Row, *, before: Row | None) -> Draft:
    was = {name: row[f"was_{name}"] for name in KEPT}
    return Draft(
        n=row["n"],
        before=before,
        values=_values(writing, row),
        custom=was["messages"] or [],
        meta=was["meta"],
        config=was["config"],
        changed=was["changed"],
        created_at=was["created_at"],
    )


def _values(writing: Writing, row: Row) -> list[Any]:
    return writing.rulebook.rules.converted(row["was_values"])


_UNDONE: Final[Mapping[RecordChange, Callable[[Writing, Sequence[Row]], None]]] = {
    RecordChange.CREATED: Writing.remove,
    RecordChange.UPDATED: _set_back,
    RecordChange.DELETED: _bring_back,
}


def _known(writing: Writing, id: str) -> int:
    local = local_number(id, "ss", writing.state.sheet_id)
    n = first_of(writing.state.number) | (local or 0)
    if local is None or n not in find_snapshots(writing.connection, [n]):
        raise NotFound(f"There is no Snapshot {id!r}.", path=("id",))
    return n
