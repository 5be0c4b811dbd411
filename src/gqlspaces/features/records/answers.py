"""Writes that can be repeated: the answer is kept with the change, in the Space's own database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from gqlspaces.features.records.model import answer
from gqlspaces.kernel.errors import DomainError, ErrorCode
from gqlspaces.kernel.idempotency import KEPT, check_key


def kept(connection: Connection, *, caller: str, key: str, request: str) -> Any | None:
    """Give what a request with this key answered before, or None when it is new.

    Raises INVALID for what cannot be a key, IDEMPOTENCY_KEY_REUSED if it came with another request.
    """
    check_key(key)
    row = connection.execute(
        select(answer.c.request, answer.c.outcome).where(
            answer.c.caller == caller, answer.c.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request != request:
        msg = "This idempotency key was used before with another input."
        raise DomainError(msg, path=("idempotencyKey",), code=ErrorCode.IDEMPOTENCY_KEY_REUSED)
    return row.outcome


def keep(
    connection: Connection, *, caller: str, key: str, request: str, outcome: Any, now: datetime
) -> None:
    """Keep an answer for a day; those that are older are forgotten."""
    connection.execute(delete(answer).where(answer.c.created_at < now - KEPT))
    row = {"caller": caller, "key": key, "request": request, "outcome": outcome, "created_at": now}
    connection.execute(insert(answer), row)
