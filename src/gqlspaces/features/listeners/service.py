"""Who listens, and whether anybody would answer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, bindparam, select

from gqlspaces.features.environments.model import Environment
from gqlspaces.features.keys.model import Key
from gqlspaces.features.listeners.introduction import READY
from gqlspaces.features.listeners.model import Listener
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import UtcDateTime, table
from gqlspaces.kernel.reader import AnyRow
from gqlspaces.kernel.transaction import Transaction
from gqlspaces.matching import EventPattern, topic_matches

SILENT: Final = timedelta(seconds=45)
"""After so long without a sign a listener does not count as connected any more."""

REMEMBERED: Final = timedelta(days=7)
"""For so long a listener that is gone is remembered."""

At: TypeAlias = Database | Transaction
"""Where to look: the database as it is, or inside a transaction."""

_listeners, _keys = table(Listener), table(Key)
_environments = table(Environment).c
_SINCE = bindparam("since", type_=UtcDateTime)
_KNOWN: Select[Any] = (
    select(
        _listeners,
        _keys.c.name.label("key_name"),
        _keys.c.scopes.label("key_scopes"),
        _keys.c.expires_at.label("key_expires_at"),
        _keys.c.revoked_at.label("key_revoked_at"),
    )
    .join_from(_listeners, _keys, _keys.c.id == _listeners.c.key_id, isouter=True)
    .where(
        _listeners.c.environment_id == bindparam("environment"), _listeners.c.last_seen_at > _SINCE
    )
    .order_by(_listeners.c.last_seen_at.desc(), _listeners.c.id)
)


_ASKING: Select[Any] = (
    select(_listeners.c.environment_id, _listeners.c.registrations)
    .join_from(_listeners, table(Environment), _environments.id == _listeners.c.environment_id)
    .where(_listeners.c.last_seen_at > _SINCE)
)


async def known(at: At, environment_id: str) -> Sequence[AnyRow]:
    """Give the listeners seen lately, the last seen first, each with columns ``key_…`` beside."""
    parameters = {"environment": environment_id, "since": await _now(at) - REMEMBERED}
    if isinstance(at, Database):
        return await at.fetch(_KNOWN, parameters)
    return list(await at.session.execute(_KNOWN, parameters))


async def wanted(database: Database, topics: Collection[str]) -> set[tuple[str, str]]:
    """Give which of these topics a listener seen in the last days has a handler for, and where.

    Each comes with the Environment of the listener.
    """
    since = await database.now() - REMEMBERED
    return {
        (row.environment_id, topic)
        for row in await database.fetch(_ASKING, {"since": since})
        for registration in row.registrations
        for topic in topics
        if topic_matches(topic, registration["on"])
    }


async def answers(
    at: At,
    environment_id: str,
    job: str,
    namespaces: Sequence[str],
    *,
    namespaced_only: bool = False,
    context: Mapping[str, Any] | None = None,
) -> bool:
    """Tell whether a listener connected now would take a ready Job.

    ``job`` is its name, such as ``space:configure``, ``namespaces`` where its events are heard,
    such as ``["space:red"]``, ``context`` what else is known of it (``spaceId``, …) for handlers
    with such filters. ``namespaced_only`` counts only handlers that ask for namespaces.
    """
    now = await _now(at)
    event = offer(environment_id, job, namespaces, context or {})
    return any(
        takes(registration, event)
        for listener in await known(at, environment_id)
        if is_connected(listener, now) and may_take(listener, namespaces, now)
        for registration in listener.registrations
        if registration["namespaces"] or not namespaced_only
    )


def offer(
    environment_id: str, job: str, namespaces: Sequence[str], context: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the event that offers a Job of this name, as listeners would hear it."""
    domain, _, operation = job.partition(":")
    payload = {"domain": domain, "operation": operation, "job": job, "status": "ready"}
    return {
        "topic": READY,
        "domain": "job",
        "namespaces": list(namespaces),
        "context": {"environmentId": environment_id, **context},
        "payload": payload | {"isPart": False, "progress": 0, "attempt": 0},
    } | ({"origin": {"id": context["spaceId"]}} if context.get("spaceId") else {})


def takes(registration: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Tell whether a handler takes Jobs, and the one that this event offers."""
    return bool(registration["works"]) and pattern_of(registration).matches(event)


def pattern_of(registration: Mapping[str, Any]) -> EventPattern:
    """Give the events that a handler hears."""
    return EventPattern(
        registration["on"], registration.get("filters") or (), registration.get("namespaces") or ()
    )


def is_connected(listener: Any, now: datetime) -> bool:
    """Tell whether a listener is there."""
    return listener.disconnected_at is None and listener.last_seen_at > now - SILENT


def may_take(listener: AnyRow, namespaces: Sequence[str], now: datetime) -> bool:
    """Tell whether a listener's key lets it hear of Jobs in these namespaces and take them."""
    return sees(listener, namespaces) and key_works(listener, now) and may_work(listener)


def sees(listener: AnyRow, namespaces: Sequence[str]) -> bool:
    """Tell whether a listener's key is good for what happens in these namespaces."""
    if listener.limited_to is None:
        return True
    own = {f"space:{name}" for name in listener.limited_to.split(",")}
    return not own.isdisjoint(namespaces)


def key_works(listener: AnyRow, now: datetime) -> bool:
    """Tell whether a listener's key has neither expired nor been revoked."""
    if listener.key_name is None or listener.key_revoked_at is not None:
        return False
    return listener.key_expires_at is None or listener.key_expires_at > now


def may_work(listener: AnyRow) -> bool:
    """Tell whether a listener's key has the scope to take Jobs."""
    return not {Scope.JOB_WORK, Scope.ADMIN}.isdisjoint(listener.key_scopes or ())


async def _now(at: At) -> datetime:
    return await at.now() if isinstance(at, Database) else at.now
