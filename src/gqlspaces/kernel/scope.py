"""The one place that decides which rows a caller can reach."""

from typing import Any, TypeVar

from sqlalchemy import Select

from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.entity import Entity, table

S = TypeVar("S", bound=Select[Any])


def scoped(statement: S, entity: type[Entity], principal: Principal) -> S:
    """Limit a statement to the rows of ``entity`` that the caller may see."""
    statement = statement.where(table(entity).c.environment_id == principal.environment_id)
    if principal.namespaces is None:
        return statement
    return statement.where(entity.visible_in(principal.namespaces))
