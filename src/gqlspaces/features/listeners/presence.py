"""Who is connected to this node, kept in the database so that every node can tell."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from pydantic.alias_generators import to_camel
from sqlalchemy import bindparam, delete, insert, or_, select, update

from gqlspaces.features.listeners.introduction import ListenerConfig, registrations_of
from gqlspaces.features.listeners.model import Listener, joined
from gqlspaces.features.listeners.service import REMEMBERED, SILENT
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.cancellation import finish
from gqlspaces.kernel.database import Database, repeated
from gqlspaces.kernel.entity import UtcDateTime, table
from gqlspaces.kernel.ids import new_id

logger = logging.getLogger(__name__)

SIGN_SECONDS: Final = 15.0
MOST_GONE: Final = 100
"""So many listeners of a key are remembered that are gone: a new run has a new name."""

_CHUNK: Final = 1000

_listeners = table(Listener)
_NOW = bindparam("now", type_=UtcDateTime)
_IDS = _listeners.c.id.in_(bindparam("ids", expanding=True))
_SAME = select(_listeners.c.id).where(
    _listeners.c.environment_id == bindparam("environment"),
    _listeners.c.key_id == bindparam("key"),
    _listeners.c.name == bindparam("called"),
)
_THERE = update(_listeners).where(_IDS).values(last_seen_at=_NOW, disconnected_at=None)
_GONE = update(_listeners).where(_IDS).values(last_seen_at=_NOW, disconnected_at=_NOW)
_IS_OLD = _listeners.c.last_seen_at < bindparam("before", type_=UtcDateTime)
_OLD = select(_listeners.c.id).where(_IS_OLD).limit(1)
_FORGET = delete(_listeners).where(_IS_OLD)
_IS_GONE = or_(_listeners.c.disconnected_at.is_not(None), _IS_OLD)
_SURPLUS = (
    select(_listeners.c.id)
    .where(
        _listeners.c.environment_id == bindparam("environment"),
        _listeners.c.key_id == bindparam("key"),
        _IS_GONE,
    )
    .order_by(_listeners.c.last_seen_at.desc(), _listeners.c.id)
    .offset(MOST_GONE)
    .limit(_CHUNK)
)
_REMOVE = delete(_listeners).where(_IDS)


class Presence:
    """Tells, every ``interval`` seconds, that those connected to this node are still there.

    What goes wrong here is logged and keeps nobody from listening.
    """

    def __init__(self, database: Database, *, interval: float = SIGN_SECONDS) -> None:
        self._database = database
        self._interval = interval
        self._here: Counter[str] = Counter()
        self._left: set[str] = set()
        self._woken = asyncio.Event()

    async def arrive(
        self, principal: Principal, said: ListenerConfig, filter: dict[str, Any]
    ) -> str | None:
        """Write down that a listener is there; give its id, or None where that failed."""
        try:
            values = _facts(principal, said, filter)
            id = await finish(repeated(lambda: self._write(values)))
        except Exception:
            logger.exception("noting that a listener connected failed")
            return None
        self._here[id] += 1
        return id

    @contextmanager
    def attended(self, id: str | None) -> Iterator[None]:
        """Count a listener as here while the block lasts; its leaving is written down soon after.

        A subscription may be torn down in the middle of anything, so nothing is awaited then.
        """
        try:
            yield
        finally:
            if id is not None:
                self._leave(id)

    async def run(self) -> None:
        """Tell for ever; what fails is told again at the next turn."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval):
                    await self._woken.wait()
            self._woken.clear()
            try:
                await self.tell()
            except Exception:
                logger.exception("telling who listens failed; trying again at the next turn")

    async def tell(self) -> None:
        """Write down who is here and who has left."""
        here, left = set(self._here), self._left
        if not here | left:
            return
        self._left = set()
        try:
            await finish(repeated(lambda: self._mark(here, left - here)))
        except BaseException:
            self._left |= left
            raise

    async def close(self) -> None:
        """Write down that everybody has left this node."""
        self._left |= set(self._here)
        self._here.clear()
        with suppress(Exception):
            await self.tell()

    def _leave(self, id: str) -> None:
        self._here[id] -= 1
        if self._here[id] <= 0:
            del self._here[id]
            self._left.add(id)
            self._woken.set()

    async def _write(self, values: dict[str, Any]) -> str:
        now = await self._database.now()
        present = values | {"connected_at": now, "last_seen_at": now, "disconnected_at": None}
        present["updated_at"] = now
        same = {key: values[key] for key in ("environment_id", "key_id", "name")}
        wanted = dict(zip(("environment", "key", "called"), same.values(), strict=True))
        async with self._database.maintenance() as connection:
            id: str | None = (await connection.execute(_SAME, wanted)).scalar()
            if id is None:
                id = new_id(Listener.prefix)
                await connection.execute(
                    insert(_listeners).values(**present, id=id, created_at=now)
                )
                gone = {"environment": wanted["environment"], "key": wanted["key"]}
                surplus = await connection.execute(_SURPLUS, gone | {"before": now - SILENT})
                await connection.execute(_REMOVE, {"ids": list(surplus.scalars())})
            else:
                await connection.execute(
                    update(_listeners).where(_listeners.c.id == id).values(**present)
                )
        return id

    async def _mark(self, here: Collection[str], left: Collection[str]) -> None:
        now = await self._database.now()
        async with self._database.maintenance() as connection:
            for statement, ids in ((_THERE, sorted(here)), (_GONE, sorted(left))):
                for start in range(0, len(ids), _CHUNK):
                    chunk = ids[start : start + _CHUNK]
                    await connection.execute(statement, {"ids": chunk, "now": now})


async def forget(database: Database) -> None:
    """Delete listeners that nobody has seen for long."""
    before = await database.now() - REMEMBERED
    if not await database.fetch(_OLD, {"before": before}):
        return  # writers wait for each other, and there is nothing to write
    async with database.maintenance() as connection:
        await connection.execute(_FORGET, {"before": before})


def _facts(principal: Principal, said: ListenerConfig, filter: dict[str, Any]) -> dict[str, Any]:
    limits = principal.namespaces
    return {
        "environment_id": principal.environment_id,
        "key_id": principal.key_id,
        "name": said.name,
        "limited_to": None if limits is None else joined(limits),
        "version": said.version,
        "registrations": registrations_of(said, filter),
        "filter": {to_camel(key): value for key, value in filter.items()},
    }
