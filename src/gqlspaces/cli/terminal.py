"""What a person, or a pipe, gets to see of a command."""

import json
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from gqlspaces.cli.failure import Failure

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def console() -> "Console":
    """The terminal that results go to; it does not guess at colours in what it prints."""
    from rich.console import Console

    return Console(highlight=False)


def plain(text: object) -> str:
    """One line of foreign text that cannot steer the terminal: control characters are shown."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(text)
    )


def print_json(value: Any) -> None:
    """Print one value as one line of JSON, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201 - the result itself


def note(text: str) -> None:
    """Say on stderr what a person should know beside the result."""
    from rich.console import Console
    from rich.text import Text

    Console(file=sys.stderr, highlight=False).print(Text(text, "dim"), soft_wrap=True)


def waiting(text: str) -> AbstractContextManager[object]:
    """Say at a terminal what is being waited for, until it is there."""
    from rich.console import Console

    return Console(file=sys.stderr).status(text)


def report(failure: "Failure") -> None:
    """Say on stderr what went wrong and what to do next."""
    from rich.console import Console
    from rich.text import Text

    stderr = Console(file=sys.stderr, highlight=False)
    stderr.print(Text.assemble(("error: ", "bold red"), plain(failure)), soft_wrap=True)
    if failure.advice:
        stderr.print(Text(failure.advice, "dim"), soft_wrap=True)
