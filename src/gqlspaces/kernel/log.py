"""The event log: one dense counter per environment, written in the transaction of the change.

The table of events is the log (there is no outbox beside it); everything that wakes readers is a
hint. The counter's row is locked by the last statements before the commit, so sequence numbers
appear in commit order and have no holes (docs/concepts/life-of-an-event.md).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Index,
    Select,
    bindparam,
    insert,
    select,
    update,
)
from sqlmodel import Field, SQLModel

from gqlspaces.kernel.entity import json_column, table, time_column
from gqlspaces.kernel.errors import CursorExpired, CursorInvalid
from gqlspaces.kernel.ids import new_id
from gqlspaces.matching import EventView

_CURSOR = re.compile(r"v1\.([0-9a-z_]{1,64})\.([0-9]{1,18})")
_ADVICE = "Query the state again and subscribe from the eventCursor that the same query returns."


class EventStream(SQLModel, table=True):
    """Where the log of one environment ends (``head``) and begins (``floor``)."""

    __tablename__ = "event_stream"

    environment_id: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(max_length=64)
    epoch: str = Field(max_length=64)
    head: int = Field(default=0, sa_type=BigInteger)
    floor: int = Field(default=0, sa_type=BigInteger)


class EventRecord(SQLModel, table=True):
    """One event as it is stored."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_space", "environment_id", "space_id", "seq"),
        Index("ix_event_namespace", "environment_id", "namespace", "seq"),
    )

    environment_id: str = Field(primary_key=True, max_length=64)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    id: str = Field(unique=True, max_length=64)
    topic: str = Field(max_length=64)
    domain: str = Field(max_length=32)
    namespace: str | None = Field(default=None, max_length=63)
    space_id: str | None = Field(default=None, max_length=64)
    namespaces: list[str] = json_column("")
    context: dict[str, Any] = json_column("")
    payload: dict[str, Any] = json_column("")
    origin: dict[str, Any] | None = json_column("", default=None)
    created_at: datetime = time_column("")


@dataclass(frozen=True)
class Event:
    """Something that happened, numbered; ``view`` is what filters are matched against."""

    environment_id: str
    seq: int
    id: str
    topic: str
    domain: str
    namespace: str | None
    space_id: str | None
    namespaces: list[str]
    context: dict[str, Any]
    payload: dict[str, Any]
    origin: dict[str, Any] | None
    created_at: datetime

    @cached_property
    def view(self) -> EventView:
        """Give the event as listeners see it, flattened once for all who filter it."""
        document: dict[str, Any] = {
            "topic": self.topic,
            "domain": self.domain,
            "namespaces": self.namespaces,
            "context": self.context,
            "payload": self.payload,
        }
        return EventView(document | ({"origin": self.origin} if self.origin else {}))


@dataclass(frozen=True, slots=True)
class Position:
    """The ends of one environment's log at one moment."""

    environment_id: str
    epoch: str
    head: int
    floor: int

    def cursor(self, seq: int | None = None) -> str:
        """Give the opaque cursor that stands after event ``seq`` (by default the newest)."""
        return f"v1.{self.epoch}.{self.head if seq is None else seq}"

    def seq_of(self, cursor: str) -> int:
        """Read a cursor; raise CursorInvalid or CursorExpired, both saying what to do."""
        found = _CURSOR.fullmatch(cursor)
        if found is None or found[1] != self.epoch or int(found[2]) > self.head:
            msg = f"This cursor was not given out by this event log. {_ADVICE}"
            raise CursorInvalid(msg, path=("after",))
        seq = int(found[2])
        if seq < self.floor:
            msg = f"The events after this cursor are no longer kept. {_ADVICE}"
            raise CursorExpired(msg, path=("after",))
        return seq


_events = table(EventRecord)
_streams = table(EventStream)

READ_AFTER = (
    select(_events)
    .where(_events.c.environment_id == bindparam("environment"), _events.c.seq > bindparam("after"))
    .order_by(_events.c.seq)
    .limit(bindparam("limit"))
)
READ_POSITION = select(
    _streams.c.environment_id, _streams.c.epoch, _streams.c.head, _streams.c.floor
).where(_streams.c.environment_id == bindparam("environment"))
_ADVANCE = (
    update(_streams)
    .where(_streams.c.environment_id == bindparam("environment"))
    .values(head=_streams.c.head + bindparam("count"))
    .returning(_streams.c.head, _streams.c.account_id)
)


def read_page(
    *, forward: bool, space_id: str | None = None, namespaces: Collection[str] | None = None
) -> Select[Any]:
    """Make the statement of a page of history, narrowed to what an index can answer."""
    columns = _events.c
    statement = select(_events).where(columns.environment_id == bindparam("environment"))
    if space_id is not None:
        statement = statement.where(columns.space_id == space_id)
    if namespaces is not None:
        statement = statement.where(columns.namespace.in_(namespaces))
    seq: ColumnElement[int] = columns.seq
    from_: BindParameter[int] = bindparam("from")
    beyond, order = (seq > from_, seq.asc()) if forward else (seq < from_, seq.desc())
    return statement.where(beyond).order_by(order).limit(bindparam("limit"))


def new_stream(environment_id: str) -> EventStream:
    """Make the empty log of a new environment."""
    return EventStream(
        environment_id=environment_id, account_id=new_id("acc"), epoch=new_id("ep")[3:]
    )


def append(connection: Connection, environment_id: str, events: Sequence[dict[str, Any]]) -> int:
    """Number and store events as the last statements of a transaction; give the new head."""
    head, account_id = connection.execute(
        _ADVANCE, {"environment": environment_id, "count": len(events)}
    ).one()
    rows = [
        event
        | {
            "environment_id": environment_id,
            "seq": seq,
            "context": {"accountId": account_id, "environmentId": environment_id}
            | event["context"],
        }
        for seq, event in enumerate(events, start=head - len(events) + 1)
    ]
    connection.execute(insert(_events), rows)
    return int(head)


def event_of(row: Any) -> Event:
    """Turn a stored row into an Event."""
    values: Mapping[str, Any] = row._mapping  # noqa: SLF001 - the public way to a row's mapping
    return Event(**values)
