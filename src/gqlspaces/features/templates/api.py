"""Making Spaces in GraphQL."""

from typing import Any

from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.features.columns import checked
from gqlspaces.features.jobs.api import Job
from gqlspaces.features.spaces.api import Space
from gqlspaces.features.templates import service
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.inputs import accepts, body_of, repeatable
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.transaction import Transaction


@accepts(SpaceConfig)
class CreateSpaceInput:
    """What a new Space is."""

    idempotency_key: str | None = repeatable()


@mutation(Scope.SPACE_WRITE, space=Space, job=Job)
async def create_space(tx: Transaction, input: CreateSpaceInput) -> dict[str, Any]:
    """Make a Space, and unless `autoConfigure` is false a `space:configure` Job.

    The Job is complete at once where the Space's App has a Blueprint or a template Space, unless a
    listener for the Space's namespace is connected; otherwise it becomes ready for listeners.
    """
    made = await service.create_space(tx, config=checked(SpaceConfig, body_of(input)))
    return made._asdict()


feature = Feature(mutations=[create_space])
