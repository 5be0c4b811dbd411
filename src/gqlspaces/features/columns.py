"""Between configuration models and tables: both use the same names, so one bridge serves all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticUndefined

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.patch import Patch, apply_patch
from gqlspaces.blueprint.problems import problems
from gqlspaces.kernel.entity import Entity, assign
from gqlspaces.kernel.errors import DomainError, Refused

C = TypeVar("C", bound=Configuration)

_COLUMN = {"metadata": "meta"}


def checked(model: type[C], sent: Any, *, path: tuple[str, ...] = ()) -> C:
    """Check plain data against a configuration model; raise Refused with every problem."""
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise refused(error, path) from error


def store(entity: Entity, configuration: Configuration) -> None:
    """Write a configuration into the columns of a row.

    What did not change is no change: each column's type knows that, also that 1 is not true.
    """
    assign(entity, columns_of(type(entity), configuration))


def columns_of(entity: type[Entity], configuration: Configuration) -> dict[str, Any]:
    """Give the column values of a configuration; what is absent takes the column's default.

    A column without a default keeps what it has.
    """
    dumped = configuration.model_dump(mode="json", by_alias=True, exclude_none=True)
    columns: dict[str, Any] = {}
    for name, attribute in type(configuration).model_fields.items():
        column = _COLUMN.get(name, name)
        if column not in entity.model_fields:
            continue
        given = getattr(configuration, name)
        value = given if isinstance(given, datetime) else dumped.get(attribute.alias or name)
        if value is None:
            value = entity.model_fields[column].get_default(call_default_factory=True)
        if value is not PydanticUndefined:
            columns[column] = value
    return columns


def configuration_of(model: type[C], row: Any, **parts: Any) -> C:
    """Read a row back into its configuration; ``parts`` are what other rows hold, as plain data."""
    document: dict[str, Any] = dict(parts)
    for name in model.model_fields:
        column = _COLUMN.get(name, name)
        # An empty object says nothing that its absence does not say.
        if name not in document and getattr(row, column, {}) != {}:
            document[name] = getattr(row, column)
    return model.model_validate(document)


def patched(
    entity: Entity, model: type[C], patch: type[Patch], sent: Mapping[str, Any], **parts: Any
) -> C:
    """Apply a patch to a row: absent stays, null clears, metadata and settings are merged.

    The result is checked as a whole before it is written. ``parts`` stand for required members
    that other rows hold.
    """
    try:
        changed = apply_patch(configuration_of(model, entity, **parts), patch.model_validate(sent))
    except ValidationError as error:
        raise refused(error, ()) from error
    store(entity, changed)
    return changed


def refused(error: ValidationError, path: tuple[str, ...]) -> Refused:
    """Give what a model or a check refused, below a path, as callers are told."""
    return Refused(
        [
            DomainError(problem.message, path=(*path, *problem.path), code=problem.code.value)
            for problem in problems(error)
        ]
    )
