"""The example listeners, each run as a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gqlspaces.cli.failure import Failure
from gqlspaces.cli.terminal import plain
from gqlspaces.settings import PREFIX

PATIENCE = 5.0  # seconds within which a listener should have let go of its work
LAST_LINES = 15


@dataclass(frozen=True)
class Example:
    """A running listener, and the file that it logs to."""

    name: str
    process: Process
    log: Path

    async def ended(self) -> None:
        """Wait until it has ended."""
        await self.process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        shown = map(plain, lines[-LAST_LINES:] or ["(nothing)"])
        return "\n".join([f"{self.log.name} ends with:", *shown])


def folder() -> Path:
    """The folder of the examples: inside an installed package, beside `src` in a clone."""
    package = Path(__file__).parents[1]
    for place in (package / "examples", package.parents[1] / "examples"):
        if place.is_dir():
            return place
    raise Failure("the example listeners are missing", advice="Install gqlspaces anew.")


@asynccontextmanager
async def started(name: str, endpoint: str, key: str, logs: Path) -> AsyncIterator[Example]:
    """Runs `listener` of the example `name` until the block ends."""
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    log = logs / f"{name}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gqlspaces", "listen", f"{name}:listener"),
            cwd=folder(),
            env=foreign | {f"{PREFIX}URL": endpoint, f"{PREFIX}KEY": key},
            stdin=DEVNULL,
            stdout=output,
            stderr=STDOUT,
            start_new_session=True,  # Ctrl-C is for us, who end it in good order
        )
    try:
        yield Example(name, process, log)
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
