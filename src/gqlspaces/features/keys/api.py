"""Keys in GraphQL: who am I, and making and revoking keys."""

from datetime import datetime

import strawberry
from strawberry import auto

from gqlspaces.features.environments.api import Environment
from gqlspaces.features.environments.model import Environment as EnvironmentRow
from gqlspaces.features.keys import model, service
from gqlspaces.features.keys.topics import CATALOGUE, TOPICS
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, exposes, graphql_enum
from gqlspaces.kernel.graphql.inputs import optional, required
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.transaction import Transaction

KeyScope = graphql_enum(Scope)


@exposes(model.Key, scope=Scope.ADMIN)
class Key(Node):
    """An API key, without the key itself."""

    id: auto
    name: auto
    kind: auto
    hint: auto
    scopes: list[KeyScope] = strawberry.field(description="What it may be used for.")  # type: ignore[valid-type]
    namespaces: auto
    expires_at: auto
    revoked_at: auto
    created_at: auto


@strawberry.type(description="Who is asking.")
class Viewer:
    """Who is asking."""

    key: Key = strawberry.field(description="The key of this request.")
    environment: Environment = strawberry.field(description="The environment it works in.")


@query(None)
async def viewer(info: Info) -> Viewer:
    """Who is asking, and what this key may do."""
    principal = info.context.principal
    reader = info.context.reader
    [key] = await service.own_key(reader)
    environment = await reader.find(EnvironmentRow, principal.environment_id)
    return Viewer(key=key, environment=environment)  # type: ignore[arg-type]


@query(Scope.ADMIN)
async def keys(info: Info) -> list[Key]:
    """The API keys of this environment, newest first."""
    return list(await service.all_keys(info.context.reader))  # type: ignore[arg-type]


@strawberry.input(description="What a new key is for.")
class CreateKeyInput:
    """What a new key is for."""

    name: str = required("What it is used for.")
    scopes: list[KeyScope] = required("What it may be used for.")  # type: ignore[valid-type]
    namespaces: list[str] | None = optional("Limit it to these namespaces.")
    expires_at: datetime | None = optional("When it stops working.")


@strawberry.input(description="Which key stops working.")
class RevokeKeyInput:
    """Which key stops working."""

    id: strawberry.ID = required("The key.")


@mutation(Scope.ADMIN, key=Key, token=str)
async def create_key(tx: Transaction, input: CreateKeyInput) -> dict[str, object]:
    """Make a secret key; its token is shown this once."""
    made = await service.create_key(
        tx,
        name=input.name,
        scopes=input.scopes,
        namespaces=input.namespaces or None,
        expires_at=input.expires_at or None,
    )
    return {"key": made.key, "token": made.token}


@mutation(Scope.ADMIN, key=Key)
async def revoke_key(tx: Transaction, input: RevokeKeyInput) -> model.Key:
    """Stop a key from working."""
    return await service.revoke_key(tx, id=input.id)


feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[viewer, keys],
    mutations=[create_key, revoke_key],
    types=[Key],
)
