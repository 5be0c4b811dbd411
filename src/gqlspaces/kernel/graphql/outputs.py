"""GraphQL types of JSON that a configuration model describes: names and meanings stay there."""

import inspect
import types
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel

from gqlspaces.kernel.graphql.exposure import RENAMED, graphql_type

_OUTPUTS: dict[type[BaseModel], Any] = {}


def output_of(model: type[BaseModel], name: str | None = None) -> Any:
    """Make the GraphQL type of stored JSON objects of ``model``; every member may be null.

    Nothing is checked again on reading: the model checked the JSON when it was written.
    """
    if model in _OUTPUTS:
        return _OUTPUTS[model]
    namespace: dict[str, Any] = {}
    for attribute, column in model.model_fields.items():
        kind = _output_type(attribute, column.annotation)
        namespace[attribute] = _member(
            attribute, column.alias or attribute, kind, column.description
        )
    cls = type(name or model.__name__.removesuffix("Config"), (), namespace)
    made = strawberry.type(cls, description=inspect.getdoc(model))
    _OUTPUTS[model] = made
    return made


def _member(attribute: str, key: str, kind: Any, description: str | None) -> Any:
    def resolve(root: Any) -> Any:
        return root.get(key)

    resolve.__annotations__["return"] = kind | None
    return strawberry.field(resolver=resolve, name=RENAMED.get(attribute), description=description)


def _output_type(attribute: str, annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _output_type(attribute, arguments[0])
    if origin in (Union, types.UnionType):
        inner = [item for item in arguments if item is not type(None)]
        return _output_type(attribute, inner[0] if len(inner) == 1 else Any)
    if origin is list:
        return list[_output_type(attribute, arguments[0])]  # type: ignore[misc]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return output_of(annotation)
    return graphql_type(attribute, annotation)
