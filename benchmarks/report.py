"""The results, for people and for programs."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table as Grid

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
    """Print one grid for each table; only its last column can be compared between machines."""
    about = machine()
    console.print(
        f"{about['date']}, {about['system']}, {about['cores']} cores, "
        f"Python {about['python']}, SQLite {about['sqlite']}"
    )
    for table in tables:
        grid = Grid(title=table.title, title_justify="left", title_style="bold")
        grid.add_column("")
        for column in ("gqlspaces", "per CPU s", table.yardstick, "per CPU s"):
            grid.add_column(column, justify="right")
        grid.add_column("ratio", justify="right", style="bold")
        grid.add_column("of rounds", justify="right", style="dim")
        for comparison in table.comparisons:
            grid.add_row(*_cells(comparison))
        console.print()
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


def _cells(comparison: Comparison) -> list[str]:
    rates: list[str] = []
    for samples in (comparison.ours, comparison.yardstick):
        per_cpu = rate_per_cpu(samples)
        rates += [f"{rate(samples):,.0f}", "-" if per_cpu is None else f"{per_cpu:,.0f}"]
    lowest, highest = min(comparison.ratios), max(comparison.ratios)
    spread = f"{lowest:.4f} to {highest:.4f}"
    return [comparison.name, *rates, f"{comparison.ratio:.4f}", spread]


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
