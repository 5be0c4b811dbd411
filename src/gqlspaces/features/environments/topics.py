"""Which changes of an environment listeners hear about."""

from collections.abc import Iterator

from gqlspaces.features.environments.model import Environment
from gqlspaces.kernel.recorder import Change, Fact

CATALOGUE = {
    "environment:created": "An Environment was made: `environmentId, name, slug, isProd`.",
    "environment:updated": "An Environment changed: `environmentId, changes[{field, …}]`.",
}


def environment_topics(environment: Environment, change: Change) -> Iterator[Fact]:
    """Announce what is made and changed; an environment is never deleted."""
    payload = {"environmentId": environment.id}
    if change.kind == "created":
        about = {"name": environment.name, "slug": environment.slug, "isProd": environment.is_prod}
        yield Fact("environment:created", payload | about)
    elif change.kind == "updated":
        yield Fact("environment:updated", payload | {"changes": change.listed(environment)})


TOPICS = {Environment: environment_topics}
