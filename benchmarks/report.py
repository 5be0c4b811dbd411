"""The results, for people and for programs."""

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from benchmarks.rounds import Comparison, Sample, Table, rate, rate_per_cpu


def machine() -> dict[str, Any]:
    """When and on what it was measured, as far as it matters."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def print_tables(console: Console, tables: Sequence[Table]) -> None:
    """Print one grid for each table; under a ratio stand its lowest and highest rounds."""
    about = machine()
    console.print(
        f"{about['date']}, {about['system']}, {about['cores']} cores, "
        f"Python {about['python']}, SQLite {about['sqlite']}\n"
    )
    for table in tables:
        grid = Grid(title=table.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
        grid.add_column()
        grid.add_column()
        for column in ("per second", "per CPU second", "ratio"):
            grid.add_column(column, justify="right", no_wrap=True)
        for comparison in table.comparisons:
            lowest, highest = min(comparison.ratios), max(comparison.ratios)
            ours, bare = _rates(comparison.ours), _rates(comparison.yardstick)
            grid.add_row(comparison.name, "gqlspaces", *_cells(ours), f"{comparison.ratio:.3g}")
            spread = Text(f"{lowest:.3g} to {highest:.3g}", "dim")
            grid.add_row("", table.yardstick, *_cells(bare), spread, end_section=True)
        console.print(grid)


def as_json(tables: Sequence[Table]) -> dict[str, Any]:
    """The same as one document."""
    return {
        "machine": machine(),
        "tables": [
            {
                "title": table.title,
                "yardstick": table.yardstick,
                "comparisons": [_numbers(comparison) for comparison in table.comparisons],
            }
            for table in tables
        ],
    }


def _cells(rates: Mapping[str, float | None]) -> list[str]:
    return ["-" if rate is None else f"{rate:,.0f}" for rate in rates.values()]


def _numbers(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.name,
        "ours": _rates(comparison.ours),
        "yardstick": _rates(comparison.yardstick),
        "ratio": comparison.ratio,
        "ratios": comparison.ratios,
    }


def _rates(samples: Sequence[Sample]) -> dict[str, float | None]:
    return {"perSecond": rate(samples), "perCpuSecond": rate_per_cpu(samples)}
