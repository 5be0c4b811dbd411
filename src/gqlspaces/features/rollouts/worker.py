"""Taking rollouts along: one Space after the other, while this node runs."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress

from sqlalchemy import select

from gqlspaces.features.jobs.model import Job, JobStatus, JobType
from gqlspaces.features.rollouts.model import Rollout, RolloutStatus
from gqlspaces.features.rollouts.service import HOLDER
from gqlspaces.features.rollouts.step import take_again, take_step
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import Entity, table
from gqlspaces.kernel.recorder import Touched

logger = logging.getLogger(__name__)

_rollouts = table(Rollout).c
_RUNNING = (
    select(_rollouts.environment_id, _rollouts.id, _rollouts.created_by)
    .where(_rollouts.status == RolloutStatus.RUNNING)
    .order_by(_rollouts.id)
    .limit(1000)
)
_jobs = table(Job).c
_BEGUN_AGAIN = (
    select(_jobs.environment_id, _jobs.id)
    .where(
        _jobs.status == JobStatus.READY,
        _jobs.type == JobType.SPACE,
        _jobs.operation == "rollout",
        _jobs.managed.is_(True),
    )
    .limit(1000)
)


class Rollouts:
    """Works on every rollout that runs, a Space of each in turn.

    It looks for them when one begins here, and every ``interval`` seconds for those that a crash
    or another node left.
    """

    def __init__(self, *, interval: float = 5.0) -> None:
        """Prepare to work; ``run`` does it."""
        self._interval = interval
        self._woken = asyncio.Event()

    async def follow(
        self, _database: Database, _principal: Principal, touched: Sequence[Touched]
    ) -> None:
        """Wake up when a rollout was begun or resumed, or the Job of a Space is ready again."""
        if any(_concerns_us(entity) for entity, _change in touched):
            self._woken.set()

    async def run(self, database: Database) -> None:
        """Work for ever; what fails is tried again at a later turn."""
        while True:
            self._woken.clear()
            try:
                went_on = True
                while went_on:
                    went_on = await self.turn(database)
            except Exception:
                logger.exception("rolling out failed; trying again at the next turn")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval):
                    await self._woken.wait()

    async def turn(self, database: Database) -> bool:
        """Take each rollout one Space further; False when there was none to take."""
        went_on = False
        for row in await database.fetch(_RUNNING, {}):
            principal = Principal(row.environment_id, row.created_by)
            went_on |= await _tried(take_step(database, principal, row.id), row.id)
        for row in await database.fetch(_BEGUN_AGAIN, {}):
            principal = Principal(row.environment_id, HOLDER)
            await _tried(take_again(database, principal, row.id), row.id)
        return went_on


async def _tried(step: Awaitable[bool], id: str) -> bool:
    try:
        return await step
    except Exception:
        logger.exception("a step of %s failed; trying again later", id)
        return False


def _concerns_us(entity: Entity) -> bool:
    if isinstance(entity, Job):
        return entity.operation == "rollout" and entity.status == JobStatus.READY
    return isinstance(entity, Rollout)
