"""One unit of writing: rows and the events about them become durable together, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from gqlspaces.kernel import log
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.cancellation import finish
from gqlspaces.kernel.entity import Entity, SpacePart, table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.ids import new_id, prefix_of
from gqlspaces.kernel.recorder import Fact, Place, RecordingSession, Rules, Touched, facts_of
from gqlspaces.kernel.scope import scoped

E = TypeVar("E", bound=Entity)


@dataclass
class Transaction:
    """What a rule works with: it carries the caller, the moment, and every row it may touch.

    ``actor_id`` names who acts in the events: the key, or the job under whose lease it works.
    ``head`` is where the log will end, once the events are written. Rules never commit; the
    boundary does, unless the transaction is a ``rehearsal``: then nothing of it stays.
    """

    session: AsyncSession
    principal: Principal
    now: datetime
    rules: Rules
    locks_rows: bool
    actor_id: str
    head: int | None = None
    rehearsal: bool = False

    async def find(self, entity: type[E], id: str, *, path: tuple[str, ...] = ("id",)) -> E:
        """Give the row, its Space and itself locked against other writers, or raise NotFound."""
        found = None
        if prefix_of(id) == entity.prefix:
            await self._lock_root(entity, id)
            found = await self.first(entity, select(entity).where(table(entity).c.id == id))
        if found is None:
            msg = f"There is no {entity.__name__} {id!r}."
            raise NotFound(msg, path=path)
        return found

    async def find_any(
        self, id: str, kinds: Sequence[str], *, path: tuple[str, ...] = ("id",)
    ) -> Entity:
        """Give the row of an id whose noun is one of ``kinds`` (prefixes), or raise NotFound."""
        prefix = prefix_of(id)
        if prefix is None or prefix not in kinds:
            msg = f"There is nothing with the id {id!r} here."
            raise NotFound(msg, path=path)
        return await self.find(self.rules.kinds[prefix], id, path=path)

    async def first(self, entity: type[E], statement: Select[E]) -> E | None:
        """Give the first row of a statement over ``entity`` that the caller may see."""
        rows = await self.all(entity, statement.limit(1))
        return rows[0] if rows else None

    async def all(
        self, entity: type[E], statement: Select[E], *, skip_locked: bool = False
    ) -> list[E]:
        """Give the rows of a statement over ``entity`` that the caller may see, locked.

        With ``skip_locked`` those that another transaction has locked are passed over.
        """
        limited = scoped(cast("Any", statement), entity, self.principal)
        if self.locks_rows:
            # Rows that refer to these may still be made by others: only the key is shared.
            limited = limited.with_for_update(
                of=table(entity), skip_locked=skip_locked, key_share=True
            )
        # What was read before the lock may have changed until it was given.
        result = await self.session.scalars(limited.execution_options(populate_existing=True))
        return list(result.all())

    async def siblings(self, entity: type[E], *where: ColumnElement[bool]) -> list[E]:
        """Give the rows that meet every condition, by position if they have one, then by id."""
        columns = table(entity).c
        order = [columns[name] for name in ("position", "id") if name in columns]
        return await self.all(entity, select(entity).where(*where).order_by(*order))

    def add(self, entity: E) -> E:
        """Store a new row: it gets its id, its environment and its times."""
        entity.id = entity.id or new_id(type(entity).prefix)
        entity.environment_id = entity.environment_id or self.principal.environment_id
        entity.created_at = entity.updated_at = self.now
        self.session.add(entity)
        return entity

    async def remove(self, *entities: Entity) -> None:
        """Delete rows, and by the database what hangs on them."""
        for entity in entities:
            await self.session.delete(entity)
        await self.session.flush()

    async def flush(self) -> None:
        """Send what changed to the database, so that statements see it."""
        await self.session.flush()

    @property
    def changes(self) -> Sequence[Touched]:
        """The rows changed so far, as far as they were sent to the database."""
        return list(_recording(self.session.sync_session).changes.values())

    async def commit(self) -> None:
        """Write the events last and make everything durable, even for a caller that gives up."""
        await self.flush()
        for scribe in self.rules.scribes:
            await scribe(self)
        await self.flush()
        heard = await self.session.run_sync(lambda session: facts_of(_recording(session)))
        if heard:
            events = [self._event(fact, place) for fact, place in heard]
            connection = await self.session.connection()
            environment = self.principal.environment_id
            self.head = await connection.run_sync(log.append, environment, events)
        await finish(self.session.commit())

    def _event(self, fact: Fact, place: Place) -> dict[str, Any]:
        return {
            "id": new_id("ev"),
            "topic": fact.topic,
            "domain": fact.domain or fact.topic.partition(":")[0],
            "namespace": place.namespace,
            "space_id": place.space_id,
            "namespaces": list(place.namespaces),
            "context": {**place.context, "actorId": self.actor_id, **fact.context},
            "payload": dict(fact.payload),
            "origin": dict(place.origin) if place.origin else None,
            "created_at": self.now,
        }

    async def _lock_root(self, entity: type[Entity], id: str) -> None:
        """Take the Space before its parts, so that two writers of one Space never deadlock."""
        if not self.locks_rows or not issubclass(entity, SpacePart) or not entity.raises_version:
            return
        root = self.rules.root
        columns = table(entity).c
        owner = select(columns.space_id).where(columns.id == id).scalar_subquery()
        await self.first(root, select(root).where(table(root).c.id == owner))


def _recording(session: object) -> RecordingSession:
    return cast("RecordingSession", session)
