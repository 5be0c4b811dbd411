"""The first start: an environment to work in and a key to work with."""

from sqlalchemy import select

from gqlspaces.blueprint.slug import slugify
from gqlspaces.features.environments.model import Environment
from gqlspaces.features.environments.service import create_environment
from gqlspaces.features.keys.service import create_key
from gqlspaces.kernel.auth import Principal, Scope
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.ids import new_id

ACTOR = "bootstrap"  # who made what was there before any key


async def environments(database: Database) -> dict[str, str]:
    """Give the ids of the environments there are by their slugs, oldest first."""
    rows = table(Environment)
    found = await database.fetch(select(rows.c.slug, rows.c.id).order_by(rows.c.id), {})
    return {row.slug: row.id for row in found}


async def create_bare_environment(database: Database, name: str) -> str:
    """Make an environment without a key; give its id."""
    creator = _creator()
    async with database.transaction(creator) as tx:
        await create_environment(tx, id=creator.environment_id, name=name, slug=slugify(name))
    return creator.environment_id


async def create_first_environment(database: Database, name: str) -> str:
    """Make an environment and an administrator's key for it; give the key, shown this once."""
    creator = _creator()
    async with database.transaction(creator) as tx:
        await create_environment(tx, id=creator.environment_id, name=name, slug=slugify(name))
        made = await create_key(tx, name="first key", scopes=[Scope.ADMIN])
    return made.token


def _creator() -> Principal:
    return Principal(environment_id=new_id("env"), key_id=ACTOR)
