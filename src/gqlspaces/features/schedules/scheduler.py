"""What starts when a period of the clock begins: scheduled Actions, and ``cron`` events."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, or_, select

from gqlspaces.features.listeners.service import wanted
from gqlspaces.features.schedules.model import Cadence, Tick
from gqlspaces.features.schedules.periods import period_of
from gqlspaces.features.schedules.service import Timekeeper
from gqlspaces.kernel.database import Database, repeated
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound

logger = logging.getLogger(__name__)

_PAGE: Final = 1000
_ticks = table(Tick).c
_DUE = (
    select(_ticks.id, _ticks.environment_id, _ticks.action_id, _ticks.cadence)
    .where(
        _ticks.id > bindparam("after"),
        _ticks.action_id.is_not(None),
        or_(
            *(
                and_(_ticks.cadence == cadence, _ticks.period < bindparam(cadence.name))
                for cadence in Cadence
            )
        ),
    )
    .order_by(_ticks.id)
    .limit(_PAGE)
)
_RUNG = select(_ticks.target_id, _ticks.cadence, _ticks.period).where(_ticks.action_id.is_(None))


class Scheduler:
    """Looks at the clock every ``interval`` seconds, and at once when it is woken.

    Nodes may look at the same moment: what is due starts once, see ``Tick``.
    """

    def __init__(self, database: Database, *, zone: ZoneInfo, interval: float = 5.0) -> None:
        """Prepare to look; ``run`` does it."""
        self.database = database
        self.zone = zone
        self.interval = interval
        self.woken = asyncio.Event()
        self._timekeeper = Timekeeper(database, zone)

    async def run(self) -> None:
        """Look for ever; what fails is tried again at the next turn."""
        while True:
            self.woken.clear()
            try:
                await self.look()
            except Exception:
                logger.exception("looking at the clock failed; trying again at the next turn")
            with suppress(TimeoutError):
                async with asyncio.timeout(self.interval):
                    await self.woken.wait()

    async def look(self) -> int:
        """Start whatever is due, each in its own transaction; give how much was started."""
        now = await self.database.now()
        present = {cadence: period_of(cadence, now, self.zone) for cadence in Cadence}
        return await self._start_actions(present) + await self._ring(present)

    async def _start_actions(self, present: dict[Cadence, str]) -> int:
        after, started = "", 0
        periods = {cadence.name: period for cadence, period in present.items()}
        while rows := await self.database.fetch(_DUE, {"after": after, **periods}):
            for row in rows:
                work = partial(
                    self._timekeeper.start_action,
                    row.environment_id,
                    row.action_id,
                    Cadence(row.cadence),
                )
                started += await _tried(work, f"action {row.action_id}")
            after = rows[-1].id
        return started

    async def _ring(self, present: dict[Cadence, str]) -> int:
        known = {
            (row.target_id, Cadence(row.cadence)): row.period
            for row in await self.database.fetch(_RUNG, {})
        }
        topics = {f"cron:{cadence}": cadence for cadence in Cadence}
        asked = {(id, topics[topic]) for id, topic in await wanted(self.database, topics)}
        rung = 0
        for id, cadence in sorted(known.keys() | asked):
            if known.get((id, cadence), "") < present[cadence]:
                heard = (id, cadence) in asked
                work = partial(self._timekeeper.ring, id, cadence, wanted=heard)
                rung += await _tried(work, f"cron:{cadence} of {id}")
        return rung


async def _tried(work: Callable[[], Awaitable[bool]], what: str) -> bool:
    try:
        return await repeated(work)
    except NotFound:
        return False  # it was deleted meanwhile
    except Exception:
        logger.exception("starting %s failed; trying again at the next look", what)
        return False
