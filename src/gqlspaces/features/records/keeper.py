"""Seeing to it that what Spaces hold follows from what the main database says.

What was deleted there is deleted here, records are judged anew when their Sheet's Blueprint
changed, and commits that nobody completes in time are completed. What a crash interrupts is found
again at the next start: a Sheet remembers up to which version of its Space it was looked after.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, select, update

from gqlspaces.features.jobs.model import Job, JobStatus
from gqlspaces.features.records import commits
from gqlspaces.features.records.desk import STRUCTURES, Desk
from gqlspaces.features.records.model import SheetData
from gqlspaces.features.records.projection import TO_SETTLE
from gqlspaces.features.records.purge import disown, forget_sheet
from gqlspaces.features.records.revalidation import (
    HOLDER,
    OPERATION,
    Errand,
    order_revalidation,
    run_errand,
    take_errand,
)
from gqlspaces.features.records.rulebook import Rulebooks
from gqlspaces.features.records.state import SheetState, all_states
from gqlspaces.features.records.structure import WorkbookStructure
from gqlspaces.features.records.writing import Writing
from gqlspaces.features.sheets.model import Sheet
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import UtcDateTime, table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.recorder import Touched

logger = logging.getLogger(__name__)

_KEPT: Final = frozenset({"wb", "sh", "fd"})

_spaces, _sheets, _data, _jobs = table(Space), table(Sheet), table(SheetData), table(Job).c
_SHEETS = select(_sheets.c.id).where(_sheets.c.space_id == bindparam("space"))
_SHEET = select(_sheets.c.id).where(_sheets.c.id == bindparam("sheet"))
_SETTLED = (
    update(_data).where(_data.c.space_id == bindparam("space")).values(settled=bindparam("version"))
)
_UNSETTLED = select(_spaces.c.environment_id, _spaces.c.id).where(
    _spaces.c.id.in_(bindparam("held", expanding=True)),
    ~exists().where(_data.c.space_id == _spaces.c.id, _data.c.settled >= _spaces.c.version),
)
_DUE = (
    select(_sheets.c.environment_id, _sheets.c.id)
    .join_from(_data, _sheets, _data.c.sheet_id == _sheets.c.id)
    .where(_data.c.due_at <= bindparam("now", type_=UtcDateTime))
    .limit(1000)
)
_MARKED = (
    select(_spaces.c.environment_id, _spaces.c.id)
    .where(exists().where(_data.c.space_id == _spaces.c.id, _data.c.settled == TO_SETTLE))
    .limit(1000)
)
_LEFT = (
    select(_jobs.environment_id, _jobs.id)
    .where(_jobs.operation == OPERATION, _jobs.managed.is_(True), _jobs.status == JobStatus.READY)
    .limit(1000)
)


class Keeper:
    """Follows every change of structure, and works off what it finds one after the other."""

    def __init__(self, *, interval: float = 5.0) -> None:
        self._interval = interval
        self._errands: deque[Errand] = deque()
        self._woken = asyncio.Event()

    async def follow(
        self, database: Database, principal: Principal, touched: Sequence[Touched]
    ) -> None:
        """Do what follows from a change of the main database that is durable now."""
        spaces = set()
        for entity, change in touched:
            if entity.prefix == "sp" and change.kind == "deleted":
                await database.own.drop(entity.id)
            elif entity.prefix in _KEPT:
                spaces.add(entity.space_id)  # type: ignore[attr-defined]  # a part of a Space
        for space_id in sorted(spaces):
            await self.settle(database, principal.environment_id, space_id)

    async def settle(self, database: Database, environment_id: str, space_id: str) -> None:
        """Bring a Space's records in line with its Sheets, as far as they are not."""
        if not await database.own.exists(space_id):
            return
        space = await database.reader(Principal(environment_id, HOLDER)).find(Space, space_id)
        version = space.version if space else 0
        states = await database.own.read(space_id, all_states)
        rows = await database.fetch(_SHEETS, {"space": space_id}) if states else ()
        present = {row.id for row in rows}
        for state in states:
            if state.sheet_id not in present:
                await _forget(database, space_id, state)
        principal = Principal(environment_id, HOLDER)
        full = [s.sheet_id for s in states if s.total and s.sheet_id in present]
        for sheet_id in await _outdated(database, principal, space_id, full):
            await self._order(database, principal, sheet_id)
        async with database.maintenance() as connection:
            await connection.execute(_SETTLED, {"space": space_id, "version": version})

    async def catch_up(self, database: Database) -> None:
        """Settle the Spaces that a crash kept from being settled."""
        rows = await database.fetch(_UNSETTLED, {"held": sorted(await database.own.all())})
        for row in rows:
            await self.settle(database, row.environment_id, row.id)

    async def run(self, database: Database) -> None:
        """Work for ever; what fails is tried again at a later turn."""
        behind = True
        while True:
            self._woken.clear()
            try:
                if behind:
                    await self.catch_up(database)
                    behind = False
                await self.turn(database)
            except Exception:
                logger.exception("keeping records in order failed; trying again at the next turn")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval):
                    await self._woken.wait()

    async def turn(self, database: Database) -> None:
        """Do all there is to do now."""
        await complete_overdue(database)
        for row in await database.fetch(_MARKED, {}):
            await self.settle(database, row.environment_id, row.id)
        for row in await database.fetch(_LEFT, {}):
            await self._take(database, row.environment_id, row.id)
        while self._errands:
            errand = self._errands.popleft()
            await run_errand(database, errand)
            # A change while the Job was ending found it still open.
            await self._order(database, Principal(errand.environment_id, HOLDER), errand.sheet_id)

    async def _order(self, database: Database, principal: Principal, sheet_id: str) -> None:
        with suppress(NotFound):
            structure = await Desk(database, principal, HOLDER).structure(sheet_id)
            space_id = structure.sheet.space_id
            if not await _outdated(database, principal, space_id, [sheet_id]):
                return
            async with database.transaction(principal, actor_id=HOLDER) as tx:
                errand = await order_revalidation(tx, sheet_id)
            self._take_on(errand)

    async def _take(self, database: Database, environment_id: str, job_id: str) -> None:
        with suppress(NotFound):
            async with database.transaction(Principal(environment_id, HOLDER)) as tx:
                job = await tx.find(Job, job_id)
                errand = take_errand(job, tx) if job.status == JobStatus.READY else None
            self._take_on(errand)

    def _take_on(self, errand: Errand | None) -> None:
        if errand is not None:
            self._errands.append(errand)
            self._woken.set()


