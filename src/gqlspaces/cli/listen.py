"""`gqlspaces listen`: run a listener."""

import importlib
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Misuse

if TYPE_CHECKING:
    from gqlspaces.listener import Listener

EXAMPLE = "gqlspaces listen onboarding:listener, for `listener = Listener()` in onboarding.py"
PATIENCE = 3.0  # seconds that a gateway may take to answer before a person is told


def listen(
    target: Annotated[str, typer.Argument(metavar="MODULE:LISTENER", help="Where it is.")],
    *,
    state: Annotated[
        Path | None, typer.Option(help="File that keeps the place in the log between two runs.")
    ] = None,
    url: Url = None,
) -> None:
    """Run a listener until it is told to stop (SIGTERM or Ctrl-C), then finish what it began.

    Example: gqlspaces listen onboarding:listener
    """
    import asyncio

    from gqlspaces.cli.gateway import refused
    from gqlspaces.cli.logs import configure_logs
    from gqlspaces.listener import ApiError

    listener = find_listener(target)
    settings = configured(url=url)
    if settings.key is None:
        raise Misuse("a listener needs a key", advice="Set GQLSPACES_KEY, or write it to .env.")
    configure_logs(settings)
    logger = logging.getLogger("gqlspaces.listener")
    logger.info("connecting to %s", settings.url)
    place = str(state) if state else None
    key = settings.key.get_secret_value()

    async def run() -> None:
        told = ("no answer from %s yet; still trying", settings.url)
        silence = asyncio.get_running_loop().call_later(PATIENCE, logger.warning, *told)

        def ready() -> None:
            silence.cancel()
            logger.info("listening")

        await listener.run(settings.url, key, place, on_ready=ready)

    try:
        asyncio.run(run())
    except ApiError as error:
        raise refused(error) from None


def find_listener(target: str) -> "Listener":
    """The Listener that `module:attribute` names, the working folder searched first."""
    from gqlspaces.listener import Listener

    module_name, colon, attribute = target.partition(":")
    if not (module_name and colon and attribute):
        raise Misuse(f"{target!r} does not name a listener", advice=f"Example: {EXAMPLE}.")
    sys.path.insert(0, "")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name.partition(".")[0] and error.name != module_name:
            raise  # the module is there, and something that it imports is not
        raise Misuse(
            f"no module {module_name!r} here", advice=f"Run it from its folder. {EXAMPLE}."
        ) from None
    listener = getattr(module, attribute, None)
    if not isinstance(listener, Listener):
        raise Misuse(f"{target!r} is not a Listener", advice=f"Example: {EXAMPLE}.")
    if not listener.registrations:
        raise Misuse(f"{target!r} has no handlers", advice='Give it one: @listener.on("**")')
    return listener
