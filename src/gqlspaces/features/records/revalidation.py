"""Judging the records of a Sheet anew after its Blueprint changed: a Job with progress.

First every record gets the entries that the new rules ask for, then every record is judged: until
all have their entries, nobody knows which values are there twice. Others write in between.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import select

from gqlspaces.features.jobs.model import Job, JobStatus, JobType
from gqlspaces.features.jobs.service import complete_job, create_job, fail_job, update_job
from gqlspaces.features.jobs.service.steps import take
from gqlspaces.features.records import index, sort_index
from gqlspaces.features.records.desk import Desk
from gqlspaces.features.records.model import record
from gqlspaces.features.records.selection import in_sheet
from gqlspaces.features.records.table import Row
from gqlspaces.features.records.writing import CHUNK, Writing
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import DomainError, ErrorCode, NotFound
from gqlspaces.kernel.transaction import Transaction

logger = logging.getLogger(__name__)

OPERATION: Final = "revalidate"
HOLDER: Final = "gqlspaces"
LEASE_SECONDS: Final = 60

_jobs = table(Job).c
_STEPS: Final = 2  # entries, then messages


@dataclass(frozen=True, slots=True)
class Errand:
    """A revalidation that this node holds."""

    environment_id: str
    sheet_id: str
    job_id: str
    lease: str


async def order_revalidation(tx: Transaction, sheet_id: str) -> Errand | None:
    """Make the Job, held at once by this node; None when the Sheet has one that is not done."""
    open_jobs = select(Job).where(
        _jobs.source_id == sheet_id,
        _jobs.operation == OPERATION,
        _jobs.managed.is_(True),
        _jobs.status.in_([JobStatus.READY, JobStatus.EXECUTING]),
    )
    if await tx.first(Job, open_jobs) is not None:
        return None
    job = await create_job(
        tx,
        type=JobType.SHEET,
        operation=OPERATION,
        source_id=sheet_id,
        managed=True,
        max_attempts=100,
        info="The Blueprint changed: records are judged anew.",
    )
    return take_errand(job, tx)


def take_errand(job: Job, tx: Transaction) -> Errand:
    """Hold a Job that is ready."""
    take(job, HOLDER, LEASE_SECONDS, tx.now)
    return Errand(job.environment_id, job.source_id, job.id, job.lease or "")


async def run_errand(database: Database, errand: Errand) -> None:
    """Judge all records of the Sheet by its rules as they are now, and complete the Job."""
    principal = Principal(errand.environment_id, HOLDER)
    desk = Desk(database, principal, errand.job_id)

    async def report(done: int, total: int) -> None:
        async with database.transaction(principal, actor_id=errand.job_id) as tx:
            said = {"progress": min(99, 100 * done // max(1, total))}
            await update_job(tx, id=errand.job_id, lease=errand.lease, said=said)

    try:
        seen, differing = await _Pass(desk, errand.sheet_id, report).run()
        info = f"{seen} records were judged anew; {differing} changed their messages."
    except NotFound:
        info = "The Sheet is gone."
    except DomainError as error:
        if error.code not in {ErrorCode.LEASE_LOST, ErrorCode.JOB_CANCELED}:
            raise
        logger.info("revalidation %s is not ours any more: %s", errand.job_id, error.message)
        return
    except Exception:
        async with database.transaction(principal, actor_id=errand.job_id) as tx:
            said = {"info": "A bug stopped it; the log says more."}
            await fail_job(tx, id=errand.job_id, lease=errand.lease, said=said, retry=True)
        raise
    async with database.transaction(principal, actor_id=errand.job_id) as tx:
        await complete_job(tx, id=errand.job_id, lease=errand.lease, said={"info": info})


_Chunk: TypeAlias = tuple[int, int, int, int]
"""How many records were seen, the last of them, how many differ, and how many there are."""


class _Pass:
    """Going over all records twice, from the beginning again when the rules change meanwhile."""

    def __init__(self, desk: Desk, sheet_id: str, report: Callable[[int, int], Any]) -> None:
        self._desk = desk
        self._sheet_id = sheet_id
        self._report = report
        self._digest: str | None = None
        self._done = 0
        self._told = 0

    async def run(self) -> tuple[int, int]:
        """Give how many records there were, and how many have other messages now."""
        while True:
            self._digest, self._done, self._told = None, 0, 0
            indexed = await self._over(_enter)
            different = await self._over(_judge) if indexed is not None else None
            if indexed is None or different is None:
                continue
            if await self._desk.maintain(self._sheet_id, self._settle):
                return self._done // _STEPS, different

    async def _over(self, step: Callable[[Writing, list[Row]], int]) -> int | None:
        """Do a step chunk by chunk; None when the rules changed meanwhile."""
        after, found = -1, 0
        while True:
            work: Any = partial(self._do, step=step, after=after)
            chunk: tuple[int, int, int, int] | None = await self._desk.maintain(
                self._sheet_id, work
            )
            if chunk is None:
                return None
            seen, last, different, total = chunk
            found += different
            self._done += seen
            await self._tell(_STEPS * total)
            if seen < CHUNK:
                return found
            after = last

    def _do(self, writing: Writing, *, step: Any, after: int) -> _Chunk | None:
        digest = writing.rulebook.rules.digest
        if self._digest not in {None, digest}:
            return None
        self._digest = digest
        page = select(record).where(in_sheet(writing.state), record.c.n > after)
        found = writing.connection.execute(page.order_by(record.c.n).limit(CHUNK)).mappings()
        rows = [dict(row) for row in found]
        different = step(writing, rows) if rows else 0
        return len(rows), rows[-1]["n"] if rows else after, different, writing.state.total

    def _settle(self, writing: Writing) -> bool:
        """Note that everything is judged, and take out what only older rules had entered."""
        rulebook = writing.rulebook
        if rulebook.rules.digest != self._digest:
            return False
        alive = set(rulebook.numbers.values())
        for name, number in list(rulebook.state.rules.items()):
            if number not in alive:
                index.forget(writing.connection, number, number)
                del rulebook.state.rules[name]
        sort_index.align(writing.connection, rulebook)
        rulebook.state.digest = rulebook.rules.digest
        return True

    async def _tell(self, of: int) -> None:
        percent = 100 * self._done // max(1, of)
        if percent > self._told:
            self._told = percent
            await self._report(self._done, of)


def _enter(writing: Writing, rows: list[Row]) -> int:
    """Give records the form and the entries of the rules of now."""
    rules = writing.rulebook.rules
    writing.renew([(row, rules.converted(row["values"])) for row in rows])
    return 0


def _judge(writing: Writing, rows: list[Row]) -> int:
    return writing.recheck(rows)
