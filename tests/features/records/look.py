"""All that there is to see of a Sheet's records and history, read at one moment."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from features.records.expected import KINDS, Told
from gqlspaces.features.records.model import LOCAL_BITS, commit
from gqlspaces.features.records.numbers import (
    commit_id,
    first_of,
    last_of,
    local_number,
    snapshot_id,
)
from gqlspaces.features.records.reading.numbered import Stretch
from gqlspaces.features.records.reading.order import Sorting
from gqlspaces.features.records.reading.page import Wanted, read_page
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.reading.snapshots import read_changes
from gqlspaces.features.records.reading.view import RecordView
from gqlspaces.features.records.selection import Selection
from gqlspaces.features.records.snapshots import RecordChange, counted

ALL = Wanted(1000)
EVERY = Stretch(1000, newest_first=False)


@dataclass(frozen=True)
class Seen:
    """A record."""

    values: Any
    told: list[Told]
    valid: bool
    meta: Any
    readonly: bool


@dataclass
class Look:
    """What a Sheet was seen to be; commits and snapshots stand in their order from 0."""

    total: int
    valid: int
    records: dict[int, Seen]
    commits: list[tuple[int, int, int, bool, int | None]]
    of_commit: dict[int, list[int]]
    since: dict[int, set[int]]
    differences: dict[int, dict[str, set[int]]]
    counts: dict[int, dict[str, int]]


def look_at(sheet: OpenSheet, *, commits: range, snapshots: range) -> Look:
    """Read all records, and what these commits and snapshots say of them."""
    every = read_page(sheet, Selection(), Sorting(), ALL)
    return Look(
        total=sheet.state.total,
        valid=sheet.state.valid,
        records={local(view.n): _seen(view) for view in every.records},
        commits=_commits(sheet),
        of_commit={n: _numbers(sheet, commit_id=commit_id(sheet.id, n + 1)) for n in commits},
        since={
            n: set(_numbers(sheet, since_commit_id=commit_id(sheet.id, n + 1))) for n in commits
        },
        differences={n: _difference(sheet, n + 1) for n in snapshots},
        counts=_counts(sheet, snapshots),
    )


def local(n: int) -> int:
    """Give the number within the Sheet."""
    return n & ((1 << LOCAL_BITS) - 1)


def _seen(view: RecordView) -> Seen:
    told = [(one.get("field"), one["type"], one["source"]) for one in view.messages]
    return Seen(view.values, told, view.valid, view.meta, view.readonly)


def _numbers(sheet: OpenSheet, **chosen: Any) -> list[int]:
    page = read_page(sheet, Selection(**chosen), Sorting(), ALL)
    return [local(view.n) for view in page.records]


def _commits(sheet: OpenSheet) -> list[Any]:
    first = first_of(sheet.state.number)
    mine = commit.c.n.between(first, last_of(sheet.state.number))
    return [
        (
            row["created"],
            row["updated"],
            row["deleted"],
            row["completed_at"] is not None,
            row["answers"] and local(row["answers"]),
        )
        for row in sheet.rows(select(commit).where(mine).order_by(commit.c.n))
    ]


def _difference(sheet: OpenSheet, number: int) -> dict[str, set[int]]:
    id = snapshot_id(sheet.id, number)
    found: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for one in read_changes(sheet, id, list(RecordChange), stretch=EVERY):
        found[one.change.value].add(local_number(one.record_id, "rc", sheet.id) or 0)
    return found


def _counts(sheet: OpenSheet, snapshots: range) -> dict[int, dict[str, int]]:
    first = first_of(sheet.state.number)
    numbers = [first + n + 1 for n in snapshots]
    rows = sheet.rows(counted(numbers, sheet.state, sheet.layout, sheet.dialect))
    return {local(row["n"]) - 1: {kind: int(row[kind]) for kind in KINDS} for row in rows}
