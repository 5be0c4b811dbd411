"""One write to the records of a Sheet: rows, index entries, messages, counts, and one commit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from gqlspaces.features.records import commits
from gqlspaces.features.records.conditions.dialect import DialectName
from gqlspaces.features.records.conditions.dialects import dialect_name
from gqlspaces.features.records.model import commit, commit_range, record
from gqlspaces.features.records.numbers import ranges, record_id
from gqlspaces.features.records.review import MOST_LINKED, Review
from gqlspaces.features.records.rulebook import Rulebook, Rulebooks
from gqlspaces.features.records.state import SheetState
from gqlspaces.features.records.table import Row, delete_rows, insert_rows, update_rows
from gqlspaces.features.records.topics import LISTED, Told

CHUNK: Final = 1000
"""How many records are in memory at once when a write goes over many."""

_ROWS = select(record).where(record.c.n.in_(bindparam("numbers", expanding=True)))


@dataclass(slots=True)
class Draft:
    """A record before and after a write; ``before`` is None for a new one."""

    n: int
    before: Row | None
    values: list[Any]
    custom: list[dict[str, Any]]
    meta: dict[str, Any] | None
    config: dict[str, Any] | None
    changed: list[int] | None
    created_at: datetime | None = None
    """When a new one was first added, if that was before now."""


@dataclass
class Writing:
    """What one write does; ``finish`` makes its commit unless nothing was done.

    Work is done in batches: only one batch of records is in memory, however many are written.
    """

    connection: Connection
    rulebooks: Rulebooks
    rulebook: Rulebook
    now: datetime
    commit_n: int = 0
    touched: dict[str, list[int]] = field(
        default_factory=lambda: {"created": [], "updated": [], "deleted": []}
    )
    reviewed: set[int] = field(default_factory=set)
    cells: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: dict[str, "Writing"] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    answers: int | None = None
    completed: list[int] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    """What is to be told beside the commit."""

    @property
    def state(self) -> SheetState:
        """What is known of the Sheet, kept up to date with every batch."""
        return self.rulebook.state

    @property
    def dialect(self) -> DialectName:
        """Which database it is."""
        return dialect_name(self.connection)

    def rows(self, numbers: Sequence[int]) -> dict[int, Row]:
        """Give the records with these numbers."""
        found: dict[int, Row] = {}
        for start in range(0, len(numbers), CHUNK):
            part = {"numbers": list(numbers[start : start + CHUNK])}
            for row in self.connection.execute(_ROWS, part).mappings():
                found[row["n"]] = dict(row)
        return found

    def store(self, drafts: Sequence[Draft]) -> None:
        """Write new and changed records, and look again at all that they bear on."""
        self._number_commit()
        review = self._review()
        review.entries_changed(
            [(d.n, d.before["values"] if d.before else None, d.values) for d in drafts]
        )
        verdicts = review.verdicts([(d.n, d.values, d.custom) for d in drafts])
        new: list[Row] = []
        changed: list[Row] = []
        for draft in drafts:
            row = self._row(draft, verdicts[draft.n])
            (new if draft.before is None else changed).append(row)
            self.state.valid += row["valid"] - (draft.before is not None and draft.before["valid"])
            if draft.before is not None:
                self._note_cells(draft)
        if new:
            insert_rows(self.connection, new)
            self.state.total += len(new)
            self.touched["created"] += [row["n"] for row in new]
        if changed:
            update_rows(self.connection, changed)
            self.touched["updated"] += [row["n"] for row in changed]
        self._look_again(review, {draft.n for draft in drafts})

    def remove(self, rows: Iterable[Row]) -> None:
        """Delete records, and look again at all that they bear on."""
        going = list(rows)
        self._number_commit()
        review = self._review()
        review.entries_changed([(row["n"], row["values"], None) for row in going])
        delete_rows(self.connection, [row["n"] for row in going])
        self.state.total -= len(going)
        self.state.valid -= sum(row["valid"] for row in going)
        self.touched["deleted"] += [row["n"] for row in going]
        self._look_again(review, {row["n"] for row in going})

    def recheck(self, rows: Sequence[Row]) -> int:
        """Bring entries and messages of records up to the rules of now; give how many differed."""
        review = self._review()
        return self._rewrite(review, rows)

    def renew(self, rows: Sequence[tuple[Row, list[Any]]]) -> None:
        """Enter records into the index again, with their values in the form of the types now."""
        self._review().entries_renewed([(row["n"], row["values"], new) for row, new in rows])
        update_rows(
            self.connection, [{**row, "values": new} for row, new in rows if new != row["values"]]
        )

    def judge(self, numbers: Iterable[int]) -> None:
        """Look at records again whose values are as they were."""
        self._judge(self._review(), numbers)

    def complete(self, n: int, *, by: str) -> None:
        """Complete a commit, unless it is so already."""
        if commits.complete(self.connection, n, by=by, at=self.now):
            self.completed.append(n)

    def finish(self, *, by: str, answers: int | None, completed: bool) -> None:
        """Make the commit of what was done, if anything was."""
        if not self.commit_n:
            return
        self.answers = answers
        counts = {what: len(numbers) for what, numbers in self.touched.items()}
        self.connection.execute(
            insert(commit),
            {
                "n": self.commit_n,
                "created_by": by,
                "created_at": self.now,
                "completed_by": by if completed else None,
                "completed_at": self.now if completed else None,
                "answers": answers,
                **counts,
            },
        )
        kinds = {**self.touched, "reviewed": self.reviewed - self._all_touched()}
        runs = [
            {"commit_n": self.commit_n, "kind": what[0], "first": first, "last": last}
            for what, numbers in kinds.items()
            for first, last in ranges(sorted(set(numbers)))
        ]
        if runs:
            self.connection.execute(insert(commit_range), runs)

    def _number_commit(self) -> None:
        self.commit_n = self.commit_n or self.state.next_commit()

    def _review(self) -> Review:
        return Review(self.connection, self.rulebooks, self.rulebook)

    def _row(self, draft: Draft, verdict: tuple[list[dict[str, Any]], bool]) -> dict[str, Any]:
        messages, valid = verdict
        created_at = draft.before["created_at"] if draft.before else draft.created_at
        return {
            "n": draft.n,
            "values": draft.values,
            "messages": messages or None,
            "meta": draft.meta or None,
            "config": draft.config or None,
            "changed": draft.changed,
            "valid": valid,
            "commit_n": self.commit_n,
            "created_at": created_at or self.now,
            "updated_at": self.now,
        }

    def _look_again(self, review: Review, touched: set[int]) -> None:
        """Judge the records anew that a changed value made unique, equal, linked or unlinked."""
        linked = review.linked()
        too_many = {id for id, numbers in linked.items() if len(numbers) > MOST_LINKED}
        self.stale |= too_many
        near = {n for n in linked.pop(self.state.sheet_id, ()) if n not in touched}
        self._judge(review, review.peers(touched) | near)
        for sheet_id, numbers in linked.items():
            other = self.at(sheet_id)
            if sheet_id not in too_many:
                other.judge(numbers)

    def at(self, sheet_id: str) -> "Writing":
        """Give the same write in another Sheet of the Workbook."""
        if sheet_id not in self.elsewhere:
            rulebook = self.rulebooks.of(sheet_id)
            self.elsewhere[sheet_id] = Writing(self.connection, self.rulebooks, rulebook, self.now)
        return self.elsewhere[sheet_id]

    def _judge(self, review: Review, numbers: Iterable[int]) -> None:
        wanted = sorted(numbers)
        for start in range(0, len(wanted), CHUNK):
            rows = self.rows(wanted[start : start + CHUNK])
            self._rewrite(review, list(rows.values()))

    def _rewrite(self, review: Review, rows: Sequence[Row]) -> int:
        verdicts = review.verdicts([(row["n"], row["values"], row["messages"]) for row in rows])
        different = []
        for row in rows:
            messages, valid = verdicts[row["n"]]
            if (messages or None) != row["messages"] or valid != row["valid"]:
                different.append({**row, "messages": messages or None, "valid": valid})
                self.state.valid += valid - row["valid"]
        if different:
            update_rows(self.connection, different)
            self.reviewed.update(row["n"] for row in different)
        return len(different)

    def _note_cells(self, draft: Draft) -> None:
        """Keep the first changes of cells for the event that tells of them."""
        before = draft.before["values"] if draft.before else []
        for cell in self.rulebook.layout.cells if len(self.cells) < LISTED else ():
            old, new = _at(before, cell.slot), _at(draft.values, cell.slot)
            if old != new or type(old) is not type(new):
                self.cells.append(
                    {
                        "recordId": record_id(self.state.sheet_id, draft.n),
                        "fieldKey": cell.key,
                        "previousValue": old,
                        "newValue": new,
                    }
                )

    def _all_touched(self) -> set[int]:
        return {n for numbers in self.touched.values() for n in numbers}


def pages(
    connection: Connection, statement: Any, *, size: int = CHUNK
) -> Iterator[list[dict[str, Any]]]:
    """Give the rows of a statement over numbers, page by page in their order."""
    number, after = statement.selected_columns.n, -1
    while True:
        page = statement.where(number > after).order_by(number).limit(size)
        rows = [dict(row) for row in connection.execute(page).mappings()]
        if rows:
            yield rows
            after = rows[-1]["n"]
        if len(rows) < size:
            return


def _at(values: Sequence[Any], slot: int) -> Any:
    return values[slot] if slot < len(values) else None
