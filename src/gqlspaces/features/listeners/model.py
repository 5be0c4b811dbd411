"""The table of listeners."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Index, UniqueConstraint
from sqlmodel import Field

from gqlspaces.kernel.entity import Entity, json_column, table, time_column


class Listener(Entity, table=True):
    """A program that introduced itself when it subscribed to events.

    It counts as connected while nothing says that it left and this node, or another one, has said
    lately that it is still there. ``limited_to`` holds the namespaces of its key, sorted and joined
    by commas: it hears of no others, and keys limited otherwise do not see it.
    """

    __tablename__ = "listener"
    __table_args__ = (
        UniqueConstraint("environment_id", "key_id", "name"),
        Index("ix_listener_seen", "environment_id", "last_seen_at"),
    )
    prefix: ClassVar[str] = "ls"

    name: str = Field(max_length=255, description="What it calls itself; who holds its Jobs.")
    key_id: str = Field(max_length=64, description="The API key that it came with.")
    limited_to: str | None = Field(default=None)
    version: str | None = Field(
        default=None, max_length=255, description="The version of the library that it is built on."
    )
    registrations: list[dict[str, Any]] = json_column(
        "What it registered handlers for: `on` (patterns of topics), `filters` and `namespaces` "
        "from the outside in, and `works`, whether it takes Jobs.",
        default_factory=list,
    )
    filter: dict[str, Any] = json_column("What it asks the event stream for.", default_factory=dict)
    connected_at: datetime = time_column("When it last connected.")
    last_seen_at: datetime = time_column("When it was last known to be there.")
    disconnected_at: datetime | None = time_column(
        "When it left; null while it is connected, and where nobody saw it leave.", default=None
    )

    @classmethod
    def visible_in(cls, namespaces: Collection[str]) -> ColumnElement[bool]:
        """Limit rows to listeners with such a key, or with a key for a single one of these."""
        return table(cls).c.limited_to.in_([*namespaces, joined(namespaces)])


def joined(namespaces: Collection[str]) -> str:
    """Give the limits of a key as they are stored."""
    return ",".join(sorted(namespaces))
