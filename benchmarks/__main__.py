"""`python -m benchmarks`: all measurements in one run."""

import asyncio
import json
import resource
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from benchmarks.anatomies import prepare_anatomies
from benchmarks.deliveries import compare_deliveries, prepare_writer, typical_frame
from benchmarks.effort import FULL, QUICK, Effort
from benchmarks.job_updates import compare_job_updates
from benchmarks.pages import PAGES
from benchmarks.process import Server, pin_load, running
from benchmarks.records import BATCH, Records
from benchmarks.report import as_json, print_tables
from benchmarks.rounds import Advance, Table
from benchmarks.world import gateway

TERMINATED = 128 + signal.SIGTERM

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only see whether everything works.")
    ] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Measure the gateway, each figure beside a yardstick of the same run."""
    _allow_many_sockets()
    pin_load()
    with (
        TemporaryDirectory(prefix="gqlspaces-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.get_loop().add_signal_handler(signal.SIGTERM, sys.exit, TERMINATED)
        tables = runner.run(measure(Path(folder), QUICK if quick else FULL))
    if as_json_:
        print(json.dumps(as_json(tables)))
    else:
        print_tables(Console(highlight=False), tables)


async def measure(folder: Path, effort: Effort) -> Sequence[Table]:
    """All tables, with progress on stderr; servers and data are gone afterwards."""
    samples = 2 * effort.rounds * len(effort.connections)
    async with gateway(folder) as world:
        with _bars(
            {
                "Seeding": effort.spaces,
                "Anatomies": samples,
                "Job updates": samples,
                "Deliveries": 2 * effort.rounds,
                "Records": 2 * ceil(effort.records / BATCH) + 1,
                "Pages": 2 * effort.rounds * len(PAGES),
            }
        ) as (seeding, anatomy, job, delivery, streamed, page):
            spaces = await world.seed_spaces(effort.spaces, seeding)
            anatomies = await prepare_anatomies(world, spaces)
            writer = await prepare_writer(world)
            frame = await typical_frame(world, writer)
            records = await Records.prepare(world, folder, effort)
            async with _bare(folder, anatomies.answer, frame) as bare:
                return [
                    await anatomies.compare(bare, effort, anatomy),
                    await compare_job_updates(world, folder, effort, job),
                    await compare_deliveries(world, writer, bare, effort, delivery),
                    await records.compare_streams(streamed),
                    await records.compare_pages(page),
                ]


@asynccontextmanager
async def _bare(folder: Path, answer: bytes, frame: bytes) -> AsyncIterator[Server]:
    files = {"answer": answer, "frame": frame}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    async with running("benchmarks.yardstick", *files, folder=folder) as server:
        yield server


@contextmanager
def _bars(totals: dict[str, int]) -> Iterator[list[Advance]]:
    """A progress bar for each part; they are drawn between samples only, to disturb none."""
    progress = Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        auto_refresh=False,
    )

    def advance(task: TaskID) -> None:
        progress.advance(task)
        progress.refresh()

    with progress:
        yield [
            partial(advance, progress.add_task(name, total=total)) for name, total in totals.items()
        ]


def _allow_many_sockets() -> None:
    """Raise the number of files that this process may open, and the servers after it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    app()