async def complete_overdue(database: Database) -> int:
    """Complete the commits that listeners had their time for; give how many."""
    completed = 0
    for row in await database.fetch(_DUE, {"now": await database.now()}):
        desk = Desk(database, Principal(row.environment_id, HOLDER), HOLDER)
        with suppress(NotFound):
            structure = await desk.structure(row.id)
            timeout = structure.commit_timeout

            def work(writing: Writing, timeout: int | None = timeout) -> int:
                if timeout is None:
                    return 0
                before = writing.now - timedelta(seconds=timeout)
                for n in commits.overdue(writing.connection, writing.state, before):
                    writing.complete(n, by=HOLDER)
                return len(writing.completed)

            completed += await desk.maintain(row.id, work)
    return completed


async def _forget(database: Database, space_id: str, state: SheetState) -> None:
    done = False
    async with database.own.write(space_id) as own:
        # A Sheet may come back under its id, and then hold what is not to be forgotten.
        if await database.fetch(_SHEET, {"sheet": state.sheet_id}):
            return
        await own.run(lambda connection: disown(connection, state))
    while not done:
        async with database.own.write(space_id) as own:
            # Others may forget it too, and a new Sheet then takes its number.
            done = await own.run(lambda one: not disown(one, state) or forget_sheet(one, state))


async def _outdated(
    database: Database, principal: Principal, space_id: str, sheet_ids: Sequence[str]
) -> list[str]:
    """Give those Sheets whose records were judged by other rules than those of now."""
    reader = database.reader(principal)
    around: dict[str, WorkbookStructure] = {}
    for sheet_id in sheet_ids:
        with suppress(NotFound):
            around[sheet_id] = (await STRUCTURES.of_sheet(reader, sheet_id)).around
    return await database.own.read(space_id, lambda one: _differing(one, around)) if around else []


def _differing(connection: Connection, around: Mapping[str, WorkbookStructure]) -> list[str]:
    books: dict[str, Any] = {}
    found = []
    for sheet_id, structure in around.items():
        book = books.setdefault(structure.workbook.id, Rulebooks(connection, structure))
        state = book.state(sheet_id)
        if state is not None and state.total and book.of(sheet_id).rules.digest != state.digest:
            found.append(sheet_id)
    return found
