"""GraphQL inputs made from the configuration models, and back.

The models of ``gqlspaces.blueprint`` say what may be sent and check it; an input lists the same
names with GraphQL types, so that every refusal comes with a code and a path.
"""

import inspect
import types
from collections.abc import Callable, Collection
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel
from strawberry.scalars import JSON

from gqlspaces.kernel.graphql.exposure import RENAMED, graphql_enum, graphql_type

T = TypeVar("T", bound=type)

_INPUTS: dict[str, Any] = {}


def accepts(model: type[BaseModel], *, leave_out: frozenset[str] = frozenset()) -> Callable[[T], T]:
    """Make an input that takes what ``model`` takes, beside the attributes the class lists."""

    def decorate(cls: T) -> T:
        annotations = dict(inspect.get_annotations(cls))
        for attribute, column in model.model_fields.items():
            if attribute in leave_out or attribute in annotations:
                continue
            wanted = _input_type(attribute, column.annotation)
            optional = not column.is_required()
            annotations[attribute] = wanted | None if optional else wanted
            setattr(cls, attribute, _field(attribute, column.description, optional=optional))
        cls.__annotations__ = annotations
        return strawberry.input(cls, description=inspect.getdoc(cls))

    return decorate


def input_of(model: type[BaseModel], name: str, description: str) -> Any:
    """Make the input of a nested configuration model, once; its patch shares it."""
    if name not in _INPUTS:
        _INPUTS[name] = accepts(model)(type(name, (), {"__doc__": description}))
    return _INPUTS[name]


def optional(description: str, *, name: str | None = None) -> Any:
    """Declare an input attribute that may be absent; there is no ``= null`` in the schema."""
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


def repeatable() -> Any:
    """Declare the idempotency key of an input whose mutation is done once per key."""
    return optional("Repeating the request with this key repeats nothing.")


def required(description: str) -> Any:
    """Declare an input attribute that must be given."""
    return strawberry.field(description=description)


def sent(value: Any) -> Any:
    """Give what was really sent, as plain data: absent attributes are not there."""
    if is_dataclass(value) and not isinstance(value, type):
        given = {item.name: getattr(value, item.name) for item in fields(value)}
        return {name: sent(item) for name, item in given.items() if item is not strawberry.UNSET}
    if isinstance(value, list):
        return [sent(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def body_of(value: Any, *, without: Collection[str] = ()) -> dict[str, Any]:
    """Give what was sent, without what addresses it: the id and the idempotency key."""
    left_out = {"id", "idempotency_key", "expected_version", *without}
    given: dict[str, Any] = sent(value)
    return {name: item for name, item in given.items() if name not in left_out}


def index_of(value: Any) -> int | None:
    """Give the place among siblings that an input asks for; None is the end."""
    index: int | None = value.index
    return None if index is strawberry.UNSET else index


def _field(attribute: str, description: str | None, *, optional: bool) -> Any:
    default = {"default": strawberry.UNSET} if optional else {}
    return strawberry.field(name=RENAMED.get(attribute), description=description, **default)


def _input_type(attribute: str, annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _input_type(attribute, arguments[0])
    if origin in (Union, types.UnionType):
        inner = [item for item in arguments if item is not type(None)]
        return _input_type(attribute, inner[0]) if len(inner) == 1 else JSON
    if origin is list:
        item = _input_type(attribute, arguments[0])
        return list[item]  # type: ignore[valid-type]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return graphql_enum(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        name = annotation.__name__.removesuffix("Config").removesuffix("Patch") + "Input"
        return input_of(annotation, name, inspect.getdoc(annotation) or name)
    return graphql_type(attribute, annotation)
