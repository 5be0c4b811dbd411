"""Fixtures: the same tests run on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gqlspaces.app import Gateway
from gqlspaces.kernel.database import Database
from harness import (
    Api,
    HandClock,
    PostgresTemplate,
    open_gateway,
    postgres_server,
    postgres_template,
    sqlite_copy,
    sqlite_template,
)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresTemplate]:
    # Not below pytest's folder: the next run closes that to the user the server runs as.
    with (
        TemporaryDirectory(prefix="gqlspaces-", ignore_cleanup_errors=True) as folder,
        postgres_server(Path(folder)) as server,
    ):
        yield postgres_template(server)


@pytest.fixture(params=["sqlite", "postgres"])
def template(request: pytest.FixtureRequest) -> Path | PostgresTemplate:
    found: Path | PostgresTemplate = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def database_url(template: Path | PostgresTemplate, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database, once on SQLite and once on PostgreSQL."""
    if isinstance(template, PostgresTemplate):
        async with template.copy() as url:  # noqa: ASYNC240 - this one is no path
            yield url
    else:
        yield sqlite_copy(template, tmp_path)


@pytest.fixture
def clock() -> HandClock:
    """The clock of the gateway; it moves only when told."""
    return HandClock()


@pytest.fixture
async def opened(
    database_url: str, tmp_path: Path, clock: HandClock
) -> AsyncIterator[tuple[Gateway, str]]:
    async with open_gateway(database_url, tmp_path, clock) as gateway:
        yield gateway


@pytest.fixture
def gateway(opened: tuple[Gateway, str]) -> Gateway:
    """A running node on a fresh database."""
    return opened[0]


@pytest.fixture
def database(gateway: Gateway) -> Database:
    """The database of the node."""
    return gateway.database


@pytest.fixture
async def api(opened: tuple[Gateway, str]) -> Api:
    """A caller with an administrator's key."""
    return await Api.with_key(*opened)
