"""The rules of environments."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.blueprint.environment import EnvironmentConfig, EnvironmentPatch
from gqlspaces.features.columns import patched
from gqlspaces.features.environments.model import Environment
from gqlspaces.kernel.errors import Forbidden
from gqlspaces.kernel.log import new_stream
from gqlspaces.kernel.transaction import Transaction


async def create_environment(tx: Transaction, *, id: str, name: str, slug: str) -> Environment:
    """Make an environment with an empty event log; ``tx`` works in the environment it makes."""
    tx.session.add(new_stream(id))
    await tx.flush()
    environment = Environment(
        id=id, environment_id=id, name=name, slug=slug, guest_authentication=[]
    )
    return tx.add(environment)


async def update_environment(tx: Transaction, *, patch: Mapping[str, Any]) -> Environment:
    """Change the environment the caller works in; a key of some namespaces only cannot."""
    if tx.principal.namespaces is not None:
        msg = "This key is limited to namespaces: it cannot change what all of them share."
        raise Forbidden(msg)
    environment = await tx.find(Environment, tx.principal.environment_id)
    patched(environment, EnvironmentConfig, EnvironmentPatch, patch)
    return environment
