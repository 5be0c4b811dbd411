"""A session whose changes of announced tables are heard of.

Before every flush it notes which rows are new, changed or deleted; at the commit the rules of the
features turn these changes into events. Bulk and text statements would slip past, so the session
refuses them; the bare connection below it is for the log alone.
``ON DELETE CASCADE`` is the one silent way left: what goes with its parent is announced by the
parent's event alone.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

from sqlalchemy import TextClause, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.entity import Entity, SpacePart
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.own.message import Projection, no_projection

_BOOKKEEPING = frozenset({"updated_at", "version", "last_activity_at"})

Kind = Literal["created", "updated", "deleted"]


@dataclass(slots=True)
class Change:
    """What happened to one row in one transaction; ``before`` holds the changed columns."""

    session: Session
    kind: Kind
    before: dict[str, Any] = field(default_factory=dict)

    def touches(self, *columns: str) -> bool:
        """Tell whether one of these columns changed."""
        return any(column in self.before for column in columns)

    def listed(self, entity: Entity, *, without: Collection[str] = ()) -> list[dict[str, Any]]:
        """Give the changed columns as ``{field, previousValue, newValue}``, named as in the API."""
        return [
            {
                "field": _api_name(column),
                "previousValue": _shown(before),
                "newValue": _shown(getattr(entity, column)),
            }
            for column, before in self.before.items()
            if column not in without and column not in _BOOKKEEPING
        ]

    def among(self, prefix: str, by: str, id: str) -> "list[tuple[Any, Change]]":
        """Give this transaction's changes of rows of one noun whose column ``by`` holds ``id``.

        Only for the rules of topics: they are asked when nothing changes any more.
        """
        grouped = self.session.info.setdefault("grouped", {})
        if (prefix, by) not in grouped:
            groups = grouped[prefix, by] = defaultdict(list)
            for entity, change in _noted(self.session).values():
                if type(entity).prefix == prefix:
                    groups[getattr(entity, by)].append((entity, change))
        found: list[tuple[Any, Change]] = grouped[prefix, by].get(id, [])
        return found


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing listeners hear of; ``context`` is added to what its place already gives."""

    topic: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row lives, as its events tell it."""

    space_id: str | None = None
    namespace: str | None = None
    namespaces: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Any] | None = None


Touched: TypeAlias = tuple[Entity, Change]
Keeper: TypeAlias = Callable[[Any, Principal, Sequence[Touched]], Awaitable[None]]
"""Given the database, who made the changes, and all of them."""
Scribe: TypeAlias = Callable[[Any], Awaitable[None]]
"""Given the transaction, when its rules have done their work and nothing is durable yet."""
TopicRule: TypeAlias = Callable[[Any, Change], Iterable[Fact]]


def silent(_entity: object, _change: Change) -> Iterator[Fact]:
    """Announce nothing: the rule of a table that says so."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Rules:
    """What the features tell the kernel.

    ``kinds`` gives the table of an id's prefix, ``topics`` what a table announces, ``place`` where
    a row lives, ``fence`` refuses a transaction whose lease is lost, ``root`` is the Space.
    ``projection`` keeps in the main database what Spaces tell of their own ones. ``scribes`` write
    down what a change did in its own transaction, ``keepers`` see to what follows from it once it
    is durable. ``catalogue`` describes every topic there is.
    """

    kinds: Mapping[str, type[Entity]]
    topics: Mapping[type[Any], TopicRule]
    place: Callable[[Session, Entity], Place]
    fence: Callable[[Any, str], Awaitable[None]]
    root: type[Entity]
    projection: Projection = no_projection
    scribes: Sequence[Scribe] = ()
    keepers: Sequence[Keeper] = ()
    catalogue: Mapping[str, str] = field(default_factory=dict)


def _noted(session: Session) -> dict[int, tuple[Entity, Change]]:
    noted: dict[int, tuple[Entity, Change]] = session.info.setdefault("changes", {})
    return noted


def _api_name(column: str) -> str:
    head, *rest = ("metadata" if column == "meta" else column).split("_")
    return head + "".join(part.capitalize() for part in rest)


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


class BulkWriteRefused(RuntimeError):
    """A bulk statement tried to change a table whose changes listeners must hear of."""


class RecordingSession(Session):
    """A session that notes every change of a row until the transaction ends."""

    @property
    def changes(self) -> dict[int, tuple[Entity, Change]]:
        """The changes so far, by the flush in which a row was first touched.

        Within a flush come new rows as they were added, then changed ones by id, then deleted ones.
        """
        return _noted(self)

    @property
    def rules(self) -> Rules:
        """The rules this session was given; a session without rules fails at its first flush."""
        return cast("Rules", self.info["rules"])


