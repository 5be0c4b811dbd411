"""Fixtures of the acceptance tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acceptance.world import World, postgres_world, sqlite_world
from harness import PostgresTemplate


@pytest.fixture
async def world(sqlite: Path, tmp_path: Path) -> AsyncIterator[World]:
    """A served gateway on SQLite."""
    async with sqlite_world(sqlite, tmp_path) as world:
        yield world


@pytest.fixture
async def any_world(template: Path | PostgresTemplate, tmp_path: Path) -> AsyncIterator[World]:
    """A served gateway, once on SQLite and once on PostgreSQL."""
    if isinstance(template, Path):
        opened = sqlite_world(template, tmp_path)
    else:
        opened = postgres_world(template, tmp_path)
    async with opened as world:
        yield world
