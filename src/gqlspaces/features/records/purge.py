"""Taking away for good: the records of Sheets that are gone, and the values of removed Fields."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from gqlspaces.features.records import index, sort_index
from gqlspaces.features.records.model import (
    commit,
    commit_range,
    record,
    sheet_state,
    snapshot_record,
    upload,
)
from gqlspaces.features.records.numbers import first_of, last_of
from gqlspaces.features.records.selection import in_sheet
from gqlspaces.features.records.snapshots import forget_snapshots, snapshot_numbers
from gqlspaces.features.records.state import RULE_BITS, SheetState
from gqlspaces.features.records.writing import Writing, pages
from gqlspaces.kernel.errors import DomainError, ErrorCode, Invalid

_AT_ONCE: Final = 10_000


def disown(connection: Connection, state: SheetState) -> bool:
    """Part what a Sheet left behind from its id, under which it may begin anew.

    False when there is nothing of it any more.
    """
    mine = (sheet_state.c.number == state.number, sheet_state.c.sheet_id == state.sheet_id)
    state.sheet_id = f"gone {state.number}"
    parted = update(sheet_state).where(*mine).values(sheet_id=state.sheet_id)
    return connection.execute(parted).rowcount > 0


def forget_sheet(connection: Connection, state: SheetState) -> bool:
    """Delete some of what a Sheet left behind; True when nothing is left.

    To be called until then, each time in a transaction of its own, so that nobody waits long.
    """
    first, last = first_of(state.number), last_of(state.number)
    some = select(record.c.n).where(record.c.n.between(first, last)).limit(_AT_ONCE)
    if connection.execute(delete(record).where(record.c.n.in_(some))).rowcount == _AT_ONCE:
        return False
    if not forget_snapshots(connection, state):
        return False
    connection.execute(delete(commit).where(commit.c.n.between(first, last)))
    connection.execute(delete(commit_range).where(commit_range.c.commit_n.between(first, last)))
    sort_index.drop(connection, state.indexes)
    first_rule = state.number << RULE_BITS
    index.forget(connection, first_rule, first_rule + (1 << RULE_BITS) - 1)
    connection.execute(delete(upload).where(upload.c.sheet == state.number))
    connection.execute(delete(sheet_state).where(sheet_state.c.number == state.number))
    return True


def purging(keys: Sequence[str]) -> Callable[[Writing], Mapping[str, Any]]:
    """Make the work that empties what removed Fields left, and frees their places for ever.

    Snapshots lose it as well: what was purged is nowhere.
    """
    if not keys:
        raise DomainError("Give at least one key.", path=("keys",), code=ErrorCode.REQUIRED)

    def work(writing: Writing) -> Mapping[str, Any]:
        left = {cell.key: cell.slot for cell in writing.rulebook.layout.removed}
        for index_, key in enumerate(keys):
            if key not in left:
                msg = "No removed Field with this key has values left."
                raise Invalid(msg, path=("keys", str(index_)))
        slots = {left[key] for key in keys}
        _empty(writing.connection, record, in_sheet(writing.state), slots)
        for n in snapshot_numbers(writing.connection, writing.state):
            _empty(writing.connection, snapshot_record, snapshot_record.c.snapshot_n == n, slots)
        for slot in slots:
            writing.state.slots[slot]["purged"] = True
        return {"keys": list(keys)}

    return work


def _empty(
    connection: Connection, table: Table, mine: ColumnElement[bool], slots: Collection[int]
) -> None:
    keys = table.primary_key.columns
    for rows in pages(connection, select(*keys, table.c["values"]).where(mine)):
        for row in rows:
            values = [None if slot in slots else value for slot, value in enumerate(row["values"])]
            while values and values[-1] is None:
                values.pop()
            if values != row["values"]:
                this = [column == row[column.name] for column in keys]
                connection.execute(update(table).where(*this).values(values=values))
