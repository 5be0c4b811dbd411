"""The progress bar of a transfer: bytes, records and how many a second."""

import sys
import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gqlspaces.cli.terminal import plain


class Volume:
    """How much of something was transferred, on stderr; ``total`` is in what ``done`` counts."""

    def __init__(self, name: str, *, total: float | None = None, silent: bool = False) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False, style="bold"),
            BarColumn(bar_width=20),
            DownloadColumn() if total is not None else TextColumn("{task.fields[volume]}"),
            TextColumn("{task.fields[records]:,} records"),
            TextColumn("{task.fields[rate]:,.0f}/s", style="dim"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[said]}", markup=False, style="yellow"),
            console=Console(file=sys.stderr, highlight=False),
            disable=silent,
        )
        self._task = self._progress.add_task(
            plain(name), total=total, records=0, rate=0.0, said="", volume=""
        )
        self._begun = time.monotonic()
        self._records = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, done: float, *, total: float | None = None) -> None:
        """Begin with what was done before; that does not count for the rate."""
        self._progress.update(self._task, completed=done, total=total)
        self._begun = time.monotonic()

    def advance(self, done: float, records: int, volume: str = "") -> None:
        """Count something more that was transferred."""
        self._records += records
        rate = self._records / max(1e-9, time.monotonic() - self._begun)
        self._progress.update(
            self._task, advance=done, records=self._records, rate=rate, volume=volume, said=""
        )

    def say(self, text: str) -> None:
        """Say what is being waited for."""
        self._progress.update(self._task, said=plain(text))
