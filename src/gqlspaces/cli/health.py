"""`gqlspaces health`: whether a gateway can do its work."""

from typing import Annotated
from urllib.parse import urljoin

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.terminal import AsJson, console, print_json

TIMEOUT = 2.0  # seconds; below what an orchestrator grants a health check


def health(
    *,
    url: Url = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Answer by the exit code only.")] = False,
    json: AsJson = False,
) -> None:
    """Ask a gateway whether it is ready; exit 0 when it is, 1 when not.

    Example: gqlspaces health --quiet && echo ready
    """
    import httpx2

    address = urljoin(configured(url=url).url, "/health/ready")
    try:
        response = httpx2.get(address, timeout=TIMEOUT)
    except httpx2.HTTPError:
        if quiet:
            raise typer.Exit(1) from None
        raise Failure(
            f"no answer from {address}",
            advice="Start a gateway with `gqlspaces serve`, or name another with --url.",
        ) from None
    ready = response.is_success
    if json:
        print_json({"ready": ready, "url": address, "status": response.status_code})
    elif not quiet:
        console().print("ready" if ready else f"not ready: HTTP {response.status_code}")
    if not ready:
        raise typer.Exit(1)
