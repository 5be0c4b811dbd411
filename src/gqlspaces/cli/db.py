"""`gqlspaces db`: the schema of the database."""

from typing import Annotated

import typer

from gqlspaces.cli.configuration import configured
from gqlspaces.cli.terminal import AsJson, console, print_json

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="SQLite or PostgreSQL; with a password, better $GQLSPACES_DATABASE_URL.",
        show_default="gqlspaces.db in the data folder",
    ),
]

app = typer.Typer(no_args_is_help=True)


@app.command("upgrade")
def upgrade(*, database_url: DatabaseUrl = None) -> None:
    """Bring the database to the schema this version needs; nodes may start together.

    Example: gqlspaces db upgrade
    """
    import asyncio

    from gqlspaces import migration
    from gqlspaces.cli.databases import bring_up_to_date, owned

    url = configured(database_url=database_url).database_url

    async def bring() -> tuple[str | None, str | None]:
        before = await migration.current_revision(url)
        await bring_up_to_date(url)
        return before, await migration.current_revision(url)

    with owned(url):
        before, after = asyncio.run(bring())
    if before == after:
        console().print(f"Nothing to do: the database is at revision {after}.")
    else:
        console().print(f"The database went from revision {before or 'none'} to {after}.")


@app.command("current")
def current(*, database_url: DatabaseUrl = None, json: AsJson = False) -> None:
    """Tell the revision of the database, and the one that this version needs.

    Example: gqlspaces db current --json
    """
    import asyncio

    from gqlspaces import migration
    from gqlspaces.cli.databases import explained, shown

    url = configured(database_url=database_url).database_url
    with explained():
        revision = asyncio.run(migration.current_revision(url))
    newest = migration.newest_revision()
    if json:
        print_json({"database": shown(url), "revision": revision, "needed": newest})
        return
    told = "as needed" if revision == newest else f"{newest} is needed: gqlspaces db upgrade"
    console().print(f"{shown(url)}: revision {revision or 'none'}, {told}.", soft_wrap=True)
