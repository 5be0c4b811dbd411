"""Reads: plain rows, limited to what the caller may see, never ORM instances."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Row, Select, bindparam, select

from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.entity import Entity, table
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.scope import scoped

if TYPE_CHECKING:
    from gqlspaces.kernel.database import Database

AnyRow: TypeAlias = Row[Any]
Order: TypeAlias = tuple[str, ...]


class Reader:
    """A caller's view of the database; every statement sees the latest commit.

    Do not rely on two statements seeing the same moment: lists and their children are read one
    after the other, and a client that needs exactness compares ``version``.
    """

    def __init__(self, database: "Database", principal: Principal) -> None:
        """Bind the view to a database and a caller."""
        self.database = database
        self.principal = principal

    async def rows(
        self, statement: Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]:
        """Run a statement as it is; the caller has scoped it."""
        return await self.database.fetch(statement, dict(parameters or {}))

    async def scoped_rows(
        self, statement: Select[Any], entity: type[Entity], parameters: Mapping[str, Any]
    ) -> Sequence[AnyRow]:
        """Run a statement over ``entity`` limited to what the caller may see."""
        return await self.rows(scoped(statement, entity, self.principal), parameters)

    async def find(self, entity: type[Entity], id: str) -> AnyRow | None:
        """Give the row of this id if the caller may see it."""
        return (await self.find_many(entity, [id]))[0]

    async def find_many(self, entity: type[Entity], ids: Sequence[str]) -> list[AnyRow | None]:
        """Give a row, or None, for each id in order; what is no id of the noun is not asked for."""
        keys = [id for id in ids if prefix_of(id) == entity.prefix]
        rows = await self._by_column(entity, "id", ("id",), keys) if keys else ()
        known = {row.id: row for row in rows}
        return [known.get(id) for id in ids]

    async def children(
        self, entity: type[Entity], *, by: str, order: Order, keys: Sequence[str]
    ) -> list[list[AnyRow]]:
        """Give, for each key in order, the rows whose column ``by`` holds it."""
        rows = await self._by_column(entity, by, order, keys)
        grouped: dict[str, list[AnyRow]] = {key: [] for key in keys}
        for row in rows:
            grouped[row._mapping[by]].append(row)  # noqa: SLF001 - a row's public mapping
        return [grouped[key] for key in keys]

    async def _by_column(
        self, entity: type[Entity], column: str, order: Order, keys: Sequence[str]
    ) -> Sequence[AnyRow]:
        statement = _select_by_column(entity, column, order, self.principal)
        return await self.rows(statement, {"keys": list(keys)})


@lru_cache(maxsize=512)
def _select_by_column(
    entity: type[Entity], column: str, order: Order, principal: Principal
) -> Select[Any]:
    columns = table(entity).c
    statement = (
        select(table(entity))
        .where(columns[column].in_(bindparam("keys", expanding=True)))
        .order_by(*(columns[name] for name in order))
    )
    return scoped(statement, entity, principal)
