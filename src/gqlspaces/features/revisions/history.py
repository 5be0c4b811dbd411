"""Reading how Spaces looked: copies of them at any of their versions."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, func, select

from gqlspaces.features.blueprints.document import PARTS, Reading
from gqlspaces.features.revisions.anatomy import (
    Document,
    anatomy_of,
    applied,
    columns_of,
    rows_of,
)
from gqlspaces.features.revisions.model import SNAPSHOT_EVERY, Revision
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.reader import Reader

Fetch: TypeAlias = Callable[[Select[Any]], Awaitable[Sequence[Any]]]
"""Runs a statement over revisions of a Space that the caller may see."""

NOTHING: Final[Mapping[str, Any]] = {
    "workbooks": [],
    "documents": [],
    "actions": [],
    "space": {"labels": []},
}
"""The Blueprint of a Space before there was one."""

_revisions = table(Revision)
_NOUNS: Final = [kind.prefix for kind in PARTS]


@dataclass(frozen=True, slots=True)
class Moment:
    """A Space as it was at one of its versions."""

    number: int
    anatomy: Document

    @property
    def blueprint(self) -> dict[str, Any]:
        """The structure it had, as the document that builds it again."""
        found: dict[str, list[SimpleNamespace]] = {noun: [] for noun in _NOUNS}
        for noun, columns in rows_of(self.anatomy):
            found[noun].append(SimpleNamespace(**columns))
        for rows in found.values():
            rows.sort(key=lambda row: (row.position, row.id))
        space = SimpleNamespace(**columns_of(self.anatomy))
        return Reading(*(found[noun] for noun in _NOUNS)).document(space)


async def moments(fetch: Fetch, space_id: str, first: int, last: int) -> dict[int, Moment]:
    """Give the Space at each of its versions from ``first`` to ``last`` that is on record."""
    columns = _revisions.c
    mine = columns.space_id == space_id
    whole = select(func.max(columns.number)).where(
        mine, columns.snapshot.is_not(None), columns.number <= first
    )
    start = func.coalesce(whole.scalar_subquery(), first)
    statement = select(columns.number, columns.changes, columns.snapshot).where(
        mine, columns.number.between(start, last)
    )
    rows = await fetch(statement.order_by(columns.number))
    return {one.number: one for one in _replayed(rows) if one.number >= first}


async def moment_at(
    reader: Reader, space_id: str, number: int | None, *, path: tuple[str, ...]
) -> Moment:
    """Give a Space as it was at a version, or as it is, or raise NotFound."""
    if number is None:
        found = await newest(reader, space_id)
    else:
        found = (await moments(_reading(reader), space_id, number, number)).get(number)
    if found is None:
        msg = f"There is no Space {space_id!r}" + ("" if number is None else " at this version.")
        raise NotFound(msg, path=(*path, "spaceId" if number is None else "number"))
    return found


async def load_steps(
    reader: Reader, keys: Sequence[str]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Give the Blueprints before and after each revision, named by its Space and its number."""
    wanted = [(space_id, int(number)) for space_id, number in (key.split(" ") for key in keys)]
    numbers: dict[str, list[int]] = {}
    for space_id, number in wanted:
        numbers.setdefault(space_id, []).append(number)
    found = {id: await _blueprints(reader, id, asked) for id, asked in numbers.items()}
    return [
        (found[id].get(number - 1, NOTHING), found[id].get(number, NOTHING))
        for id, number in wanted
    ]


async def _blueprints(
    reader: Reader, space_id: str, numbers: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Give the Blueprints at some versions and at those before them, as far as on record."""
    found = {}
    for run in _runs(numbers):
        known = await moments(_reading(reader), space_id, run[0] - 1, run[-1])
        for number in {one for last in run for one in (last - 1, last)} & known.keys():
            # Each is work without a pause: a long list must let others in.
            await asyncio.sleep(0)
            found[number] = known[number].blueprint
    return found


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Split versions where more lie between two than a read from a snapshot has to pass."""
    run: list[int] = []
    for number in sorted(numbers):
        if run and number - run[-1] > SNAPSHOT_EVERY:
            yield run
            run = []
        run.append(number)
    yield run


def _reading(reader: Reader) -> Fetch:
    return partial(reader.scoped_rows, entity=Revision, parameters={})


async def newest(reader: Reader, space_id: str) -> Moment | None:
    """Give the Space as it is, or None where the caller sees none."""
    columns = _revisions.c
    mine = columns.space_id == space_id
    whole = select(func.max(columns.number)).where(mine, columns.snapshot.is_not(None))
    statement = select(columns.number, columns.changes, columns.snapshot).where(
        mine, columns.number >= whole.scalar_subquery()
    )
    rows = await reader.scoped_rows(statement.order_by(columns.number), Revision, {})
    known = list(_replayed(rows))
    return known[-1] if known else await _read(reader, space_id)


async def _read(reader: Reader, space_id: str) -> Moment | None:
    """Read a Space that has not changed since histories are kept."""
    space = await reader.find(Space, space_id)
    while space is not None:
        lists = [
            await reader.children(kind, by="space_id", order=("id",), keys=[space_id])
            for kind in PARTS
        ]
        seen, space = space, await reader.find(Space, space_id)
        if space is not None and space.version == seen.version:
            return Moment(
                space.version, anatomy_of([space, *(r for [rows] in lists for r in rows)])
            )
    return None


def _replayed(rows: Sequence[Any]) -> Iterator[Moment]:
    anatomy: Document | None = None
    for row in rows:
        if row.snapshot is not None:
            anatomy = row.snapshot
        elif anatomy is not None:
            anatomy = applied(anatomy, row.changes)
        if anatomy is not None:
            yield Moment(row.number, anatomy)
