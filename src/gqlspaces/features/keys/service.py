"""The rules of API keys."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.text import Name
from gqlspaces.features.columns import checked
from gqlspaces.features.keys import token
from gqlspaces.features.keys.model import Key, KeyKind
from gqlspaces.kernel.auth import Principal, Scope
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Forbidden, Invalid, Unauthenticated
from gqlspaces.kernel.reader import AnyRow, Reader
from gqlspaces.kernel.transaction import Transaction

NAMESPACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")

_keys = table(Key)
_BY_ID = select(_keys).where(_keys.c.id == bindparam("id"))
_BY_HASH = select(_keys).where(_keys.c.hash == bindparam("hash"))


class _KeyConfig(Configuration):
    name: Name


class NewKey(NamedTuple):
    """A key just made, and the only sight of its token."""

    key: Key
    token: str


async def create_key(
    tx: Transaction,
    *,
    name: str,
    scopes: list[Scope],
    namespaces: list[str] | None = None,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a secret key; it can be no stronger than the key that makes it."""
    checked(_KeyConfig, {"name": name})
    if not scopes:
        msg = "A key needs at least one scope."
        raise Invalid(msg, path=("scopes",))
    for index, namespace in enumerate(namespaces or []):
        if not NAMESPACE.fullmatch(namespace):
            msg = "A namespace has lower-case letters, digits, - and _, at most 63."
            raise Invalid(msg, path=("namespaces", str(index)))
    _refuse_escalation(tx.principal, namespaces)
    secret = token.new_token(KeyKind.SECRET)
    key = Key(
        name=name,
        hash=token.digest(secret),
        hint=token.hint_of(secret),
        scopes=[scope.value for scope in scopes],
        namespaces=namespaces,
        expires_at=expires_at,
    )
    return NewKey(tx.add(key), secret)


async def revoke_key(tx: Transaction, *, id: str) -> Key:
    """Stop a key from working; revoking it again changes nothing."""
    key = await tx.find(Key, id)
    key.revoked_at = key.revoked_at or tx.now
    return key


async def authenticate(database: Database, secret: str, now: datetime) -> Principal:
    """Give the caller a key stands for, or raise Unauthenticated; every refusal looks the same."""
    msg = "This needs a valid API key: Authorization: Bearer gsk_…"
    if not token.is_well_formed(secret):
        raise Unauthenticated(msg)
    rows = await database.fetch(_BY_HASH, {"hash": token.digest(secret)})
    key = rows[0] if rows else None
    if key is None or key.revoked_at is not None:
        raise Unauthenticated(msg)
    if key.expires_at is not None and key.expires_at <= now:
        raise Unauthenticated(msg)
    return Principal(
        environment_id=key.environment_id,
        key_id=key.id,
        scopes=frozenset(Scope(scope) for scope in key.scopes),
        namespaces=None if key.namespaces is None else frozenset(key.namespaces),
        expires_at=key.expires_at,
    )


def _refuse_escalation(principal: Principal, namespaces: list[str] | None) -> None:
    if principal.namespaces is None:
        return
    if namespaces is None or not set(namespaces) <= principal.namespaces:
        msg = "A key limited to namespaces can only make keys within them."
        raise Forbidden(msg, path=("namespaces",))


async def own_key(reader: Reader) -> Sequence[AnyRow]:
    """Give the row of the caller's key; it is seen even by a limited key."""
    return await reader.rows(_BY_ID, {"id": reader.principal.key_id})


async def all_keys(reader: Reader) -> Sequence[AnyRow]:
    """Give the keys of the environment, newest first."""
    return await reader.scoped_rows(select(_keys).order_by(_keys.c.id.desc()), Key, {})