def _note(session: RecordingSession, entity: Entity, kind: Kind) -> None:
    known = session.changes.get(id(entity))
    if known is None:
        session.changes[id(entity)] = (entity, Change(session, kind, _previous(entity, kind)))
        return
    change = known[1]
    if kind == "deleted" and change.kind == "created":
        del session.changes[id(entity)]
    elif kind == "deleted":
        change.kind = kind
    elif change.kind == "updated":
        change.before = _previous(entity, kind) | change.before


def _previous(entity: Entity, kind: Kind) -> dict[str, Any]:
    if kind != "updated":
        return {}
    return {
        attribute.key: attribute.history.deleted[0] if attribute.history.deleted else None
        for attribute in inspect(entity).attrs
        if attribute.history.has_changes()
    }


@event.listens_for(RecordingSession, "before_flush")
def _record(session: RecordingSession, _context: object, _instances: object) -> None:
    changed = [entity for entity in _entities(session.dirty) if session.is_modified(entity)]
    changed.sort(key=lambda entity: entity.id)
    kinds: dict[Kind, list[Entity]] = {
        "created": _entities(session.new),
        "updated": changed,
        "deleted": _entities(session.deleted),
    }
    for kind, entities in kinds.items():
        for entity in entities:
            _note(session, entity, kind)
    for entity in changed:
        entity.updated_at = session.info["now"]
    touched = [entity for entities in kinds.values() for entity in entities]
    _note_parents(session, touched)
    _raise_versions(session, touched)


def _entities(rows: Iterable[object]) -> list[Entity]:
    return [row for row in rows if isinstance(row, Entity)]


def _note_parents(session: RecordingSession, touched: Iterable[Entity]) -> None:
    """Count a parent as changed when a part that its topics tell of is, once per transaction."""
    noted: set[str] = session.info.setdefault("parents", set())
    for entity in touched:
        if not isinstance(entity, SpacePart) or entity.part_of is None:
            continue
        id = getattr(entity, entity.part_of)
        if id not in noted:
            noted.add(id)
            parent = session.get(session.rules.kinds[prefix_of(id) or ""], id)
            if parent is not None and parent not in session.deleted:
                _note(session, parent, "updated")


def _raise_versions(session: RecordingSession, touched: Iterable[Entity]) -> None:
    """Raise the version of every root in which something changed, once per transaction."""
    raised: set[str] = session.info.setdefault("raised", set())
    # What is new begins with its first version.
    raised.update(row.id for row in session.new if isinstance(row, session.rules.root))
    for entity in touched:
        id = _root_id(session, entity)
        if id is None or id in raised:
            continue
        raised.add(id)
        root = _root(session, id)
        if root is not None and root not in session.deleted:
            root.version += 1
            root.last_activity_at = session.info["now"]
            _note(session, root, "updated")


def _root_id(session: RecordingSession, entity: Entity) -> str | None:
    if isinstance(entity, session.rules.root):
        return entity.id
    return entity.space_id if isinstance(entity, SpacePart) and entity.raises_version else None


def _root(session: RecordingSession, id: str) -> Any:
    """Give a root: one that rules have read is locked, another is locked now."""
    kind = session.rules.root
    known = session.identity_map.get(session.identity_key(kind, id))
    return known or session.get(kind, id, with_for_update={"key_share": True})


@event.listens_for(RecordingSession, "do_orm_execute")
def _refuse_bulk_writes(state: ORMExecuteState) -> None:
    if isinstance(state.statement, TextClause):
        msg = "Text statements are refused in a transaction: the recorder cannot read them."
        raise BulkWriteRefused(msg)
    if state.is_insert or state.is_update or state.is_delete:
        msg = "Bulk writes are refused: change rows through the session so that listeners hear."
        raise BulkWriteRefused(msg)


def facts_of(session: RecordingSession) -> list[tuple[Fact, Place]]:
    """Turn the noted changes into what listeners will hear, in order."""
    heard = []
    for entity, change in list(session.changes.values()):
        facts = list(session.rules.topics[type(entity)](entity, change))
        if facts:
            place = _placed(session, entity)
            heard += [(fact, place) for fact in facts]
    return heard


def _placed(session: RecordingSession, entity: Entity) -> Place:
    """Give the place of a row; the events of a change tell which version of the root it made."""
    place = session.rules.place(session, entity)
    if place.space_id is None or place.space_id not in session.info.get("raised", ()):
        return place
    root = _root(session, place.space_id)
    version = {} if root is None else {"spaceVersion": root.version}
    return replace(place, context={**place.context, **version})
