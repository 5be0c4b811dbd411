"""Which records of a Sheet are meant: by conditions, by ids, or by a commit."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, TextClause, and_, literal_column, select, text

from gqlspaces.features.records import commits
from gqlspaces.features.records.conditions.condition import EVERY
from gqlspaces.features.records.conditions.dialect import DialectName
from gqlspaces.features.records.conditions.search import RecordFilter, asked
from gqlspaces.features.records.conditions.sql import compiled
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.model import record
from gqlspaces.features.records.numbers import commit_number, first_of, last_of, local_number
from gqlspaces.features.records.state import SheetState
from gqlspaces.kernel.errors import DomainError, NotFound

MOST_IDS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """What a caller asks for (domain reference 2.11).

    ``ids`` are the records meant when nothing else is said, and else those left out.
    """

    filter: RecordFilter = RecordFilter.ALL
    filter_field: str | None = None
    search: str | None = None
    search_field: str | None = None
    q: str | None = None
    ids: tuple[str, ...] | None = None
    commit_id: str | None = None
    since_commit_id: str | None = None

    def statement(
        self, state: SheetState, layout: Layout, dialect: DialectName, *, by_number: bool = True
    ) -> Select[Any]:
        """Make the statement over the records chosen; raise BAD_USER_INPUT or NOT_FOUND.

        Without ``by_number`` it is not by their numbers that the Sheet's records are found.
        """
        within = in_sheet(state) if by_number else written_range(state, dialect)
        statement = self._source(state).where(within)
        condition = asked(
            layout,
            filter=self.filter,
            filter_field=self.filter_field,
            search=self.search,
            search_field=self.search_field,
            q=self.q,
        )
        if condition != EVERY:
            statement = statement.where(compiled(condition, layout, dialect))
        if self.ids is None:
            return statement
        listed = record.c.n.in_(self._numbers(state))
        return statement.where(listed if condition == EVERY else ~listed)

    def query(self) -> dict[str, Any]:
        """Give what is said, in the words of the original (domain reference 2.7)."""
        return {
            _WORDS[name]: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != _UNSAID[name]
        }

    def _source(self, state: SheetState) -> Select[Any]:
        if self.commit_id is not None:
            return commits.of_commit(_commit(state, self.commit_id, "commitId"))
        if self.since_commit_id is not None:
            return commits.since_commit(_commit(state, self.since_commit_id, "sinceCommitId"))
        return select(record)

    def _numbers(self, state: SheetState) -> Collection[int]:
        ids = self.ids or ()
        if len(ids) > MOST_IDS:
            msg = f"Give at most {MOST_IDS} ids."
            raise DomainError(msg, path=("ids",), code="BAD_USER_INPUT")
        local = (local_number(id, "rc", state.sheet_id) for id in ids)
        return [first_of(state.number) | number for number in local if number is not None]


_UNSAID: Final = asdict(Selection())
_WORDS: Final = {
    "filter": "filter",
    "filter_field": "filterField",
    "search": "searchValue",
    "search_field": "searchField",
    "q": "q",
    "ids": "ids",
    "commit_id": "commitId",
    "since_commit_id": "sinceCommitId",
}


def in_sheet(state: SheetState) -> ColumnElement[bool]:
    """Limit a statement to the records of a Sheet, in words that a partial index knows."""
    return and_(
        record.c.n >= literal_column(str(first_of(state.number))),
        record.c.n <= literal_column(str(last_of(state.number))),
    )


def written_range(state: SheetState, dialect: DialectName) -> TextClause:
    """Write the limit to the records of a Sheet as indexes for sorting have it.

    SQLite would rather go through all of a range of numbers than use another index; a plus sign
    keeps it from seeing that there is one.
    """
    n = "+n" if dialect == "sqlite" else "n"
    return text(f"{n} >= {first_of(state.number)} AND {n} <= {last_of(state.number)}")


def _commit(state: SheetState, id: str, argument: str) -> int:
    n = commit_number(id, state.sheet_id, state.number, path=(argument,))
    if not 0 < n - first_of(state.number) <= state.commits:
        raise NotFound(f"There is no Commit {id!r} of this Sheet.", path=(argument,))
    return n
