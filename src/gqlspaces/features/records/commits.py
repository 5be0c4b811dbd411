"""Commits: which records a write changed, and whether listeners are done with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, select, update

from gqlspaces.features.records.model import commit, commit_range, record
from gqlspaces.features.records.numbers import first_of, last_of
from gqlspaces.features.records.state import SheetState

_OPEN = and_(
    commit.c.completed_at.is_(None), commit.c.n.between(bindparam("first"), bindparam("last"))
)
_COUNT_OPEN = select(func.count(), func.min(commit.c.created_at)).where(_OPEN)
_OVERDUE = (
    select(commit.c.n).where(_OPEN, commit.c.created_at <= bindparam("before")).order_by(commit.c.n)
)
_COMPLETE = (
    update(commit)
    .where(commit.c.n == bindparam("b_n"), commit.c.completed_at.is_(None))
    .values(
        completed_at=bindparam("b_at", type_=commit.c.completed_at.type),
        completed_by=bindparam("b_by"),
    )
)
_BY_NUMBER = select(commit).where(commit.c.n.in_(bindparam("numbers", expanding=True)))


def bounds(state: SheetState) -> dict[str, int]:
    """Give the lowest and highest number of anything in a Sheet."""
    return {"first": first_of(state.number), "last": last_of(state.number)}


def find_commits(connection: Connection, numbers: Sequence[int]) -> dict[int, Any]:
    """Give the commits with these numbers."""
    rows = connection.execute(_BY_NUMBER, {"numbers": list(numbers)})
    return {row.n: row for row in rows}


def open_commits(connection: Connection, state: SheetState) -> tuple[int, datetime | None]:
    """Give how many commits of a Sheet are not completed, and when the oldest was made."""
    count, oldest = connection.execute(_COUNT_OPEN, bounds(state)).one()
    return count, oldest


def overdue(connection: Connection, state: SheetState, before: datetime) -> list[int]:
    """Give the commits made until a moment that are not completed."""
    return list(connection.scalars(_OVERDUE, bounds(state) | {"before": before}))


def complete(connection: Connection, n: int, *, by: str, at: datetime) -> bool:
    """Complete a commit; False when it was completed before."""
    return connection.execute(_COMPLETE, {"b_n": n, "b_by": by, "b_at": at}).rowcount == 1


def of_commit(n: int) -> Select[Any]:
    """Make the statement over the records that a commit created or changed."""
    return select(record).where(_in_ranges(commit_range.c.commit_n == n, ("c", "u")))


def since_commit(n: int) -> Select[Any]:
    """Make the statement over records created, changed or judged anew after a commit."""
    later = and_(commit_range.c.commit_n > n, commit_range.c.commit_n <= n | last_of(0))
    return select(record).where(_in_ranges(later, ("c", "u", "r")))


def _in_ranges(commits: Any, kinds: Sequence[str]) -> Any:
    touched = and_(commits, commit_range.c.kind.in_(kinds))
    inside = exists().where(touched, record.c.n.between(commit_range.c.first, commit_range.c.last))
    # Without these bounds every record of the Sheet is looked at, for a commit of one.
    lowest = select(func.min(commit_range.c.first)).where(touched).scalar_subquery()
    highest = select(func.max(commit_range.c.last)).where(touched).scalar_subquery()
    return and_(record.c.n.between(lowest, highest), inside)
