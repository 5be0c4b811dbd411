"""Listeners in GraphQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import bindparam, func, select
from strawberry import auto
from strawberry.scalars import JSON

from gqlspaces.features.columns import checked
from gqlspaces.features.jobs.model import Job
from gqlspaces.features.listeners import model, service
from gqlspaces.features.listeners.introduction import ListenerConfig
from gqlspaces.features.listeners.topics import TOPICS
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import DomainError, Refused
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.connection import PAGED, Connection, Page, Sort, paginate
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, exposes
from gqlspaces.kernel.graphql.inputs import accepts, sent
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.reader import Reader

_jobs = table(Job).c
_ended = func.coalesce(_jobs.finished_at, _jobs.started_at)
_HANDLED = (
    select(
        _jobs.holder,
        (_jobs.type + ":" + _jobs.operation).label("job"),
        func.count().label("number"),
        func.max(_ended).label("last_at"),
    )
    .where(_jobs.holder.in_(bindparam("names", expanding=True)))
    .group_by(_jobs.holder, _jobs.type, _jobs.operation)
    .order_by(_jobs.type, _jobs.operation)
)


@strawberry.type(description="One handler of a listener: which events it hears.")
class ListenerRegistration:
    """One handler of a listener."""

    on: list[str] = strawberry.field(description="Patterns of topics; one of them must match.")
    filters: list[JSON] = strawberry.field(
        description="The filters around it from the outside in; all must match."
    )
    namespaces: list[list[str]] = strawberry.field(
        description="The namespaces around it from the outside in; all must match, the patterns of "
        "one level are alternatives."
    )
    works: bool = strawberry.field(description="Whether it takes Jobs.")


@strawberry.type(description="How many Jobs of one name a listener took.")
class HandledJobs:
    """How many Jobs of one name a listener took, of those that are kept."""

    job: str = strawberry.field(description="The name, such as `space:configure`.")
    number: int = strawberry.field(description="How many it holds or has brought to their end.")
    last_at: datetime | None = strawberry.field(description="When the last one began or ended.")


async def load_handled(reader: Reader, names: Sequence[str]) -> list[list[HandledJobs]]:
    """Give what listeners of these names took, as far as the caller may see it."""
    rows = await reader.scoped_rows(_HANDLED, Job, {"names": list(names)})
    found: dict[str, list[HandledJobs]] = {name: [] for name in names}
    for row in rows:
        found[row.holder].append(HandledJobs(job=row.job, number=row.number, last_at=row.last_at))
    return [found[name] for name in names]


def _registrations(root: Any) -> list[ListenerRegistration]:
    return [ListenerRegistration(**one) for one in root.registrations]


async def _handled(root: Any, info: Info) -> list[HandledJobs]:
    found: list[HandledJobs] = await info.context.load(load_handled, root.name)
    return found


async def _connected(root: Any, info: Info) -> bool:
    return service.is_connected(root, await info.context.database.now())


@exposes(model.Listener, scope=Scope.EVENT_READ)
class Listener(Node):
    """A program that introduced itself when it subscribed to events."""

    id: auto
    name: auto
    key_id: auto
    version: auto
    filter: auto
    connected_at: auto
    last_seen_at: auto
    disconnected_at: auto

    connected: bool = strawberry.field(
        resolver=_connected, description="Whether it is connected now."
    )
    registrations: list[ListenerRegistration] = strawberry.field(
        resolver=_registrations, description="Its handlers, in the order in which they are asked."
    )
    handled: list[HandledJobs] = strawberry.field(
        resolver=_handled, description="Which Jobs it took."
    )


@accepts(ListenerConfig)
class ListenerInput:
    """Who listens, so that `listeners` and `diagnosis` can tell of it."""


@query(Scope.EVENT_READ, **PAGED)
async def listeners(
    info: Info,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Connection[Listener]:
    """The listeners of the last days, those that connected last first."""
    page = Page.of(first, after, last, before)
    statement = select(table(model.Listener))
    order = Sort("connected_at", descending=True)
    return await paginate(info.context.reader, statement, model.Listener, page, order)


def introduction_of(said: Any) -> ListenerConfig:
    """Read what a listener says of itself, or raise BAD_USER_INPUT."""
    given: Mapping[str, Any] = sent(said)
    try:
        return checked(ListenerConfig, given)
    except Refused as refused:
        path = ("listener", *refused.path)
        raise DomainError(refused.message, path=path, code="BAD_USER_INPUT") from refused


feature = Feature(topics=TOPICS, queries=[listeners], types=[Listener])
