"""What a write in a Space's own database tells the main one: events, and facts to remember."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection

from gqlspaces.kernel import log

Projection: TypeAlias = Callable[[Connection, Mapping[str, Any]], None]
"""Writes the facts of one message into the main database, in the transaction of its events."""


def no_projection(_connection: Connection, _facts: Mapping[str, Any]) -> None:
    """Remember nothing."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one transaction tells: events are rows of the log without their number."""

    environment_id: str
    events: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """Give the message as the JSON of an outbox."""
        return {"environment": self.environment_id, "events": self.events, "facts": self.facts}

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "Message":
        """Read a message back from an outbox."""
        events = [
            event | {"created_at": datetime.fromisoformat(event["created_at"])}
            for event in stored["events"]
        ]
        return cls(stored["environment"], events, stored["facts"])

    def deliver(self, connection: Connection, projection: Projection) -> int | None:
        """Write facts and events into the main database; give the new head of the log.

        The events come last: they take the log's counter, for which everybody waits.
        """
        if self.facts:
            projection(connection, self.facts)
        if not self.events:
            return None
        return log.append(connection, self.environment_id, self.events)
