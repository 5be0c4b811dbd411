"""Answers kept so that repeating a request whose answer was lost repeats nothing.

A transaction takes the key before it does anything else, so that of two equal requests at the same
moment one waits for the other, and writes the answer with the change. What was refused is not kept.
The same key with another input is refused. Answers are kept for a day.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Index, bindparam, delete, select
from sqlmodel import Field, SQLModel

from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import Entity, UtcDateTime, json_column, table, time_column
from gqlspaces.kernel.errors import DomainError, ErrorCode
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.reader import Reader
from gqlspaces.kernel.transaction import Transaction

KEPT = timedelta(hours=24)
MAX_KEY = 255
CHUNK = 1000


class Answer(SQLModel, table=True):
    """What a mutation answered, by the key of its request; empty until it has."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_created_at", "created_at"),)

    environment_id: str = Field(primary_key=True, max_length=64)
    caller: str = Field(primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=MAX_KEY)
    request: str = Field(max_length=64)
    answer: dict[str, Any] = json_column("", default_factory=dict)
    created_at: datetime = time_column("")


_answers = table(Answer)
_OLD = (
    select(_answers.c.created_at)
    .where(_answers.c.created_at < bindparam("before", type_=UtcDateTime))
    .order_by(_answers.c.created_at)
    .limit(CHUNK)
)
_FORGET = delete(_answers).where(_answers.c.created_at <= bindparam("last", type_=UtcDateTime))


def fingerprint(operation: str, request: object) -> str:
    """Give the hash by which two requests count as the same."""
    text = json.dumps([operation, plain(request)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def take(tx: Transaction, key: str, request: str) -> Answer:
    """Give the answer kept under a key, or an empty one to be filled; the key is then taken.

    Raises INVALID for what cannot be a key, and IDEMPOTENCY_KEY_REUSED if it came with another
    request.
    """
    check_key(key)
    identity: dict[str, Any] = {
        "environment_id": tx.principal.environment_id,
        "caller": tx.principal.key_id,
        "key": key,
    }
    found = await tx.session.get(Answer, identity)
    if found is None:
        found = Answer(**identity, request=request, created_at=tx.now)
        tx.session.add(found)
        await tx.flush()
    if found.request != request:
        msg = "This idempotency key was used before with another input."
        raise DomainError(msg, path=("idempotencyKey",), code=ErrorCode.IDEMPOTENCY_KEY_REUSED)
    return found


def check_key(key: str) -> None:
    """Raise INVALID for what cannot be a key."""
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        msg = f"An idempotency key has 1 to {MAX_KEY} printable characters."
        raise DomainError(msg, path=("idempotencyKey",), code=ErrorCode.INVALID)


async def restore(reader: Reader, kinds: Mapping[str, type[Entity]], answer: Any) -> Any:
    """Turn a kept answer back into what the mutation gave: rows as they are now.

    A row that is gone since is null, and missing in lists. One statement reads a noun's rows.
    """
    ids = list(_entities(answer))
    rows: dict[str, Any] = {}
    for prefix, kind in kinds.items():
        wanted = [id for id in ids if prefix_of(id) == prefix]
        if wanted:
            rows |= dict(zip(wanted, await reader.find_many(kind, wanted), strict=True))
    return _rebuilt(answer, rows)


def _entities(answer: Any) -> Iterator[str]:
    """Give the ids of all entities in a kept answer."""
    if isinstance(answer, dict) and set(answer) == {"$entity"}:
        yield answer["$entity"]
        return
    parts = answer.values() if isinstance(answer, dict) else answer
    for part in parts if isinstance(answer, dict | list) else ():
        yield from _entities(part)


def _rebuilt(answer: Any, rows: Mapping[str, Any]) -> Any:
    if isinstance(answer, list):
        items = [_rebuilt(item, rows) for item in answer]
        return [item for item in items if item is not None]
    if not isinstance(answer, dict):
        return answer
    if set(answer) == {"$entity"}:
        return rows[answer["$entity"]]
    if set(answer) == {"$time"}:
        return datetime.fromisoformat(answer["$time"])
    return SimpleNamespace(**{key: _rebuilt(value, rows) for key, value in answer.items()})


async def forget(database: Database) -> int:
    """Delete answers older than a day, chunk by chunk; give how many went."""
    before = await database.now() - KEPT
    gone = 0
    while rows := await database.fetch(_OLD, {"before": before}):
        async with database.maintenance() as connection:
            await connection.execute(_FORGET, {"last": rows[-1].created_at})
        gone += len(rows)
    return gone


def plain(value: Any) -> Any:
    """Give an answer, or a request, as JSON; an entity is kept by its id."""
    if isinstance(value, Entity):
        return {"$entity": value.id}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    # An enum of ours is its own value; anything else that JSON lacks is told by its name.
    return value if isinstance(value, str | int | float | bool | None) else repr(value)
