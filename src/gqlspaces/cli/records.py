"""`gqlspaces records`: files of records, into a Sheet and out of it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Misuse
from gqlspaces.cli.terminal import AsJson, console, note, plain, print_json

if TYPE_CHECKING:
    from gqlspaces.listener.client import Client

app = typer.Typer(no_args_is_help=True)

Sheet = Annotated[str, typer.Option(metavar="ID", help="Such as sh_…")]


class Form(StrEnum):
    """How a file of records is written."""

    JSONL = "jsonl"
    CSV = "csv"


class State(StrEnum):
    """Which records are wanted by whether they are valid."""

    ALL = "all"
    VALID = "valid"
    ERROR = "error"


@app.command("import")
def import_records(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON Lines.", exists=True, dir_okay=False)
    ],
    *,
    sheet: Sheet,
    key: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="Change the record that has the same value there."),
    ] = None,
    upload: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What is begun or gone on with.",
            show_default="one for this file and Sheet",
        ),
    ] = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Send a file of JSON Lines into a Sheet.

    A line {"values": {…}} adds a record, with "id" it changes it, and
    {"id": …, "delete": true} deletes it. A broken connection is taken up again,
    and so is the whole command when it is repeated. Lines that were not taken are
    put beside the file, as FILE.rejected.jsonl; then it exits 1.

    Example: gqlspaces records import contacts.jsonl --sheet sh_… --key email
    """
    from gqlspaces.cli.gateway import run
    from gqlspaces.cli.uploading import Outcome, Uploading, name_of
    from gqlspaces.cli.volume import Volume

    uploading = Uploading(file, sheet, upload or name_of(file, sheet, key), key)

    async def send(client: "Client") -> Outcome:
        with Volume(file.name, total=file.stat().st_size, silent=json) as volume:
            return await uploading.run(client, volume)

    outcome = run(configured(url=url), send)
    if json:
        print_json(outcome.shown())
    else:
        console().print(plain(outcome.told()), soft_wrap=True)
        if outcome.is_old:
            note("Nothing was left to send; --upload NAME sends the file once more.")
    if outcome.rejected:
        raise typer.Exit(1)


@app.command("export")
def export_records(
    *,
    sheet: Sheet,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, show_default="standard output"),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option("--format", help="csv or jsonl.", show_default="as the file is named"),
    ] = None,
    q: Annotated[str | None, typer.Option("--q", help="A query in FFQL.")] = None,
    filter_: Annotated[State, typer.Option("--filter", help="By their state.")] = State.ALL,
    search: Annotated[str | None, typer.Option(help="A part of a text in any Field.")] = None,
    fields: Annotated[
        str | None, typer.Option(metavar="KEYS", help="Only these Fields: a,b,c.")
    ] = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Fetch the records of a Sheet as JSON Lines or CSV.

    A file is there whole or not at all.

    Example: gqlspaces records export --sheet sh_… --output contacts.csv --q 'age gt 30'
    """
    from gqlspaces.cli.downloading import Download, fetched
    from gqlspaces.cli.gateway import run
    from gqlspaces.cli.volume import Volume

    if json and output is None:
        raise Misuse("--json tells of a file", advice="Name it with --output.")
    named = Form.CSV if output and output.suffix.lower() == ".csv" else Form.JSONL
    wanted = {"q": q, "filter": filter_.value, "search": search, "fields": fields}
    given = {name: text for name, text in wanted.items() if text is not None}

    async def fetch(client: "Client") -> Download:
        with Volume(output.name if output else "records", silent=json) as volume:
            return await fetched(client, sheet, form or named, given, output, volume)

    download = run(configured(url=url), fetch)
    if json:
        print_json({"records": download.records, "bytes": download.size, "output": str(output)})
    elif output:
        console().print(f"{download.records:,} records in {plain(output)}.", soft_wrap=True)
