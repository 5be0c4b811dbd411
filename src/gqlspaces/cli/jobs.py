"""`gqlspaces jobs`: watch work being done."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from gqlspaces.cli.configuration import Url, configured
from gqlspaces.cli.failure import Misuse
from gqlspaces.cli.terminal import AsJson, plain, print_json

if TYPE_CHECKING:
    from rich.progress import TaskID

    from gqlspaces.listener.client import Client

PROGRESS = """
subscription Progress($jobId: ID, $spaceId: ID) {
  jobProgress(jobId: $jobId, spaceId: $spaceId) {
    id
    name
    status
    progress
    info
    attempt
    outcome { message }
  }
}
"""

FAILED = frozenset({"FAILED", "CANCELED"})
FINAL = FAILED | {"COMPLETE"}
WORD = len("executing")  # the longest status
WIDE = 100  # columns of a terminal that has room for the time besides
STYLES = {"COMPLETE": "green", "FAILED": "red", "CANCELED": "yellow"}

app = typer.Typer(no_args_is_help=True)


@app.command("watch")
def watch(
    job: Annotated[str | None, typer.Argument(metavar="[ID]", help="Such as jb_…")] = None,
    *,
    space: Annotated[str | None, typer.Option(metavar="ID", help="Every job of a Space.")] = None,
    url: Url = None,
    json: AsJson = False,
) -> None:
    """Show the progress of a job until it ends, or of every job of a Space.

    Exits 1 when the job failed or was canceled.

    Example: gqlspaces jobs watch --space sp_…
    """
    if (job is None) == (space is None):
        raise Misuse("name a job or a Space", advice="gqlspaces jobs watch jb_… | --space sp_…")
    from gqlspaces.cli.gateway import run
    from gqlspaces.cli.gateway import watch as watched

    last: dict[str, Any] = {}

    def finished(answer: Mapping[str, Any]) -> bool:
        return job is not None and answer["jobProgress"]["status"] in FINAL

    async def follow(client: "Client") -> None:
        async for answer in watched(client, PROGRESS, {"jobId": job, "spaceId": space}, finished):
            last.update(answer["jobProgress"])
            show(last)

    with Board(silent=json) as board:
        show = print_json if json else board.show
        run(configured(url=url), follow)
    if job and last.get("status") in FAILED:
        raise typer.Exit(1)


class Board:
    """A progress bar for every job that was shown."""

    def __init__(self, *, silent: bool = False) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.table import Column

        from gqlspaces.cli.terminal import console

        screen = console()
        elapsed = [TimeElapsedColumn()] if screen.width >= WIDE else []
        self._progress = Progress(
            TextColumn("{task.fields[name]}", markup=False, style="bold"),
            BarColumn(bar_width=16, table_column=Column(min_width=16, no_wrap=True)),
            TextColumn("{task.percentage:>3.0f}%"),
            *elapsed,
            TextColumn("{task.fields[status]}"),
            TextColumn("{task.fields[info]}", markup=False, style="dim", table_column=Column()),
            console=screen,
            disable=silent,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, job: dict[str, Any]) -> None:
        """Bring the bar of this job to its present state."""
        status = job["status"].lower()
        shown: dict[str, Any] = {
            "name": plain(job["name"]),
            "status": f"[{STYLES.get(job['status'], 'cyan')}]{status:<{WORD}}[/]",
            "info": plain((job["outcome"] or {}).get("message") or job["info"] or ""),
        }
        task = self._tasks.get(job["id"])
        if task is None:
            task = self._progress.add_task("", total=100, **shown)
            self._tasks[job["id"]] = task
        self._progress.update(task, completed=job["progress"], **shown)
