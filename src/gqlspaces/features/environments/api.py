"""Environments in GraphQL."""

from strawberry import auto

from gqlspaces.blueprint.environment import EnvironmentPatch
from gqlspaces.features.environments import model, service
from gqlspaces.features.environments.topics import CATALOGUE, TOPICS
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, exposes
from gqlspaces.kernel.graphql.inputs import accepts, sent
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.transaction import Transaction


@exposes(model.Environment)
class Environment(Node):
    """An isolated world of Apps, Spaces, keys and events."""

    id: auto
    name: auto
    slug: auto
    is_prod: auto
    guest_authentication: auto
    features: auto
    meta: auto
    translations_path: auto
    namespaces: auto
    language_override: auto
    created_at: auto
    updated_at: auto


@query(None)
async def environment(info: Info) -> Environment:
    """The environment this key works in."""
    id = info.context.principal.environment_id
    return await info.context.reader.find(model.Environment, id)  # type: ignore[return-value]


@accepts(EnvironmentPatch)
class UpdateEnvironmentInput:
    """What to change of the environment; absent leaves as it is, null clears."""


@mutation(Scope.ADMIN, environment=Environment)
async def update_environment(tx: Transaction, input: UpdateEnvironmentInput) -> model.Environment:
    """Change the environment this key works in."""
    return await service.update_environment(tx, patch=sent(input))


feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[environment],
    mutations=[update_environment],
    types=[Environment],
)
