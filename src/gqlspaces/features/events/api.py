"""Events in GraphQL: the history, the cursor, and the stream."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, aclosing, nullcontext
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from gqlspaces.features.events import service
from gqlspaces.features.events.filter import make_sieve
from gqlspaces.features.listeners.api import ListenerInput, introduction_of
from gqlspaces.features.listeners.presence import Presence
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.connection import Connection, Edge, Page, PageInfo
from gqlspaces.kernel.graphql.context import Context, Info
from gqlspaces.kernel.graphql.inputs import optional, sent
from gqlspaces.kernel.graphql.query import query, subscription
from gqlspaces.kernel.reader import Reader


@strawberry.type(description="Something that happened.")
class Event:
    """Something that happened, as listeners hear of it."""

    id: strawberry.ID = strawberry.field(description="The global id, for your own bookkeeping.")
    topic: str = strawberry.field(description="What happened to what, such as `job:ready`.")
    domain: str = strawberry.field(description="What kind of thing it happened to.")
    namespaces: list[str] = strawberry.field(
        description="Where it happened, such as `space:red` and `workbook:staging`."
    )
    context: JSON = strawberry.field(description="The ids of what it happened to, and who did it.")
    payload: JSON = strawberry.field(description="What there is to know about it.")
    origin: JSON | None = strawberry.field(description="The Space it happened in.")
    created_at: datetime = strawberry.field(description="When it happened.")


@strawberry.type(description="An event of a stream and the cursor to resume from behind it.")
class EventItem:
    """One item of the stream."""

    cursor: str = strawberry.field(description="Resume from here to get what follows.")
    event: Event | None = strawberry.field(
        description="What happened; null only in checkpoints, which tell how far the log was read."
    )


@strawberry.input(
    description="Which events are wanted: every member given must match, lists are alternatives."
)
class EventFilter:
    """What a listener asks for (domain reference 3.2)."""

    topics: list[str] | None = optional("Patterns of topics, such as `job:*`.")
    domains: list[str] | None = optional("Patterns of the event's domain, such as `space`.")
    namespaces: list[str] | None = optional("Patterns of namespaces, such as `space:red`.")
    space_id: strawberry.ID | None = optional("Only what happens in this Space.")
    workbook_id: strawberry.ID | None = optional("Only what happens in this Workbook.")
    sheet_id: strawberry.ID | None = optional("Only what happens in this Sheet.")
    document_id: strawberry.ID | None = optional("Only what happens to this Document.")
    job_id: strawberry.ID | None = optional("Only what happens to this Job.")
    job: list[str] | None = optional("Patterns of job names, such as `space:configure`.")
    where: JSON | None = optional(
        "A filter object, or a list of them, over the event as JSON: a bare key matches at any "
        "depth, a dotted key is a path from the root."
    )


@query(Scope.EVENT_READ)
async def event_cursor(info: Info) -> str:
    """The cursor behind the newest event; read the state after it, then follow from it."""
    principal = info.context.principal
    position = await service.position_of(info.context.database, principal.environment_id)
    return position.cursor()


@query(
    Scope.EVENT_READ,
    filter="Which events are wanted; all that this key may see without it.",
    first="How many events to give, oldest first; at most 100.",
    after="Give the events behind this cursor.",
    last="How many events to give, from the newest back; at most 100.",
    before="Give the events in front of this cursor.",
)
async def events(
    info: Info,
    filter: EventFilter | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Connection[Event]:
    """The history of events, in the order in which they happened."""
    page = Page.of(first, after, last, before)
    forward = page.last is None and page.before is None
    principal = info.context.principal
    sieve = make_sieve(principal, sent(filter) if filter else {})
    history = await service.read_history(
        info.context.database,
        sieve,
        cursor=page.after if forward else page.before,
        size=page.size,
        forward=forward,
    )
    found = history.events if forward else history.events[::-1]
    edges = [Edge(node=event, cursor=history.position.cursor(event.seq)) for event in found]
    end = history.position.cursor(history.last_seq)
    return Connection(
        edges=edges,  # type: ignore[arg-type]
        page_info=PageInfo(
            has_next_page=history.more if forward else page.before is not None,
            has_previous_page=page.after is not None if forward else history.more,
            start_cursor=(edges[0].cursor if edges else None) if forward else end,
            end_cursor=end if forward else (edges[-1].cursor if edges else None),
        ),
        count=_not_counted,
    )


async def _not_counted(_reader: Reader) -> None:
    """Leave the total open: counting what a filter matches would mean reading the whole log."""


@subscription(
    Scope.EVENT_READ,
    called="events",
    filter="Which events are wanted; all that this key may see without it.",
    after="Start behind this cursor; without it the stream starts now.",
    checkpoints="Also tell, in quiet times, how far the log was read.",
    listener="Who is asking, for `listeners` and `diagnosis` to tell of; it changes nothing else.",
)
async def events_stream(
    info: Info,
    filter: EventFilter | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    checkpoints: bool | None = strawberry.UNSET,
    listener: ListenerInput | None = strawberry.UNSET,
) -> AsyncIterator[EventItem]:
    """Every matching event once and in order: what was missed first, then what happens."""
    context = info.context
    wanted = sent(filter) if filter else {}
    sieve = make_sieve(context.principal, wanted)
    items = service.follow(
        context.delivery,
        sieve,
        after=after or context.last_event_id or None,
        checkpoints=bool(checkpoints),
    )
    with await _attended(context, listener, wanted):
        async with aclosing(items):
            async for item in items:
                yield item  # type: ignore[misc]


async def _attended(
    context: Context, listener: ListenerInput | None, wanted: dict[str, Any]
) -> AbstractContextManager[None]:
    """Count who introduces itself as connected while the stream lasts."""
    presence: Presence | None = context.services.get(Presence)
    if not listener or presence is None:
        return nullcontext()
    said = introduction_of(listener)
    return presence.attended(await presence.arrive(context.principal, said, wanted))


feature = Feature(
    queries=[event_cursor, events],
    subscriptions=[events_stream],
)
