"""Any visible thing by its global id."""

import strawberry

from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.connection import bad_input
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import EXPOSED, Node
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.ids import prefix_of
from gqlspaces.kernel.reader import AnyRow, Reader

MAX_NODES = 100


async def find_nodes(reader: Reader, ids: list[str]) -> list[AnyRow | None]:
    """Give the rows of ids of any noun that the caller may read, in order; one statement each."""
    found: dict[str, AnyRow | None] = {}
    for prefix, (entity, scope) in EXPOSED.items():
        wanted = [id for id in ids if prefix_of(id) == prefix]
        if wanted and reader.principal.may(scope):
            rows = await reader.find_many(entity, wanted)
            found |= dict(zip(wanted, rows, strict=True))
    return [found.get(id) for id in ids]


@query(Scope.SPACE_READ, id="The global id.")
async def node(info: Info, id: strawberry.ID) -> Node | None:
    """Anything this key may see, by its global id; null when there is no such thing."""
    return (await find_nodes(info.context.reader, [id]))[0]  # type: ignore[return-value]


@query(Scope.SPACE_READ, ids="The global ids, at most 100.")
async def nodes(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    """Several things by their global ids, in the order asked for."""
    if len(ids) > MAX_NODES:
        message = f"Ask for at most {MAX_NODES} ids at once."
        raise bad_input(message, "ids")
    return await find_nodes(info.context.reader, list(ids))  # type: ignore[return-value]
