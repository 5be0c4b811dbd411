"""Which records have which value: the questions that uniqueness and references ask."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import ARRAY, Connection, and_, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gqlspaces.features.records.driver import execute_many, sqlite_of
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
_given = func.unnest(bindparam("digests", type_=ARRAY(entry.c.digest.type))).column_valued("given")
_OF_GIVEN = and_(entry.c.rule == bindparam("rule"), entry.c.digest == _given)
_ENDS = select(
    _given.label("digest"),
    select(func.min(entry.c.n)).where(_OF_GIVEN).scalar_subquery().label("first"),
    select(func.max(entry.c.n)).where(_OF_GIVEN).scalar_subquery().label("last"),
)
_FIRST: Final = "SELECT n FROM entry WHERE rule = ? AND digest = ? ORDER BY n LIMIT 1"
_LAST: Final = "SELECT n FROM entry WHERE rule = ? AND digest = ? ORDER BY n DESC LIMIT 1"
_PUT: Final = "INSERT INTO entry (rule, digest, n) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
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
    execute_many(connection, _DELETE, sorted(gone))
    execute_many(connection, _INSERTS[connection.dialect.name], sorted(come))


def enter(
    connection: Connection, come: Iterable[Entry], watched: Collection[int]
) -> dict[Key, Ends]:
    """Put entries in; give the ends that those of their keys had before whose rule is watched."""
    ordered = sorted(come)
    driver = sqlite_of(connection)
    if driver is None:
        known = ends(connection, {one[:2] for one in ordered if one[0] in watched})
        change(connection, (), ordered)
        return known
    known, last, execute = {}, None, driver.cursor().execute
    for one in ordered:
        # Looked for where it is put next, so that every page of the index is read but once.
        key = one[:2]
        if key != last and key[0] in watched and (found := _ends_of(key, execute)):
            known[key] = found
        last = key
        execute(_PUT, one)
    return known


def ends(connection: Connection, keys: Iterable[Key]) -> dict[Key, Ends]:
    """Give the ends of each key that some record has."""
    driver = sqlite_of(connection)
    if driver is not None:
        execute = driver.cursor().execute
        return {key: found for key in sorted(keys) if (found := _ends_of(key, execute))}
    return {
        (rule, bytes(row.digest)): Ends(row.first, row.last)
        for rule, digests in _chunks(keys)
        for row in connection.execute(_ENDS, {"rule": rule, "digests": digests})
        if row.first is not None
    }


def present(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Give those keys that some record has."""
    return set(ends(connection, keys))


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


def _ends_of(key: Key, execute: Callable[..., Any]) -> Ends | None:
    first = execute(_FIRST, key).fetchone()
    return first and Ends(first[0], execute(_LAST, key).fetchone()[0])


def _chunks(keys: Iterable[Key]) -> Iterator[tuple[int, list[bytes]]]:
    grouped: dict[int, list[bytes]] = {}
    for rule, digest in keys:
        grouped.setdefault(rule, []).append(digest)
    for rule, digests in grouped.items():
        for start in range(0, len(digests), _CHUNK):
            yield rule, digests[start : start + _CHUNK]
