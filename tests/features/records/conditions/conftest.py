"""The same questions to both databases."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from features.records.conditions.store import Place, Store


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A table of records that stays empty, since no test ever commits."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("own") / "own.db"
        yield asyncio.run(_made(Place("sqlite", f"sqlite:///{file}")))
        return
    server = request.getfixturevalue("postgres")
    name = f"{server.name}_own"
    asyncio.run(server.run(f'CREATE DATABASE "{name}"'))
    yield asyncio.run(_made(Place("postgresql", server.url_of(name))))
    asyncio.run(server.run(f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _made(place: Place) -> Place:
    store = Store(place)
    await store.make()
    await store.engine.dispose()
    return place


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    opened = Store(place)
    yield opened
    await opened.engine.dispose()
