"""Following Jobs: the present state at once, then every step in order."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, select

from gqlspaces.features.jobs.model import FINAL, Job, JobStatus
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.delivery import Delivery
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.log import Event, EventStream
from gqlspaces.kernel.reader import AnyRow, Reader

MOST_AT_ONCE = 100
"""How many Jobs of a Space are shown as they are before its changes follow."""

_jobs, _streams = table(Job), table(EventStream)
# One statement sees one moment: what it gives is the state exactly at that head of the log.
_PRESENT = select(
    _jobs,
    select(_streams.c.head)
    .where(_streams.c.environment_id == _jobs.c.environment_id)
    .scalar_subquery()
    .label("head"),
)


async def follow_job(
    delivery: Delivery, principal: Principal, id: str
) -> AsyncGenerator[Any, None]:
    """Give the state of one Job now and after every change, until it has ended or is gone."""
    reader = delivery.database.reader(principal)
    present = await _present(reader, _jobs.c.id == id)
    if not present:
        msg = f"There is no Job {id!r}."
        raise NotFound(msg, path=("jobId",))
    yield present[0]
    if present[0].status in FINAL:
        return
    async with aclosing(_events(delivery, principal, present[0].head)) as events:
        async for event in events:
            if event.context.get("jobId") != id:
                continue
            state = await _state_after(reader, event)
            if state is None:
                return
            yield state
            if state.status in FINAL:
                return


async def follow_space(
    delivery: Delivery, principal: Principal, id: str
) -> AsyncGenerator[Any, None]:
    """Give the states of a Space's newest Jobs, then every change of any of its Jobs, for ever."""
    database = delivery.database
    reader = database.reader(principal)
    # Read first: a Job made after this is heard of as an event.
    position = await database.position(principal.environment_id)
    space = await reader.find(database.rules.kinds["sp"], id)
    if space is None or position is None:
        msg = f"There is no Space {id!r}."
        raise NotFound(msg, path=("spaceId",))
    present = await _present(reader, _jobs.c.space_id == id)
    for job in present:
        yield job
    head = present[0].head if present else position.head
    async with aclosing(_events(delivery, principal, head)) as events:
        async for event in events:
            if event.space_id == id and (state := await _state_after(reader, event)):
                yield state


async def _present(reader: Reader, condition: ColumnElement[bool]) -> list[AnyRow]:
    statement = _PRESENT.where(condition).order_by(_jobs.c.id.desc()).limit(MOST_AT_ONCE)
    return list(await reader.scoped_rows(statement, Job, {}))[::-1]


async def _events(
    delivery: Delivery, principal: Principal, after: int
) -> AsyncGenerator[Event, None]:
    async with aclosing(delivery.batches(principal.environment_id, after)) as batches:
        async for batch in batches:
            for event in batch:
                if event.domain == "job":
                    yield event


async def _state_after(reader: Reader, event: Event) -> SimpleNamespace | None:
    """Give the Job as it was right after an event, as far as anybody can tell, or None if gone."""
    row = await reader.find(Job, event.context.get("jobId", ""))
    if row is None or "status" not in event.payload:
        return None
    told = {name: event.payload.get(name) for name in ("status", "progress", "attempt", "info")}
    if told["status"] not in FINAL:
        # The row may be further than the event already.
        told |= {"outcome": None, "result": None, "finished_at": None}
    if told["status"] in (JobStatus.CREATED, JobStatus.READY, JobStatus.SCHEDULED):
        told |= {"holder": None, "lease_until": None}
    return SimpleNamespace(**{**row._mapping, **told})  # noqa: SLF001 - a row's public mapping
