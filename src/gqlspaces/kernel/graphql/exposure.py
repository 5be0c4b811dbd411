"""GraphQL types as allow-lists of columns: an attribute's type and meaning stay in its table.

What a type lists is data (``exposed``, ``children``), so that another executor than graphql-core
can be built on the same declarations.
"""

import inspect
import types
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

import strawberry
from strawberry.scalars import JSON
from strawberry.types.base import get_object_definition

from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.entity import Entity
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.reader import AnyRow, Order, Reader

T = TypeVar("T", bound=type)

RENAMED = {"meta": "metadata"}


class Exposed(NamedTuple):
    """A table whose rows are GraphQL nodes, and the scope that reading one by its id needs."""

    entity: type[Entity]
    scope: Scope


EXPOSED: dict[str, Exposed] = {}


class Found(NamedTuple):
    """Nodes that are no rows of the main database: how many ids of them are read at once."""

    find: Callable[[Reader, Sequence[str]], Awaitable[Sequence[Any]]]
    scope: Scope


FOUND: dict[str, Found] = {}


def found_by(prefix: str, find: Any, *, scope: Scope = Scope.SPACE_READ) -> Callable[[T], T]:
    """Make a GraphQL type of nodes with this prefix, which a batch function over ids reads."""

    def decorate(cls: T) -> T:
        cls.is_type_of = classmethod(  # type: ignore[attr-defined]
            lambda _cls, row, _info: row.id.startswith(prefix + "_")
        )
        FOUND[prefix] = Found(find, scope)
        return strawberry.type(cls, description=inspect.getdoc(cls))

    return decorate


@strawberry.interface(description="Anything with a global id.")
class Node:
    """Anything with a global id."""

    id: strawberry.ID = strawberry.field(description="The global id; its prefix names the noun.")


def exposes(entity: type[Entity], *, scope: Scope = Scope.SPACE_READ) -> Callable[[T], T]:
    """Make a GraphQL type of rows of ``entity``: each attribute without a value is a public column.

    ``auto`` takes the column's type; either way the column says what it means. ``scope`` is what
    reading one by its id needs.
    """

    def decorate(cls: T) -> T:
        for attribute, annotation in list(cls.__annotations__.items()):
            column = entity.model_fields.get(attribute)
            if column is None or attribute in vars(cls):
                continue
            if annotation is strawberry.auto:
                cls.__annotations__[attribute] = graphql_type(attribute, column.annotation)
            setattr(cls, attribute, _column_field(attribute, column.description))
        cls.is_type_of = classmethod(  # type: ignore[attr-defined]
            lambda _cls, row, _info: row.id.startswith(entity.prefix + "_")
        )
        made = strawberry.type(cls, description=inspect.getdoc(cls))
        EXPOSED[entity.prefix] = Exposed(entity, scope)
        return made

    return decorate


def _column_field(attribute: str, description: str | None) -> Any:
    return strawberry.field(name=RENAMED.get(attribute), description=description)


def graphql_type(attribute: str, annotation: Any) -> Any:
    """Give the GraphQL type of a Python annotation; ``*_id`` are IDs and objects are JSON."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return graphql_type(attribute, arguments[0])
    if origin in (Union, types.UnionType):
        inner = [item for item in arguments if item is not type(None)]
        return graphql_type(attribute, inner[0] if len(inner) == 1 else Any) | None
    if origin is list:
        item = graphql_type(attribute, arguments[0])
        return list[item]  # type: ignore[valid-type]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return graphql_enum(annotation)
    if annotation is str and (attribute == "id" or attribute.endswith(("_id", "_ids"))):
        return strawberry.ID
    return annotation if annotation in (str, int, float, bool, datetime) else JSON


@cache
def graphql_enum(enum: type[Enum]) -> Any:
    """Make a GraphQL enum; its values are described by the enum's ``__descriptions__`` or name."""
    described: Mapping[str, str] = getattr(enum, "__descriptions__", {})
    made = strawberry.enum(enum, description=inspect.getdoc(enum))
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        readable = value.name.lower().replace("_", " ")
        value.description = described.get(value.name) or f"{readable.capitalize()}."
    return made


@dataclass(frozen=True, slots=True)
class Children:
    """A child list as data: rows of ``entity`` whose column ``by`` is the parent's id."""

    entity: type[Entity]
    by: str
    order: Order = ("position", "id")

    async def __call__(self, reader: Reader, keys: Sequence[str]) -> list[list[AnyRow]]:
        """Read the lists of many parents by one statement."""
        return await reader.children(self.entity, by=self.by, order=self.order, keys=keys)


@dataclass(frozen=True, slots=True)
class One:
    """A single related row as data: the row of ``entity`` whose id a column holds."""

    entity: type[Entity]

    async def __call__(self, reader: Reader, keys: Sequence[str]) -> list[AnyRow | None]:
        """Read the rows of many ids by one statement."""
        return await reader.find_many(self.entity, list(keys))


def children(
    of: type[Entity], kind: Any, *, by: str, description: str, order: Order = ("position", "id")
) -> Any:
    """Declare a plain list of children in their order."""
    batch = Children(of, by, order)

    async def resolve(root: Any, info: Info) -> Any:
        return await info.context.load(batch, root.id)

    resolve.__annotations__["return"] = list[kind]
    return strawberry.field(resolver=resolve, description=description)


def one(of: type[Entity], kind: Any, *, by: str, description: str) -> Any:
    """Declare a nullable related row, named by the id in column ``by``."""
    batch = One(of)

    async def resolve(root: Any, info: Info) -> Any:
        key = getattr(root, by)
        return None if key is None else await info.context.load(batch, key)

    resolve.__annotations__["return"] = kind | None
    return strawberry.field(resolver=resolve, description=description)


def computed(batch: Any, kind: Any, *, description: str) -> Any:
    """Declare a field worked out for many parents at once by a batch function over their ids."""

    async def resolve(root: Any, info: Info) -> Any:
        return await info.context.load(batch, root.id)

    resolve.__annotations__["return"] = kind
    return strawberry.field(resolver=resolve, description=description)


def extend(parent: type, /, **fields: Any) -> None:
    """Give a type of another feature more fields: a child noun says where it hangs."""
    definition = get_object_definition(parent, strict=True)
    for name, made in fields.items():
        made.python_name = name
        made.name = name
        made.origin = parent
        definition.fields.append(made)
