"""Which records have which value: the questions that uniqueness and references ask."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, and_, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gqlspaces.features.records.model import entry

Key: TypeAlias = tuple[int, bytes]
"""The number of a rule and the digest of a value."""

Entry: TypeAlias = tuple[int, bytes, int]
"""A key and the number of a record that has it."""

_CHUNK = 5000

_INSERTS = {
    "sqlite": sqlite.insert(entry).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(entry).on_conflict_do_nothing(),
}
_DELETE = delete(entry).where(
    and_(
        entry.c.rule == bindparam("b_rule"),
        entry.c.digest == bindparam("b_digest"),
        entry.c.n == bindparam("b_n"),
    )
)
_IN_RULE = and_(
    entry.c.rule == bindparam("rule"), entry.c.digest.in_(bindparam("digests", expanding=True))
)
_ENDS = (
    select(entry.c.digest, func.min(entry.c.n).label("first"), func.max(entry.c.n).label("last"))
    .where(_IN_RULE)
    .group_by(entry.c.digest)
)
_PRESENT = select(entry.c.digest).where(_IN_RULE).distinct()
_HAVING = select(entry.c.n).where(_IN_RULE).order_by(entry.c.n).limit(bindparam("limit"))
_FORGET = delete(entry).where(entry.c.rule.between(bindparam("first"), bindparam("last")))


class Ends(NamedTuple):
    """The lowest and highest record that have a key; the same number when only one has it."""

    first: int
    last: int

    @property
    def shared(self) -> bool:
        """Whether two or more have it."""
        return self.first != self.last


def change(connection: Connection, gone: Collection[Entry], come: Collection[Entry]) -> None:
    """Take entries out and put others in; one that is there already stays."""
    if gone:
        connection.execute(_DELETE, [{"b_rule": r, "b_digest": d, "b_n": n} for r, d, n in gone])
    if come:
        insert = _INSERTS[connection.dialect.name]
        connection.execute(insert, [{"rule": r, "digest": d, "n": n} for r, d, n in come])


def ends(connection: Connection, keys: Iterable[Key]) -> dict[Key, Ends]:
    """Give the ends of each key that some record has."""
    return {
        (rule, bytes(row.digest)): Ends(row.first, row.last)
        for rule, digests in _chunks(keys)
        for row in connection.execute(_ENDS, {"rule": rule, "digests": digests})
    }


def present(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Give those keys that some record has."""
    return {
        (rule, bytes(digest))
        for rule, digests in _chunks(keys)
        for digest in connection.scalars(_PRESENT, {"rule": rule, "digests": digests})
    }


def having(connection: Connection, keys: Iterable[Key], limit: int) -> list[int]:
    """Give the records that have one of these keys, at most so many."""
    found: set[int] = set()
    for rule, digests in _chunks(keys):
        parameters: dict[str, Any] = {"rule": rule, "digests": digests, "limit": limit}
        found.update(connection.scalars(_HAVING, parameters))
        if len(found) >= limit:
            break
    return sorted(found)[:limit]


def forget(connection: Connection, first_rule: int, last_rule: int) -> None:
    """Take out all entries of the rules with these numbers."""
    connection.execute(_FORGET, {"first": first_rule, "last": last_rule})


def _chunks(keys: Iterable[Key]) -> Iterator[tuple[int, list[bytes]]]:
    grouped: dict[int, list[bytes]] = {}
    for rule, digest in keys:
        grouped.setdefault(rule, []).append(digest)
    for rule, digests in grouped.items():
        for start in range(0, len(digests), _CHUNK):
            yield rule, digests[start : start + _CHUNK]
