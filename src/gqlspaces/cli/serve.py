"""`gqlspaces serve`: the gateway."""

import gc
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gqlspaces import __version__
from gqlspaces.cli.configuration import configured
from gqlspaces.cli.db import DatabaseUrl

if TYPE_CHECKING:
    from gqlspaces.cli.server import Served
    from gqlspaces.settings import Settings

Address = Annotated[
    str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")
]
Port = Annotated[
    int | None, typer.Option(help="Port to listen on; 0 takes any.", show_default="8000")
]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the SQLite database.", show_default="data")
]
Level = Annotated[
    Literal["debug", "info", "warning", "error"] | None,
    typer.Option(metavar="LEVEL", help="Least severe message that is logged.", show_default="info"),
]
Form = Annotated[
    Literal["console", "json"] | None,
    typer.Option(help="How messages are logged.", show_default="console"),
]

# New objects before the collector looks at the youngest, and how often then at older ones.
GARBAGE = (50_000, 20, 50)

logger = logging.getLogger(__name__)


def serve(
    *,
    host: Address = None,
    port: Port = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    no_migrate: Annotated[
        bool, typer.Option("--no-migrate", help="Fail if the database needs a migration.")
    ] = False,
    log_level: Level = None,
    log_format: Form = None,
) -> None:
    """Serve the API and the playground until told to stop (SIGTERM or Ctrl-C).

    An empty database gets an environment and a secret key. The key is printed
    this once, and only when the address is of this machine alone.

    Example: gqlspaces serve --port 9000
    """
    from gqlspaces.cli.logs import configure_logs
    from gqlspaces.cli.server import run

    settings = configured(
        host=host,
        port=port,
        data_dir=data_dir,
        database_url=database_url,
        log_level=log_level,
        log_format=log_format,
    )
    configure_logs(settings)
    run(_serve(settings, migrate=not no_migrate))


async def _serve(settings: "Settings", *, migrate: bool) -> None:
    from gqlspaces.cli.server import serving

    async with serving(settings, migrate=migrate) as served:
        _settle_memory()
        announce(served)
        await served.ended()
    logger.info("stopped")


def _settle_memory() -> None:
    """Spare what was loaded to begin with, which stays anyhow, the collector's looking for garbage.

    It takes longer than a thousand records do, and records come by the million.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def announce(served: "Served") -> None:
    """Tell where the gateway is and what is wrong with it: to people, or to a log."""
    from gqlspaces.cli.databases import shown

    settings = served.gateway.settings
    if settings.log_format == "json":
        about = {"endpoint": served.endpoint, "database": shown(settings.database_url)}
        logger.info("listening", extra={"version": __version__, **about})
        for warning in warnings(served):
            logger.warning(warning)
        if served.key:
            typer.echo(served.key)  # a log would keep it, and masks it
        return
    _print_banner(served)


def warnings(served: "Served") -> list[str]:
    """What an operator should know before relying on this gateway."""
    from gqlspaces.cli.databases import sqlite_warning

    url = served.gateway.settings.database_url
    open_to_all = f"It listens on {served.host} without TLS: put a proxy with TLS in front."
    keyless = "There is no key yet: make one with `gqlspaces keys create`"
    keyless += " while this is stopped." if served.gateway.database.is_sqlite else "."
    found = (
        None if served.is_private else open_to_all,
        keyless if served.is_keyless else None,
        sqlite_warning(url),
    )
    return [warning for warning in found if warning]


def _print_banner(served: "Served") -> None:
    from rich.text import Text

    from gqlspaces.cli.databases import shown
    from gqlspaces.cli.terminal import console

    settings, out = served.gateway.settings, console()
    lines = {
        "Playground": served.url if settings.playground else None,
        "Endpoint": served.endpoint,
        "Database": shown(settings.database_url),
        "Secret key": served.key,
    }
    out.print(Text.assemble("\n", ("gqlspaces", "bold cyan"), f" {__version__}\n"))
    for name, value in lines.items():
        if value:
            out.print(Text.assemble((f"  {name:<12}", "dim"), value), soft_wrap=True)
    if served.key:
        told = "It opens everything and is shown this once: keep it as GQLSPACES_KEY."
        out.print(Text(f"  {'':<12}{told}", "yellow"), soft_wrap=True)
    out.print()
    for warning in warnings(served):
        out.print(Text.assemble(("  ! ", "bold yellow"), warning), soft_wrap=True)
    out.print(Text("  Ctrl-C stops it.\n", "dim"))
