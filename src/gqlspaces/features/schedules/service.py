"""The rules of what starts by the clock."""

import logging
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gqlspaces.features.actions.model import Action
from gqlspaces.features.jobs.sweeper import SYSTEM
from gqlspaces.features.runs.service import run_action
from gqlspaces.features.runs.spot import loading
from gqlspaces.features.runs.survey import Wanted, subject_of, survey
from gqlspaces.features.schedules.model import Cadence, Tick
from gqlspaces.features.schedules.periods import period_of
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Refused
from gqlspaces.kernel.transaction import Transaction

logger = logging.getLogger(__name__)

_ticks = table(Tick).c


async def keep_ticks(tx: Transaction) -> None:
    """Give every Action whose schedule was made or changed a tick of its own, not yet looked at.

    A scribe: it is called when a transaction is about to be made durable.
    """
    for action, change in tx.changes:
        if not isinstance(action, Action) or change.kind == "deleted":
            continue
        if change.kind == "updated":
            if not change.touches("schedule"):
                continue
            await tx.remove(*await tx.siblings(Tick, _ticks.action_id == action.id))
        if action.schedule is not None:
            tick = Tick(target_id=action.id, cadence=Cadence(action.schedule))
            tick.space_id, tick.action_id = action.space_id, action.id
            tx.add(tick)


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """Starts what is due, as the clock stands in a time zone."""

    database: Database
    zone: ZoneInfo

    async def start_action(self, environment_id: str, action_id: str, cadence: Cadence) -> bool:
        """Start an Action unless it was started in this period; tell whether it was.

        An Action that cannot be run now, or whose form wants an answer, lets the period pass.
        """
        principal = Principal(environment_id, SYSTEM)
        reader = self.database.reader(principal)
        action = await reader.find(Action, action_id)
        if action is None:
            return False
        load = loading(reader)
        seen = await survey(reader, load, action, Wanted())
        subject = await subject_of(load, seen.spot, None)
        async with self.database.transaction(principal) as tx:
            # The Space is locked before the tick, in the order of all who change it.
            await tx.find(Action, action_id)
            tick = await _find_tick(tx, action_id, cadence)
            if tick is None or not self._moves(tick, tx):
                return False
            try:
                await run_action(
                    tx,
                    id=action_id,
                    seen=seen,
                    details={"info": _INFO[cadence], "subject": subject},
                )
            except Refused as error:
                logger.info("scheduled action %s passes %s over: %s", action_id, tick.period, error)
                return False
            tick.fired_at = tx.now
            return True

    async def ring(self, environment_id: str, cadence: Cadence, *, wanted: bool) -> bool:
        """Tell listeners of a new period where somebody wants to hear; tell whether it was told.

        Where nobody does any more, it begins anew with the next who does.
        """
        async with self.database.transaction(Principal(environment_id, SYSTEM)) as tx:
            tick = await _find_tick(tx, environment_id, cadence)
            if tick is None and wanted:
                tick = tx.add(Tick(target_id=environment_id, cadence=cadence))
            if tick is None:
                return False
            if not wanted:
                await tx.remove(tick)
            elif self._moves(tick, tx):
                tick.fired_at = tx.now
                return True
            return False

    def _moves(self, tick: Tick, tx: Transaction) -> bool:
        """Move a tick to the present period if that is later; tell whether something is due.

        The first period that is seen has begun before, so nothing is.
        """
        last, present = tick.period, period_of(Cadence(tick.cadence), tx.now, self.zone)
        tick.period = max(last, present)
        return last not in ("", tick.period)


_INFO = {
    Cadence.HOURLY: "Started by its schedule, every hour.",
    Cadence.DAILY: "Started by its schedule, every day.",
    Cadence.WEEKLY: "Started by its schedule, every week.",
}


async def _find_tick(tx: Transaction, target_id: str, cadence: Cadence) -> Tick | None:
    wanted = select(Tick).where(_ticks.target_id == target_id, _ticks.cadence == cadence)
    return await tx.first(Tick, wanted)
