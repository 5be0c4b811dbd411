"""`gqlspaces spaces`: the Spaces of an environment, and the anatomy of one."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.terminal import AsJson, console, plain, print_json

if TYPE_CHECKING:
    from gqlspaces.listener.client import Client

PAGE = 100
DAY = len("2026-11-20")

SPACES = """
query Spaces($search: String, $first: Int!, $after: String) {
  spaces(search: $search, first: $first, after: $after) {
    edges { node { id name entity namespace labels archivedAt createdAt } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_spaces(
    *,
    search: Annotated[str | None, typer.Option(help="Only those whose name has this.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """List Spaces, each by the word that its App has for it.

    Example: gqlspaces spaces list --search acme --json
    """
    from gqlspaces.cli.gateway import run

    async def collect(client: "Client") -> list[dict[str, Any]]:
        return [space async for space in _spaces(client, search, limit)]

    spaces = run(configured(url=url), collect)
    if json:
        for space in spaces:
            print_json(space)
        return
    from rich.table import Column, Table

    whole, day = Column("id", no_wrap=True), Column("created", no_wrap=True)
    table = Table(whole, "kind", "name", "namespace", day, box=None, header_style="bold")
    for space in spaces:
        name = f"{plain(space['name'])}{' (archived)' if space['archivedAt'] else ''}"
        kind, namespace = plain(space["entity"]), plain(space["namespace"] or "")
        table.add_row(space["id"], kind, name, namespace, space["createdAt"][:DAY])
    console().print(table if spaces else "No Spaces.")


@app.command("show")
def show_space(
    space_id: Annotated[str, typer.Argument(metavar="ID", help="Such as sp_…")],
    *,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Draw the anatomy of a Space as a tree.

    Example: gqlspaces spaces show sp_…
    """
    from gqlspaces.cli.anatomy import ANATOMY, anatomy_tree
    from gqlspaces.cli.gateway import ask, run

    async def fetch(client: "Client") -> Any:
        return (await ask(client, ANATOMY, {"id": space_id}))["space"]

    space = run(configured(url=url), fetch)
    if space is None:
        raise Failure(f"no Space {space_id}", advice="`gqlspaces spaces list` names them.")
    if json:
        print_json(space)
    else:
        console().print(anatomy_tree(space))


async def _spaces(
    client: "Client", search: str | None, limit: int
) -> AsyncIterator[dict[str, Any]]:
    from gqlspaces.cli.gateway import ask

    after = None
    while limit > 0:
        variables = {"search": search, "first": min(limit, PAGE), "after": after}
        page = (await ask(client, SPACES, variables))["spaces"]
        for edge in page["edges"]:
            yield edge["node"]
        limit -= len(page["edges"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return
