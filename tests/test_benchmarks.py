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
    titles = ("Anatomies per", "Job updates per", "Deliveries per", "Records per", "Pages of 100")
    assert [run.stdout.count(title) for title in titles] == [1] * 5
    assert "The server's peak of resident memory grew by" in run.stdout
    assert "Seeding" in run.stderr
