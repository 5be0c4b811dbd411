"""What every stored thing has: an id that names its noun, an environment, and two times."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import orjson
from sqlalchemy import JSON, ColumnElement, DateTime, String, Table, TypeDecorator, false, select
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

EPOCH = datetime.fromtimestamp(0, UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite stores it without a zone, so the zone is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a column of this type holds, for cursors that are read back."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand a UTC moment to the driver."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment back as UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(JSON):
    """JSON that knows ``1``, ``1.0`` and ``true`` apart, which Python takes for equal.

    Without that, putting one in the place of another would count as no change and not be stored.
    """

    cache_ok = True

    def compare_values(self, x: Any, y: Any) -> bool:
        """Tell whether two values are the same JSON; the order of members means nothing."""
        sort = orjson.OPT_SORT_KEYS
        return orjson.dumps(x, option=sort) == orjson.dumps(y, option=sort)


def json_column(description: str, **kwargs: Any) -> Any:
    """Declare a column of JSON; absent is SQL NULL, never the JSON text ``null``."""
    return Field(sa_type=cast("Any", Json(none_as_null=True)), description=description, **kwargs)


def word_column(description: str, **kwargs: Any) -> Any:
    """Declare a column of one word of a closed set, stored as the domain spells it."""
    return Field(sa_type=cast("Any", String(32)), description=description, **kwargs)


def time_column(description: str, **kwargs: Any) -> Any:
    """Declare a column of a moment in UTC."""
    return Field(sa_type=cast("Any", UtcDateTime), description=description, **kwargs)


class Entity(SQLModel):
    """A row with an id, seen only inside its environment."""

    prefix: ClassVar[str]

    id: str = Field(default="", primary_key=True, max_length=64, description="The global id.")
    environment_id: str = Field(
        default="", index=True, max_length=64, description="The Environment it belongs to."
    )
    created_at: datetime = time_column("When it was created.", default=EPOCH)
    updated_at: datetime = time_column("When it last changed.", default=EPOCH)

    @classmethod
    def visible_in(cls, namespaces: Collection[str]) -> ColumnElement[bool]:
        """Limit rows to those a key of these namespaces may see: none, unless a noun says so."""
        del namespaces
        return false()


class SpacePart(Entity):
    """A row inside a Space: visible where its Space is, and it raises the Space's version.

    ``part_of`` is the column of the parent whose topics tell of the row's changes, if they do.
    """

    raises_version: ClassVar[bool] = True
    part_of: ClassVar[str | None] = None

    space_id: str = Field(
        default="",
        foreign_key="space.id",
        ondelete="CASCADE",
        index=True,
        max_length=64,
        description="The Space it belongs to.",
    )

    @classmethod
    def visible_in(cls, namespaces: Collection[str]) -> ColumnElement[bool]:
        """Limit rows to those of visible Spaces."""
        space = SQLModel.metadata.tables["space"]
        visible = select(space.c.id).where(space.c.effective_namespace.in_(namespaces))
        return table(cls).c.space_id.in_(visible)


def table(entity: type[SQLModel]) -> Table:
    """Give the Core table of an entity, for statements whose rows are plain."""
    return cast("Table", entity.__table__)  # type: ignore[attr-defined]


def assign(entity: Entity, values: Mapping[str, Any]) -> None:
    """Set columns by the names the API uses; ``metadata`` is the column ``meta``."""
    for name, value in values.items():
        setattr(entity, "meta" if name == "metadata" else name, value)
