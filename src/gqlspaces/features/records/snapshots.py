"""Snapshots: the records of a Sheet as they were, and how they differ from those of now."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from gqlspaces.features.records.commits import bounds
from gqlspaces.features.records.conditions.dialect import DialectName, Test
from gqlspaces.features.records.conditions.dialects import dialect_of
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.model import record, sheet_state, snapshot, snapshot_record
from gqlspaces.features.records.selection import in_sheet
from gqlspaces.features.records.state import SheetState

MOST_SNAPSHOTS: Final = 100

KEPT: Final = ("values", "messages", "meta", "config", "changed", "created_at")
"""What a snapshot holds of a record; in a difference each name has ``was_`` in front."""

_AT_ONCE: Final = 10_000
_ALSO_THERE = record.c.n == snapshot_record.c.n
_WAS = [snapshot_record.c[name].label(f"was_{name}") for name in KEPT]
_ONE, _NONE = literal_column("1", Integer), literal_column("0", Integer)

_MINE = snapshot.c.n.between(bindparam("first"), bindparam("last"))
_COUNT = select(func.count()).select_from(snapshot).where(_MINE)
_BY_NUMBER = select(snapshot).where(snapshot.c.n.in_(bindparam("numbers", expanding=True)))


class RecordChange(StrEnum):
    """What became of a record since a snapshot (domain reference 2.11)."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


def take(
    connection: Connection, state: SheetState, *, label: str | None, by: str, at: datetime
) -> int:
    """Keep all records of a Sheet as they are, by one statement; give the snapshot's number."""
    n = state.next_snapshot()
    connection.execute(
        insert(snapshot),
        {
            "n": n,
            "label": label,
            "created_by": by,
            "created_at": at,
            "total": state.total,
            "valid": state.valid,
        },
    )
    held = select(literal(n), record.c.n, *(record.c[name] for name in KEPT))
    copy = insert(snapshot_record).from_select(
        ["snapshot_n", "n", *KEPT], held.where(in_sheet(state)).order_by(record.c.n)
    )
    connection.execute(copy)
    return n


def find_snapshots(connection: Connection, numbers: Sequence[int]) -> dict[int, Any]:
    """Give the snapshots with these numbers."""
    rows = connection.execute(_BY_NUMBER, {"numbers": list(numbers)})
    return {row.n: row for row in rows}


def snapshot_numbers(connection: Connection, state: SheetState) -> Sequence[int]:
    """Give the numbers of the snapshots of a Sheet."""
    return connection.scalars(select(snapshot.c.n).where(_MINE), bounds(state)).all()


def count_snapshots(connection: Connection, state: SheetState) -> int:
    """Count the snapshots of a Sheet."""
    return int(connection.scalar(_COUNT, bounds(state)) or 0)


def delete_snapshot(connection: Connection, n: int) -> None:
    """Delete a snapshot with all that it holds."""
    connection.execute(delete(snapshot_record).where(snapshot_record.c.snapshot_n == n))
    connection.execute(delete(snapshot).where(snapshot.c.n == n))


def forget_snapshots(connection: Connection, state: SheetState) -> bool:
    """Delete some of what the snapshots of a Sheet hold; True when nothing is left of them.

    To be called until then, each time in a transaction of its own, so that nobody waits long.
    """
    for n in snapshot_numbers(connection, state):
        mine = snapshot_record.c.snapshot_n == n
        some = select(snapshot_record.c.n).where(mine).limit(_AT_ONCE)
        found = delete(snapshot_record).where(mine, snapshot_record.c.n.in_(some))
        if connection.execute(found).rowcount == _AT_ONCE:
            return False
        connection.execute(delete(snapshot).where(snapshot.c.n == n))
    return True


def difference(
    change: RecordChange, n: int, state: SheetState, layout: Layout, dialect: DialectName
) -> Select[Any]:
    """Make the statement over the records that became so since a snapshot.

    It gives those that were added as they are, and of the others what the snapshot has.
    """
    mine = snapshot_record.c.snapshot_n == n
    kept = select(snapshot_record.c.n, *_WAS).where(mine)
    match change:
        case RecordChange.CREATED:
            was_there = _of_the_same(true(), snapshot_record, mine)
            return select(record).where(in_sheet(state), not_(was_there))
        case RecordChange.UPDATED:
            return kept.where(_of_the_same(_differs(state, layout, dialect), record))
        case RecordChange.DELETED:
            return kept.where(not_(_of_the_same(true(), record)))


def beside(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put the records as they are beside what a snapshot has of them."""
    numbers = [row["n"] for row in rows]
    found = connection.execute(select(record).where(record.c.n.in_(numbers))).mappings()
    now = {row["n"]: row for row in found}
    return [{**row, **now[row["n"]]} for row in rows if row["n"] in now]


def counted(
    numbers: Collection[int], state: SheetState, layout: Layout, dialect: DialectName
) -> Select[Any]:
    """Make the statement that counts, for each of these snapshots, what changed since."""
    held = snapshot_record.c.n.is_not(None)
    gone = _times(and_(held, record.c.n.is_(None)))
    updated = _times(and_(record.c.n.is_not(None), _differs(state, layout, dialect)))
    return (
        select(
            snapshot.c.n,
            (sheet_state.c.total - snapshot.c.total + gone).label("created"),
            updated.label("updated"),
            gone.label("deleted"),
        )
        .select_from(snapshot)
        .join(sheet_state, sheet_state.c.number == state.number)
        .outerjoin(snapshot_record, snapshot_record.c.snapshot_n == snapshot.c.n)
        .outerjoin(record, _ALSO_THERE)
        .where(snapshot.c.n.in_(numbers))
        .group_by(snapshot.c.n, snapshot.c.total, sheet_state.c.total)
    )


def _of_the_same(test: Test, other: Table, *more: Test) -> Test:
    """Tell whether there is the same record in the other table, and passes a test there.

    Said so that no database joins whole Sheets: a page costs as much as it passes over.
    """
    found = select(test).select_from(other).where(_ALSO_THERE, *more).scalar_subquery()
    return func.coalesce(found, false())


def _differs(state: SheetState, layout: Layout, dialect: DialectName) -> Test:
    """Tell whether a record is another one by what is its own: not by its messages."""
    was, now = snapshot_record.c, record.c
    values: Test = was["values"] != now["values"]
    if len(layout.cells) < len(state.slots):
        # What removed Fields have left says nothing about the record.
        slots = [cell.slot for cell in layout.cells]
        apart = dialect_of(dialect).apart(was["values"], now["values"], slots)
        values = and_(values, apart)
    own = (was[name].is_distinct_from(now[name]) for name in ("meta", "config"))
    return or_(values, *own)


def _times(test: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((test, _ONE), else_=_NONE)), _NONE)
