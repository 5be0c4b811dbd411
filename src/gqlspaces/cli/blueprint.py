"""`gqlspaces blueprint`: Blueprints as files, such as a repository keeps them."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Failure, Misuse
from gqlspaces.cli.files import blueprint_in, text_of, write_blueprint
from gqlspaces.cli.terminal import AsJson, console, note, plain, print_json

if TYPE_CHECKING:
    from gqlspaces.cli.structures import Document, Plan, Structure
    from gqlspaces.listener.client import Client

REVISIONS = """
query Revisions($id: ID!, $first: Int!) {
  space(id: $id) {
    blueprintRevisions(first: $first) {
      edges { node { number createdAt createdBy jobId differences { kind path text } } }
    }
  }
}
"""
SHOWN = 3  # so many changes of a revision are told

app = typer.Typer(no_args_is_help=True)

SpaceId = Annotated[
    str | None, typer.Option("--space", metavar="ID", help="Of this Space, such as sp_…")
]
OneSpaceId = Annotated[
    str, typer.Option("--space", metavar="ID", help="Of this Space, such as sp_…")
]
AppId = Annotated[
    str | None, typer.Option("--app", metavar="ID", help="Of this App, such as app_…")
]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="YAML or JSON.", exists=True, dir_okay=False)
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="FILE", dir_okay=False, show_default="standard output"),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, even if data goes.")]


@app.command("pull")
def pull(
    *,
    space_id: SpaceId = None,
    app_id: AppId = None,
    output: Output = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Write the Blueprint of a Space or an App to a file.

    YAML, or JSON for a file called .json. The same Blueprint is always the same text.

    Example: gqlspaces blueprint pull --space sp_… --output acme.yaml
    """
    from gqlspaces.cli.gateway import run

    structure = _structure(space_id, app_id)

    async def fetch(client: "Client") -> "Document":
        return await structure.read(client)

    document = run(configured(url=url), fetch)
    if json and output is None:
        print_json(document)
        return
    flag = f"--space {space_id}" if space_id else f"--app {app_id}"
    name = output.name if output else "FILE"
    apply_it = f"Apply it: gqlspaces blueprint apply {plain(name)} {flag}"
    write_blueprint(document, output, [f"The Blueprint of {plain(structure.title)}.", apply_it])


