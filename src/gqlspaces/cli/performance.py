"""What `gqlspaces demo` shows: a gateway, two listeners, two Spaces."""

import asyncio
import shlex
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer
from rich.text import Text

from gqlspaces.cli.anatomy import ANATOMY, anatomy_tree
from gqlspaces.cli.configuration import configured
from gqlspaces.cli.examples import Example, started
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.gateway import INTERRUPTED, ask, watch
from gqlspaces.cli.jobs import FAILED, FINAL, PROGRESS, Board
from gqlspaces.cli.keys import CREATE as CREATE_KEY
from gqlspaces.cli.keys import WORKING, accepted
from gqlspaces.cli.logs import configure_logs
from gqlspaces.cli.server import Served, serving
from gqlspaces.cli.terminal import console
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.errors import ApiError

CREATE_SPACE = """
mutation CreateSpace($input: CreateSpaceInput!) {
  createSpace(input: $input) { space { id } job { id } userErrors { message } }
}
"""

PORT = 8000  # what the documentation names; another is taken when it is not free
PATIENCE = 30.0  # seconds that the listeners may take for everything
BEAT = 0.3  # seconds that each step stays on screen; the work itself takes milliseconds


@dataclass(frozen=True)
class Act:
    """One example listener, with a key for one namespace, and the Space that it configures."""

    listener: str
    namespace: str
    space: str


ACTS = (
    Act("seed_listener", "seed", "Customer onboarding"),
    Act("configured_listener", "anatomy", "Anatomy"),
)


async def perform(*, once: bool) -> None:
    """Show everything, then stay until interrupted, unless it is to be shown `once`."""
    with TemporaryDirectory(prefix="gqlspaces-demo-") as folder:
        async with _serving(folder) as served:
            show = Show(served, Path(folder))
            showing = asyncio.create_task(show.run(once=once))
            # Listeners, in sessions of their own, would outlive a terminal that is closed.
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, showing.cancel)
            ending = asyncio.create_task(served.ended())
            await asyncio.wait((showing, ending), return_when=asyncio.FIRST_COMPLETED)
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing
    if not show.is_complete:
        raise typer.Exit(INTERRUPTED)


