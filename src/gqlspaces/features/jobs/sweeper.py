"""What happens to Jobs when time passes: leases run out, and what was scheduled becomes due."""

import asyncio
import logging
from contextlib import suppress

from sqlalchemy import Select, and_, bindparam, or_, select

from gqlspaces.features.jobs.model import Job, JobStatus
from gqlspaces.features.jobs.service import expire_job, order
from gqlspaces.features.jobs.service.refusals import is_held
from gqlspaces.kernel import idempotency
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import UtcDateTime, table
from gqlspaces.kernel.errors import NotFound

logger = logging.getLogger(__name__)

SYSTEM = "system"
"""Who acts in the events of what the passing of time has done."""

_PAGE = 1000
_jobs = table(Job).c
_NOW = bindparam("now", type_=UtcDateTime)
_DUE: Select[tuple[str, str]] = (
    select(_jobs.environment_id, _jobs.id)
    .where(
        or_(
            and_(_jobs.status == JobStatus.EXECUTING, _jobs.lease_until <= _NOW),
            and_(_jobs.status == JobStatus.SCHEDULED, _jobs.available_at <= _NOW),
        )
    )
    .limit(_PAGE)
)


async def sweep(database: Database) -> int:
    """Move every Job on whose time has come, each in its own transaction; give how many moved.

    Nodes may sweep at the same moment: each looks again at the locked row.
    """
    moved = 0
    for row in await database.fetch(_DUE, {"now": await database.now()}):
        try:
            moved += await _move_on(database, Principal(row.environment_id, SYSTEM), row.id)
        except Exception:
            logger.exception("moving job %s on failed; trying again at the next sweep", row.id)
    return moved


async def _move_on(database: Database, principal: Principal, id: str) -> bool:
    with suppress(NotFound):
        async with database.transaction(principal) as tx:
            job, parent = await order.find_with_parent(tx, id)
            if job.status == JobStatus.EXECUTING and not is_held(job, tx.now):
                await expire_job(tx, job, parent)
                return True
            if job.status == JobStatus.SCHEDULED and (job.available_at or tx.now) <= tx.now:
                job.status, job.available_at = JobStatus.READY, None
                return True
    return False


class Sweeper:
    """Sweeps every ``interval`` seconds, and at once when it is woken."""

    def __init__(self, database: Database, *, interval: float = 5.0) -> None:
        """Prepare to sweep; ``run`` does it."""
        self.database = database
        self.interval = interval
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Sweep for ever; what fails is tried again at the next turn."""
        while True:
            self.woken.clear()
            try:
                await sweep(self.database)
                await idempotency.forget(self.database)
            except Exception:
                logger.exception("a sweep failed; trying again at the next turn")
            with suppress(TimeoutError):
                async with asyncio.timeout(self.interval):
                    await self.woken.wait()
