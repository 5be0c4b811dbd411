"""Answers kept so that repeating a request whose answer was lost repeats nothing.

The key and the answer are written in the transaction of the change. The same key with another
input is refused. Answers are kept for a day.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import orjson
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
    """What a mutation answered, by the key of its request."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_created_at", "created_at"),)

    environment_id: str = Field(primary_key=True, max_length=64)
    caller: str = Field(primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=MAX_KEY)
    request: str = Field(max_length=64)
    answer: dict[str, Any] = json_column("")
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
    text = orjson.dumps([operation, _plain(request)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


async def recall(tx: Transaction, key: str, request: str) -> dict[str, Any] | None:
    """Give the answer stored under a key, or None; raise if the key came with another input."""
    if not 0 < len(key) <= MAX_KEY:
        msg = f"An idempotency key has 1 to {MAX_KEY} characters."
        raise DomainError(msg, path=("idempotencyKey",), code=ErrorCode.INVALID)
    found = await tx.session.get(Answer, _identity(tx, key))
    if found is None:
        return None
    if found.request != request:
        msg = "This idempotency key was used before with another input."
        raise DomainError(msg, path=("idempotencyKey",), code=ErrorCode.IDEMPOTENCY_KEY_REUSED)
    return found.answer


def remember(tx: Transaction, key: str, request: str, answer: Mapping[str, Any]) -> None:
    """Store an answer in the transaction of the change it answers."""
    environment_id, caller, _key = _identity(tx, key)
    tx.session.add(
        Answer(
            environment_id=environment_id,
            caller=caller,
            key=key,
            request=request,
            answer=_plain(answer),
            created_at=tx.now,
        )
    )


async def restore(reader: Reader, kinds: Mapping[str, type[Entity]], answer: Any) -> Any:
    """Turn a stored answer back into what the mutation gave: rows as they are now."""
    if isinstance(answer, list):
        return [await restore(reader, kinds, item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    if set(answer) == {"$entity"}:
        prefix = prefix_of(answer["$entity"]) or ""
        return await reader.find(kinds[prefix], answer["$entity"])
    if set(answer) == {"$time"}:
        return datetime.fromisoformat(answer["$time"])
    values = {key: await restore(reader, kinds, value) for key, value in answer.items()}
    return SimpleNamespace(**values)


async def forget(database: Database) -> int:
    """Delete answers older than a day, chunk by chunk; give how many went."""
    before = await database.now() - KEPT
    gone = 0
    while rows := await database.fetch(_OLD, {"before": before}):
        async with database.maintenance() as connection:
            await connection.execute(_FORGET, {"last": rows[-1].created_at})
        gone += len(rows)
    return gone


def _identity(tx: Transaction, key: str) -> tuple[str, str, str]:
    return tx.principal.environment_id, tx.principal.key_id, key


def _plain(value: Any) -> Any:
    if isinstance(value, Entity):
        return {"$entity": value.id}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # An enum of ours is its own value; anything else that JSON lacks is told by its name.
    return value if isinstance(value, str | int | float | bool | None) else repr(value)
