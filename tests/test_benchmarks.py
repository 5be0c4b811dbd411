"""The benchmarks measure what they say; how fast anything is, no test says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_quick_run_prints_every_table() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert run.returncode == 0, run.stderr
    titles = ("Anatomies per second", "Job updates per second", "Deliveries per second")
    assert [run.stdout.count(title) for title in titles] == [1, 1, 1]
    assert "Seeding" in run.stderr
