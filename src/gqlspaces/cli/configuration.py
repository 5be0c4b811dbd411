"""The settings as commands take them: flags first, and a wrong one explained."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gqlspaces.cli.failure import Misuse

if TYPE_CHECKING:
    from gqlspaces.settings import Settings

Url = Annotated[
    str | None,
    typer.Option(
        help="Endpoint of the gateway.",
        show_default="$GQLSPACES_URL or http://127.0.0.1:8000/graphql",
    ),
]


def configured(**flags: Any) -> "Settings":
    """The settings in force under these flags; a flag of `None` was not given."""
    from gqlspaces.settings import Settings, SettingsError

    try:
        return Settings.load(**flags)
    except SettingsError as error:
        raise Misuse(
            str(error), advice="Settings are described in docs/reference/settings.md."
        ) from None
