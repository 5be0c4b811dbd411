"""`gqlspaces schema`: the GraphQL schema as text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from gqlspaces.cli.failure import Failure, Misuse
from gqlspaces.cli.terminal import console, plain

app = typer.Typer(no_args_is_help=True)


@app.command("export")
def export(
    *, output: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None
) -> None:
    """Print the schema that this version serves.

    Example: gqlspaces schema export --output schema.graphql
    """
    text = served_schema()
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror}") from None


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="Such as schema.graphql.")]) -> None:
    """Tell how the schema that this version serves differs from a file; exit 1 if it does.

    Example: gqlspaces schema check schema.graphql
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Misuse(f"cannot read {file}: {error.strerror}") from None
    served = served_schema()
    if text == served:
        console().print(f"{file} is what this version serves.", soft_wrap=True)
        return
    for kind, sentence in differences(text, served):
        console().print(f"[bold]{kind:<9}[/] ", plain(sentence), sep="", soft_wrap=True)
    raise Failure(
        f"{file} is not what this version serves",
        advice=f"If the change is wanted: gqlspaces schema export --output {file}",
    )


def served_schema() -> str:
    """The schema in its definition language, ending with a line break."""
    from gqlspaces.schema import build_schema

    return build_schema().as_str().strip() + "\n"


def differences(old: str, new: str) -> Iterator[tuple[str, str]]:
    """What changed between two schemas: whether it may break clients, and a sentence."""
    from graphql import GraphQLError, build_schema
    from graphql.utilities import BreakingChange, DangerousChange, find_schema_changes

    try:
        changes = find_schema_changes(build_schema(old), build_schema(new))
    except (GraphQLError, TypeError) as error:
        reason = getattr(error, "message", None) or error
        raise Failure(f"the file is no GraphQL schema: {reason}") from None
    for change in changes:
        kinds = {BreakingChange: "breaking", DangerousChange: "dangerous"}
        yield kinds.get(type(change), "safe"), change.description
    if not changes:
        yield "safe", "Only descriptions, the order of things or white space changed."
