"""Errors of GraphQL as JSON."""

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError


def formatted(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    """Give errors as the members of a response's ``errors``."""
    return [dict(error.formatted) for error in errors]
