"""`gqlspaces demo`: the main job from end to end, to be watched."""

from typing import Annotated

import typer

Once = Annotated[bool, typer.Option("--once", help="End by itself when everything was shown.")]


def demo(*, once: Once = False) -> None:
    """Watch two listeners configure two Spaces, on a gateway in a temporary folder.

    Then the gateway stays up, to be looked at and played with, until Ctrl-C deletes it all.

    Example: gqlspaces demo --once
    """
    from gqlspaces.cli.terminal import console

    console().print("\n[bold cyan]gqlspaces demo[/]\n")  # before the imports, which take a second
    from gqlspaces.cli.performance import perform
    from gqlspaces.cli.server import run

    run(perform(once=once))