class Show:
    """Everything that there is to see, on a gateway that was just born in an empty folder."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.is_complete = False
        self._served = served
        self._folder = folder
        self._key = served.key or ""
        self._out = console()

    async def run(self, *, once: bool) -> None:
        """Show it; unless it is to be shown `once`, leave everything running afterwards."""
        begun = time.monotonic()
        self._introduce()
        connection = Connection(self._served.endpoint, self._key)
        async with Client(connection) as client, AsyncExitStack() as stack:
            try:
                await self._perform(client, stack)
            except ApiError as error:
                raise Failure(f"{error} ({error.code})") from error
            seconds = time.monotonic() - begun
            self._say(f"\nTwo Spaces, each configured by its listener, in {seconds:.1f} s.\n")
            self.is_complete = True
            if not once:
                self._invite()
                await asyncio.Event().wait()

    async def _perform(self, client: Client, stack: AsyncExitStack) -> None:
        scenes = [await _created(client, act) for act in ACTS]
        examples = []
        for act in ACTS:
            key = await _key_for(client, act.namespace)
            running = started(act.listener, self._served.endpoint, key, self._folder)
            examples.append(await stack.enter_async_context(running))
        await _watched(client, scenes, examples)
        for scene in scenes:
            space = (await ask(client, ANATOMY, {"id": scene.space_id}))["space"]
            self._out.print()
            self._out.print(anatomy_tree(space))

    def _introduce(self) -> None:
        self._tell("Playground", self._served.url)
        self._tell("Database", "SQLite in a temporary folder")
        for title, act in zip(("Listeners", ""), ACTS, strict=True):
            self._tell(title, f"examples/{act.listener}.py, with a key for {act.namespace!r} only")
        self._out.print()

    def _invite(self) -> None:
        self._tell("Playground", self._served.url)
        self._tell("Secret key", self._key)
        self._say("\n  In another terminal:", style="dim")
        self._say(f"    export GQLSPACES_URL={self._served.endpoint} GQLSPACES_KEY={self._key}")
        self._say(f"    {_command()} events tail")
        names = " or ".join(act.namespace for act in ACTS)
        self._say(
            f"\n  A new Space of namespace {names} is configured while you watch.", style="dim"
        )
        self._say("  Ctrl-C ends everything and deletes the folder.\n", style="dim")

    def _tell(self, title: str, value: str) -> None:
        self._out.print(Text.assemble((f"  {title:<12}", "dim"), value), soft_wrap=True)

    def _say(self, sentence: str, *, style: str = "") -> None:
        self._out.print(sentence, style=style, soft_wrap=True)


@dataclass(frozen=True)
class _Scene:
    """A Space that was created, and the job that configures it."""

    name: str
    space_id: str
    job_id: str


async def _created(client: Client, act: Act) -> _Scene:
    wanted = {"name": act.space, "namespace": act.namespace}
    payload = accepted((await ask(client, CREATE_SPACE, {"input": wanted}))["createSpace"])
    return _Scene(act.space, payload["space"]["id"], payload["job"]["id"])


async def _key_for(client: Client, namespace: str) -> str:
    scopes = [scope.name for scope in WORKING]
    wanted = {"name": f"listener of {namespace}", "scopes": scopes, "namespaces": [namespace]}
    payload = accepted((await ask(client, CREATE_KEY, {"input": wanted}))["createKey"])
    return str(payload["token"])


async def _watched(client: Client, scenes: Sequence[_Scene], examples: Sequence[Example]) -> None:
    """Show the progress of every job until all have ended; a listener that ends is a failure."""
    with Board() as board:
        watching = asyncio.create_task(_watch_all(client, scenes, board))
        ends = [asyncio.create_task(example.ended()) for example in examples]
        done, waiting = await asyncio.wait(
            (watching, *ends), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
        )
        for task in waiting:
            task.cancel()
    for example, end in zip(examples, ends, strict=True):
        if end in done:
            raise Failure(f"{example.name} ended too soon", advice=example.last_words())
    if watching not in done:
        advice = "\n".join(example.last_words() for example in examples)
        raise Failure(f"the listeners took more than {PATIENCE:.0f} s", advice=advice)
    for scene, job, example in zip(scenes, watching.result(), examples, strict=True):
        if job["status"] in FAILED:
            message = (job["outcome"] or {}).get("message") or job["status"].lower()
            raise Failure(f"{scene.name}: {message}", advice=example.last_words())


async def _watch_all(
    client: Client, scenes: Sequence[_Scene], board: Board
) -> list[Mapping[str, Any]]:
    return await asyncio.gather(*(_watch(client, scene, board) for scene in scenes))


async def _watch(client: Client, scene: _Scene, board: Board) -> Mapping[str, Any]:
    """Show the states of a job at a pace that eyes can follow; give the last one."""

    def finished(answer: Mapping[str, Any]) -> bool:
        return answer["jobProgress"]["status"] in FINAL

    job: dict[str, Any] = {}
    async for answer in watch(client, PROGRESS, {"jobId": scene.job_id}, finished):
        job = {**answer["jobProgress"], "name": scene.name}
        board.show(job)
        await asyncio.sleep(BEAT)
    return job


@asynccontextmanager
async def _serving(folder: str) -> AsyncIterator[Served]:
    """Serve at the usual port or, when another program has it, at any."""
    settings = configured(
        data_dir=Path(folder),
        database_url=f"sqlite:///{folder}/gqlspaces.db",
        host="127.0.0.1",
        port=PORT,
        playground=True,
        log_level="error",
    )
    configure_logs(settings)
    async with AsyncExitStack() as stack:
        try:
            served = await stack.enter_async_context(serving(settings))
        except Failure:
            elsewhere = settings.model_copy(update={"port": 0})
            served = await stack.enter_async_context(serving(elsewhere))
        yield served


def _command() -> str:
    """How this command is called here: by its name where that finds it, else by its path."""
    called = Path(sys.argv[0])
    if called.name != "gqlspaces":
        return f"{shlex.quote(sys.executable)} -m gqlspaces"
    found = shutil.which("gqlspaces")
    return "gqlspaces" if found and Path(found).samefile(called) else shlex.quote(str(called))
