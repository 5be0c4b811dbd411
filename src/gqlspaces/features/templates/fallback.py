"""What happens when nobody answers: Spaces that no listener configures in time.

A Job to configure a Space that was never taken ends after the time that its App allows: well, when
the App has a Blueprint or a template for a Space that is empty, and else with a message for people.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import bindparam, exists, or_, select

from gqlspaces.features.apps.model import App
from gqlspaces.features.blueprints.service import blueprint_in
from gqlspaces.features.jobs.model import Job, JobStatus, JobType
from gqlspaces.features.jobs.service import order, steps
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.templates.service import Unusable, give, origin_of, start_of
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database, repeated
from gqlspaces.kernel.entity import EPOCH, UtcDateTime, table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.transaction import Transaction

logger = logging.getLogger(__name__)

SYSTEM: Final = "system"

PATIENCE: Final = 60
"""For how many seconds a listener is waited for where the App does not say."""

_NOTHING_THERE: Final = "The App has neither a Blueprint nor a template to use in its place."
_UNTOUCHED: Final = "What it has stays as it is."
_PAGE: Final = 1000
_jobs, _spaces, _apps = table(Job).c, table(Space).c, table(App).c
_templates = table(Space).alias("template")
_HAS_TEMPLATE = exists().where(
    _templates.c.app_id == _apps.id, _templates.c.is_app_template, _templates.c.id != _spaces.id
)
_WAITING = (
    select(_jobs.environment_id, _jobs.id, _jobs.updated_at, _apps.configure_timeout)
    .join_from(table(Job), table(Space), _spaces.id == _jobs.space_id)
    .join(table(App), _apps.id == _spaces.app_id)
    .where(
        _jobs.status == JobStatus.READY,
        _jobs.type == JobType.SPACE,
        _jobs.operation == "configure",
        _jobs.attempt == 0,
        _jobs.id > bindparam("last"),
        _jobs.updated_at <= bindparam("before", type_=UtcDateTime),
        or_(_apps.configure_timeout.is_not(None), _apps.blueprint.is_not(None), _HAS_TEMPLATE),
    )
    .order_by(_jobs.id)
    .limit(_PAGE)
)


async def fall_back(database: Database, *, since: datetime = EPOCH) -> int:
    """End every Job whose time is over, each in its own transaction; give how many ended.

    Nobody could take a Job before ``since``: for older ones the time counts from then.
    """
    ended = 0
    async for row in _overdue(database, since):
        try:
            ended += await repeated(partial(_answer, database, row.environment_id, row.id))
        except NotFound:
            logger.info("job %s is gone, and with it what it was to configure", row.id)
        except Exception:
            logger.exception("configuring by job %s failed; trying again later", row.id)
    return ended


async def _overdue(database: Database, since: datetime) -> AsyncIterator[Any]:
    now = await database.now()
    last = ""
    while True:
        rows = await database.fetch(_WAITING, {"last": last, "before": now})
        for row in rows:
            if _is_over(max(row.updated_at, since), row.configure_timeout, now):
                yield row
        if len(rows) < _PAGE:
            return
        last = rows[-1].id


def _is_over(since: datetime, timeout: int | None, now: datetime) -> bool:
    # A Job that nobody took has not changed since it became ready.
    return now - since >= timedelta(seconds=timeout or PATIENCE)


async def _answer(database: Database, environment_id: str, id: str) -> bool:
    principal = Principal(environment_id, SYSTEM)
    try:
        async with database.transaction(principal, actor_id=id) as tx:
            return await _configure(tx, id)
    except Unusable as error:
        refusal = error.message
    async with database.transaction(principal, actor_id=id) as tx:
        found = await _still_waiting(tx, id)
        if found is not None:
            job, _space, app = found
            _fail(tx, job, f"{_nobody(app)} {refusal}")
        return found is not None


async def _configure(tx: Transaction, id: str) -> bool:
    """Configure the Space of a Job from its App, or let the Job fail; False when it was taken."""
    found = await _still_waiting(tx, id)
    if found is None:
        return False
    job, space, app = found
    start = await start_of(tx, app, besides=space)
    if start is None:
        _fail(tx, job, f"{_nobody(app)} {_NOTHING_THERE}")
        return True
    if await _has_structure(tx, space):
        # Somebody asked for it to be configured anew; that is not worth what is there.
        _fail(tx, job, f"{_nobody(app)} {_UNTOUCHED}")
        return True
    await give(tx, app, space, start)
    space.created_from = space.created_from or start.template_id
    job.managed, job.started_at = True, tx.now
    job.info = f"{_nobody(app)} It was configured from {origin_of(app, start)}."
    steps.end(job, JobStatus.COMPLETE, tx.now)
    await order.release_successors(tx, job)
    return True


async def _still_waiting(tx: Transaction, id: str) -> tuple[Job, Space, App] | None:
    """Give a Job with its Space and App, locked; None when it does not wait, or not any more."""
    job, parent = await order.find_with_parent(tx, id)
    is_waiting = job.status == JobStatus.READY and job.attempt == 0 and parent is None
    if not is_waiting or job.space_id is None:
        return None
    space = await tx.find(Space, job.space_id)
    if space.app_id is None:
        return None
    app = await tx.find(App, space.app_id)
    return (job, space, app) if _is_over(job.updated_at, app.configure_timeout, tx.now) else None


async def _has_structure(tx: Transaction, space: Space) -> bool:
    present = await blueprint_in(tx, space)
    return any(present[name] for name in ("workbooks", "documents", "actions"))


def _fail(tx: Transaction, job: Job, message: str) -> None:
    job.outcome = {"acknowledge": True, "message": message, "hideDefaultButton": False}
    job.info = message
    job.managed = True
    steps.end(job, JobStatus.FAILED, tx.now)


def _nobody(app: App) -> str:
    seconds = app.configure_timeout or PATIENCE
    return f"No listener configured this {app.entity} within {seconds} seconds."


class Fallback:
    """Looks every ``interval`` seconds whether somebody waits in vain."""

    def __init__(self, database: Database, *, interval: float = 5.0) -> None:
        """Prepare to look; ``run`` does it."""
        self._database = database
        self._interval = interval

    async def run(self) -> None:
        """Look for ever; what fails is tried again at the next turn.

        Listeners have their time also for what became ready before this node began.
        """
        since = await self._database.now()
        while True:
            try:
                await fall_back(self._database, since=since)
            except Exception:
                logger.exception("looking for unanswered jobs failed; trying again")
            await asyncio.sleep(self._interval)
