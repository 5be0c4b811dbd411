"""What the tests of the command line share."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gqlspaces.cli.server import Served, serving
from gqlspaces.settings import Settings
from harness import Api, sqlite_copy

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bare_environment() -> dict[str, str]:
    """The variables of a process without the settings of the caller."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("GQLSPACES_")
    } | {"COLUMNS": "80", "NO_COLOR": "1"}


@pytest.fixture
def run(tmp_path: Path, bare_environment: dict[str, str]) -> Run:
    """Runs `gqlspaces` in an empty folder, without the settings of the caller."""

    def run_command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gqlspaces", *arguments],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=bare_environment | variables,
            text=True,
            timeout=30,
        )

    return run_command


@pytest.fixture
async def served(sqlite: Path, tmp_path: Path) -> AsyncIterator[Served]:
    """A gateway on a port of this machine, with a fresh database."""
    url = sqlite_copy(sqlite, tmp_path)
    async with serving(Settings(database_url=url, data_dir=tmp_path, port=0)) as served:
        yield served


@pytest.fixture
async def api(served: Served) -> Api:
    """A caller of that gateway with an administrator's key."""
    return await Api.with_key(served.gateway, served.key or "")
