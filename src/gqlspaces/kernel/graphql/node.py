"""Any visible thing by its global id."""

from typing import Any

import strawberry

from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.connection import bad_input
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import EXPOSED, FOUND, Node
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.reader import Reader

MAX_NODES = 100


async def find_nodes(reader: Reader, ids: list[str]) -> list[Any]:
    """Give the rows of ids of any noun that the caller may read, in order, noun by noun."""
    found: dict[str, Any] = {}
    for prefix, (entity, scope) in EXPOSED.items():
        wanted = [id for id in ids if prefix_of(id) == prefix]
        if wanted and reader.principal.may(scope):
            rows = await reader.find_many(entity, wanted)
            found |= dict(zip(wanted, rows, strict=True))
    for prefix, other in FOUND.items():
        wanted = [id for id in ids if prefix_of(id) == prefix]
        if wanted and reader.principal.may(other.scope):
            found |= dict(zip(wanted, await other.find(reader, wanted), strict=True))
    return [found.get(id) for id in ids]


@query(Scope.SPACE_READ, id="The global id.")
async def node(info: Info, id: strawberry.ID) -> Node | None:
    """Anything this key may see, by its global id; null when there is no such thing."""
    found: list[Node | None] = await find_nodes(info.context.reader, [id])
    return found[0]


@query(Scope.SPACE_READ, ids="The global ids, at most 100.")
async def nodes(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    """Several things by their global ids, in the order asked for."""
    if len(ids) > MAX_NODES:
        message = f"Ask for at most {MAX_NODES} ids at once."
        raise bad_input(message, "ids")
    return await find_nodes(info.context.reader, list(ids))