@app.command("diff")
def diff(
    file: File,
    *,
    space_id: SpaceId = None,
    app_id: AppId = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Tell what `apply` would change, and what happens to data; exit 1 if anything differs.

    Example: gqlspaces blueprint diff acme.yaml --space sp_…
    """
    plan = _planned(_structure(space_id, app_id), {"blueprint": blueprint_in(file)}, url)
    _show(plan, json=json)
    if plan.changes:
        raise typer.Exit(1)


@app.command("apply")
def apply(
    file: File,
    *,
    space_id: SpaceId = None,
    app_id: AppId = None,
    yes: Yes = False,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Give a Space or an App the Blueprint of a file.

    A part that the file leaves out stays as it is; a list is the whole list.
    It asks before anything goes that has data.

    Example: gqlspaces blueprint apply acme.yaml --space sp_…
    """
    structure = _structure(space_id, app_id)
    _change(structure, {"blueprint": blueprint_in(file)}, url, yes=yes, json=json)


@app.command("revert")
def revert(
    number: Annotated[int, typer.Argument(help="A version that `revisions` tells of.")],
    *,
    space_id: OneSpaceId,
    yes: Yes = False,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Give a Space the Blueprint that it had at a version.

    Example: gqlspaces blueprint revert 7 --space sp_…
    """
    _change(_structure(space_id, None), {"number": number}, url, yes=yes, json=json)


@app.command("revisions")
def revisions(
    *,
    space_id: OneSpaceId,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 20,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """List how the Blueprint of a Space came to be, newest first.

    Example: gqlspaces blueprint revisions --space sp_…
    """
    from gqlspaces.cli.gateway import ask, run

    async def fetch(client: "Client") -> Any:
        return (await ask(client, REVISIONS, {"id": space_id, "first": limit}))["space"]

    found = run(configured(url=url), fetch)
    if found is None:
        raise Failure(f"no Space {space_id}", advice="`gqlspaces spaces list` names them.")
    rows = [edge["node"] for edge in found["blueprintRevisions"]["edges"]]
    if json:
        for row in rows:
            print_json(row)
        return
    screen = console()
    for row in rows:
        head = f"version {row['number']} · {row['createdAt']} · {row['jobId'] or row['createdBy']}"
        screen.print(plain(head), style="bold", markup=False, soft_wrap=True)
        for line in _summary(row):
            screen.print(f"  {line}", markup=False, soft_wrap=True)
    if not rows:
        screen.print("Its Blueprint never changed.")


@app.command("convert")
def convert(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="SQL, a JSON Schema, or JSON of the hosted original.",
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    output: Output = None,
    dialect: Annotated[
        str | None, typer.Option(help="Of SQL, such as postgres.", show_default="found out")
    ] = None,
    json: AsJson = False,
) -> None:
    """Make a Blueprint of what describes tables elsewhere.

    What it cannot say is listed on top of the file.

    Example: gqlspaces blueprint convert shop.sql --output shop.yaml
    """
    from gqlspaces.blueprint.converting import read
    from gqlspaces.blueprint.notation import Unreadable

    try:
        conversion = read(text_of(file), file.name, dialect=dialect)
    except Unreadable as error:
        raise Misuse(f"{file}: {error}") from None
    omissions = conversion.omissions
    if json:
        omitted = [{"path": [*one.path], "message": one.message} for one in omissions]
        print_json({"blueprint": conversion.blueprint, "omissions": omitted})
        return
    told = [
        f"  {plain('/'.join(one.path) or file.name)}: {plain(one.message)}" for one in omissions
    ]
    comments = [f"Converted from {plain(file.name)}.", *(["Not as it was:", *told] if told else [])]
    write_blueprint(conversion.blueprint, output, comments)
    if told and output:
        note("\n".join(["Not as it was:", *told]))


def _structure(space_id: str | None, app_id: str | None) -> "Structure":
    from gqlspaces.cli.structures import AppStructure, SpaceStructure

    if (space_id is None) == (app_id is None):
        raise Misuse("name a Space or an App", advice="--space sp_… or --app app_…")
    return SpaceStructure(space_id) if space_id else AppStructure(app_id or "")


def _planned(structure: "Structure", change: Mapping[str, Any], url: str | None) -> "Plan":
    from gqlspaces.cli.gateway import run

    async def plan(client: "Client") -> "Plan":
        return await structure.plan(client, change)

    return run(configured(url=url), plan)


def _change(
    structure: "Structure", change: Mapping[str, Any], url: str | None, *, yes: bool, json: bool
) -> None:
    from gqlspaces.cli.gateway import run

    plan = _planned(structure, change, url)
    _show(plan, json=json)
    if not plan.changes:
        return
    if plan.loses and not yes:
        ask_about_data()

    async def write(client: "Client") -> str:
        return await structure.write(client, change, plan)

    done = run(configured(url=url), write)
    if not json:
        console().print(plain(done), markup=False, soft_wrap=True)


def ask_about_data() -> None:
    """Go on only if a person at the terminal says that data may go."""
    if not sys.stdin.isatty():
        raise Failure("data would go, and nobody can be asked", advice="--yes says that it may.")
    if not typer.confirm("Data goes. Do it all the same?", err=True):
        raise Failure("nothing was changed")


def _show(plan: "Plan", *, json: bool) -> None:
    from gqlspaces.cli.changes import lines_of, told

    if json:
        print_json({"changes": plan.changes, "effects": plan.effects})
        return
    screen = console()
    for line in lines_of(plan):
        screen.print(line, soft_wrap=True)
    screen.print(told(plan))


def _summary(revision: Mapping[str, Any]) -> list[str]:
    texts = [plain(change["text"]) for change in revision["differences"]]
    return [*texts[:SHOWN], *([f"… and {len(texts) - SHOWN} more"] if len(texts) > SHOWN else [])]
