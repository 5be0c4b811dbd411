"""The same questions to both databases."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from features.records.conditions.store import Store
from harness import PostgresTemplate


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> PostgresTemplate | None:
    """The server whose turn it is, none for SQLite."""
    if request.param == "sqlite":
        return None
    found: PostgresTemplate = request.getfixturevalue("postgres")
    return found


@pytest.fixture
async def store(server: PostgresTemplate | None, tmp_path: Path) -> AsyncIterator[Store]:
    async with AsyncExitStack() as stack:
        if server is None:
            made = Store("sqlite", f"sqlite:///{tmp_path / 'own.db'}")
        else:
            made = Store("postgresql", await stack.enter_async_context(server.copy()))
        await made.make()
        yield made
        await made.engine.dispose()
