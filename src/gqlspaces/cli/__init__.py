"""The `gqlspaces` command.

`--help` must answer at once: what is imported here and at the top of the command modules is typer
and the standard library; everything heavier waits inside the commands.
"""

import sys
from typing import Annotated

import typer

from gqlspaces import __version__
from gqlspaces.cli import (
    blueprint,
    db,
    demo,
    doctor,
    events,
    health,
    jobs,
    keys,
    listen,
    records,
    rollouts,
    schema,
    serve,
    spaces,
)
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.terminal import report

RUN, LOOK, KEEP = "Run", "Look", "Keep"

app = typer.Typer(
    name="gqlspaces",
    help="A self-hosted GraphQL service for Spaces.",
    epilog="Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted. "
    "Settings: docs/reference/settings.md.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print it, exit."),
    ] = False,
) -> None: ...


app.command(rich_help_panel=RUN)(serve.serve)
app.command(rich_help_panel=RUN)(listen.listen)
app.command(rich_help_panel=RUN)(demo.demo)
app.add_typer(spaces.app, name="spaces", help="List and show Spaces.", rich_help_panel=LOOK)
app.add_typer(
    records.app, name="records", help="Files of records, in and out.", rich_help_panel=LOOK
)
app.add_typer(blueprint.app, name="blueprint", help="Blueprints as files.", rich_help_panel=LOOK)
app.add_typer(
    rollouts.app, name="rollouts", help="One Blueprint for many Spaces.", rich_help_panel=LOOK
)
app.add_typer(jobs.app, name="jobs", help="Watch jobs.", rich_help_panel=LOOK)
app.add_typer(events.app, name="events", help="Follow events.", rich_help_panel=LOOK)
app.command(rich_help_panel=LOOK)(doctor.doctor)
app.command(rich_help_panel=LOOK)(health.health)
app.add_typer(keys.app, name="keys", help="Make, list and revoke keys.", rich_help_panel=KEEP)
app.add_typer(db.app, name="db", help="Migrate the database.", rich_help_panel=KEEP)
app.add_typer(schema.app, name="schema", help="Export and check it.", rich_help_panel=KEEP)


def main() -> None:
    """Run the command that the arguments name, and end the process with its exit code."""
    try:
        app()
    except Failure as failure:
        report(failure)
        sys.exit(failure.exit_code)
