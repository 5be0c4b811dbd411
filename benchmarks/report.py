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
    """Print one grid for each table; beside a ratio stand the lowest and highest of a round."""
    about = machine()
    console.print(
        f"{about['date']}, {about['system']}, {about['cores']} cores, "
        f"Python {about['python']}, SQLite {about['sqlite']}\n"
    )
    for table in tables:
        grid = Grid(
            title=table.title,
            title_justify="left",
            title_style="bold",
            box=SIMPLE_HEAD,
            pad_edge=False,
        )
        for _ in range(2):
            grid.add_column(no_wrap=True)
        for column in ("per second", "per CPU s", "rounds"):
            grid.add_column(column, justify="right", no_wrap=True)
        for comparison in table.comparisons:
            lowest, highest = min(comparison.ratios), max(comparison.ratios)
            grid.add_row(comparison.name, "gqlspaces", *_cells(_rates(comparison.ours), ",.0f"))
            grid.add_row("", table.yardstick, *_cells(_rates(comparison.yardstick), ",.0f"))
            spread = Text(f"{lowest:.3g} to {highest:.3g}", "not bold dim")
            ratios = _cells(_ratios(comparison), ".3g")
            grid.add_row("", "ratio", *ratios, spread, style="bold", end_section=True)
        console.print(grid)
        if table.note:
            console.print(f"{table.note}\n")


def as_json(tables: Sequence[Table]) -> dict[str, Any]:
    """The same as one document."""
    return {
        "machine": machine(),
        "tables": [
            {
                "title": table.title,
                "yardstick": table.yardstick,
                "comparisons": [_numbers(comparison) for comparison in table.comparisons],
                "note": table.note,
            }
            for table in tables
        ],
    }


def _cells(values: Mapping[str, float | None], form: str) -> list[str]:
    return ["-" if value is None else format(value, form) for value in values.values()]


def _numbers(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.name,
        "gqlspaces": _rates(comparison.ours),
        "yardstick": _rates(comparison.yardstick),
        "ratio": _ratios(comparison),
        "ratiosOfRounds": comparison.ratios,
    }


def _ratios(comparison: Comparison) -> dict[str, float | None]:
    return {"perSecond": comparison.ratio, "perCpuSecond": comparison.ratio_per_cpu}


def _rates(samples: Sequence[Sample]) -> dict[str, float | None]:
    return {"perSecond": rate(samples), "perCpuSecond": rate_per_cpu(samples)}
