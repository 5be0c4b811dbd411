"""What a diagnosis looks at: a bounded look at listeners, open Jobs, recent events and Apps."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, or_, select

from gqlspaces.features.apps.model import App
from gqlspaces.features.jobs.model import Job, JobStatus
from gqlspaces.features.jobs.namespaces import namespaces_of, with_namespaces
from gqlspaces.features.listeners import service as listeners
from gqlspaces.features.listeners.introduction import READY
from gqlspaces.features.listeners.model import joined
from gqlspaces.kernel.auth import Principal, Scope
from gqlspaces.kernel.entity import UtcDateTime, table
from gqlspaces.kernel.log import Event, event_of, read_page
from gqlspaces.kernel.reader import AnyRow, Reader
from gqlspaces.matching import EventPattern, EventView
from gqlspaces.matching.explanation import Known

RECENT_EVENTS: Final = 1000
MOST_JOBS: Final = 500
MOST_APPS: Final = 200
MOST_HANDLERS: Final = 20_000
"""Of how many handlers it is asked whether they take a Job."""

MOST_EXPLAINED: Final = 1000
"""Of how many handlers it is asked what may be wrong with them, which takes far longer."""

FAILED_LATELY: Final = timedelta(days=1)

_KEY = re.compile(r"[a-z][A-Za-z]+")
# What the context of events may have (domain reference 2.10); payloads are in the catalogue.
_CONTEXT = frozenset(
    {
        *("accountId", "environmentId", "appId", "spaceId", "workbookId", "sheetId", "documentId"),
        *("jobId", "actionId", "actionName", "commitId", "snapshotId", "actorId"),
        *("namespaces", "slugs", "space", "workbook", "sheet", "sheetSlug", "origin", "id"),
    }
)

_jobs, _apps = table(Job).c, table(App)
_OPEN: Select[Any] = (
    with_namespaces(*_jobs)
    .where(
        _jobs.managed.is_(False),
        or_(
            _jobs.status == JobStatus.READY,
            # Parts wait for each other, and there may be a thousand of them.
            and_(_jobs.status == JobStatus.WAITING, _jobs.parent_id.is_(None)),
            and_(_jobs.status == JobStatus.EXECUTING, _jobs.silences > 0),
        ),
    )
    .order_by(_jobs.id)
    .limit(MOST_JOBS)
)
_FAILED: Select[Any] = (
    with_namespaces(*_jobs)
    .where(
        _jobs.status == JobStatus.FAILED,
        _jobs.finished_at > bindparam("since", type_=UtcDateTime),
    )
    .order_by(_jobs.finished_at.desc(), _jobs.id.desc())
    .limit(MOST_JOBS)
)
_BY_ID = select(_jobs.id, _jobs.status, _jobs.type, _jobs.operation).where(
    _jobs.id.in_(bindparam("ids", expanding=True))
)
_WITH_BLUEPRINT = (
    select(_apps).where(_apps.c.blueprint.is_not(None)).order_by(_apps.c.id).limit(MOST_APPS)
)


@dataclass(frozen=True)
class Program:
    """Listeners that registered the very same handlers: replicas, and earlier runs of one program.

    ``rows`` has the last seen first.
    """

    rows: Sequence[AnyRow]
    now: datetime

    @cached_property
    def row(self) -> AnyRow:
        """The one to speak of: a connected one if there is any."""
        there = (row for row in self.rows if listeners.is_connected(row, self.now))
        return next(there, self.rows[0])

    @cached_property
    def connected(self) -> bool:
        """Whether one of them is connected."""
        return listeners.is_connected(self.row, self.now)

    @property
    def registrations(self) -> list[dict[str, Any]]:
        """Their handlers."""
        found: list[dict[str, Any]] = self.row.registrations
        return found

    @cached_property
    def patterns(self) -> list[EventPattern]:
        """What each of their handlers hears, in their order."""
        return [listeners.pattern_of(one) for one in self.registrations]

    def takes(self, offer: EventView) -> bool:
        """Whether they are there and take the Job of this offer."""
        namespaces = offer.event["namespaces"]
        if not self.connected or not listeners.may_take(self.row, namespaces, self.now):
            return False
        pairs = zip(self.registrations, self.patterns, strict=True)
        return any(pattern.matches(offer) for one, pattern in pairs if one["works"])

    @property
    def called(self) -> str:
        """Their name, and how many more are connected."""
        others = sum(listeners.is_connected(row, self.now) for row in self.rows) - 1
        return f"`{self.row.name}`" + (f" (and {others} like it)" if others > 0 else "")


@dataclass(frozen=True)
class Evidence:
    """What there is to see for one caller.

    ``told`` are those that the caller may be told of and ``programs`` as many of them as there is
    time for, ``everybody`` are all: whoever takes a Job does so whether the caller sees it or not.
    Who only ``reads_events`` is told no more of Jobs and Apps than those tell.
    """

    now: datetime
    everybody: Sequence[Program]
    told: Sequence[Program]
    programs: Sequence[Program]
    jobs: Sequence[AnyRow]
    before: Mapping[str, AnyRow]
    apps: Sequence[AnyRow]
    events: Sequence[Event]
    reads_events: bool = False
    topics: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def known(self) -> Known:
        """The topics there are, and the keys that events have."""
        recent = {key for event in self.events for key in event.view.by_key}
        told = {key for text in self.topics.values() for key in _KEY.findall(text)}
        return Known(topics=list(self.topics), keys=recent | told | _CONTEXT)

    @cached_property
    def heard(self) -> frozenset[str]:
        """The topics of recent events."""
        return frozenset(event.topic for event in self.events)

    def with_status(self, status: JobStatus) -> list[AnyRow]:
        """Give the Jobs in this status, the oldest first, of failed ones the newest."""
        return [job for job in self.jobs if job.status == status]

    @cached_property
    def offers(self) -> dict[str, EventView]:
        """The newest event that offered a Job, by the id of the Job."""
        return {
            event.context["jobId"]: event.view
            for event in self.events
            if event.topic == READY and "jobId" in event.context
        }

    def offer_of(self, job: AnyRow) -> EventView:
        """Give the event that offers a Job, made anew where it is not among the recent ones."""
        if known := self.offers.get(job.id):
            return known
        ids = {
            "jobId": job.id,
            "spaceId": job.space_id,
            "workbookId": job.workbook_id,
            "sheetId": job.sheet_id,
            "documentId": job.document_id,
            "appId": job.app_id,
        }
        context = {key: id for key, id in ids.items() if id is not None}
        offer = listeners.offer(job.environment_id, name_of(job), namespaces_of(job), context)
        return EventView(offer)


async def gather(reader: Reader) -> Evidence:
    """Look at what the caller may see, in a handful of statements however much there is."""
    principal, database = reader.principal, reader.database
    now = await database.now()
    reads_events = not principal.may(Scope.SPACE_READ)
    everybody = _programs(await listeners.known(database, principal.environment_id), now)
    told = [one for one in everybody if _may_be_told(principal, one.row)]
    jobs = [
        *await reader.scoped_rows(_OPEN, Job, {}),
        *await reader.scoped_rows(_FAILED, Job, {"since": now - FAILED_LATELY}),
    ]
    return Evidence(
        now=now,
        everybody=_first(everybody, MOST_HANDLERS),
        told=told,
        programs=_first(told, MOST_EXPLAINED),
        jobs=jobs,
        before=await _before(reader, jobs),
        apps=() if reads_events else await reader.scoped_rows(_WITH_BLUEPRINT, App, {}),
        events=await _recent(reader),
        reads_events=reads_events,
        topics=database.rules.catalogue,
    )


def name_of(job: AnyRow) -> str:
    """Give the name of a Job, such as ``space:configure``."""
    return f"{job.type}:{job.operation}"


def ago(moment: datetime, now: datetime) -> str:
    """Tell a person how long ago something was."""
    seconds = max((now - moment).total_seconds(), 0)
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def _may_be_told(principal: Principal, row: AnyRow) -> bool:
    if principal.namespaces is None:
        return True
    return row.limited_to in {*principal.namespaces, joined(principal.namespaces)}


def _programs(rows: Sequence[AnyRow], now: datetime) -> list[Program]:
    """Give the programs that are connected, and then the others, the last seen first."""
    grouped: dict[str, list[AnyRow]] = {}
    for row in rows:
        same = json.dumps([row.key_id, row.registrations], sort_keys=True)
        grouped.setdefault(same, []).append(row)
    programs = [Program(alike, now) for alike in grouped.values()]
    return sorted(programs, key=lambda program: not program.connected)


def _first(programs: Sequence[Program], most: int) -> list[Program]:
    """Give the first programs that have so many handlers together."""
    numbers = accumulate(len(program.registrations) for program in programs)
    return [one for one, number in zip(programs, numbers, strict=True) if number <= most]


async def _before(reader: Reader, jobs: Sequence[AnyRow]) -> dict[str, AnyRow]:
    """Give the Jobs that waiting ones wait for, by their ids."""
    ids = sorted({id for job in jobs for id in job.predecessor_ids})
    rows = await reader.scoped_rows(_BY_ID, Job, {"ids": ids[:MOST_JOBS]}) if ids else ()
    return {row.id: row for row in rows}


async def _recent(reader: Reader) -> list[Event]:
    principal, database = reader.principal, reader.database
    position = await database.position(principal.environment_id)
    if position is None:
        return []
    statement = read_page(forward=False, namespaces=principal.namespaces)
    where = {
        "environment": principal.environment_id,
        "from": position.head + 1,
        "limit": RECENT_EVENTS,
    }
    return [event_of(row) for row in reversed(await database.fetch(statement, where))]
