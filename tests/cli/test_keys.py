"""`gqlspaces keys`, on the local database and through a gateway."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gqlspaces.bootstrap import create_first_environment
from gqlspaces.cli import app
from gqlspaces.cli.failure import Failure, Misuse
from gqlspaces.cli.local import opened
from gqlspaces.cli.server import Served, serving
from gqlspaces.kernel.engines import FileLock
from gqlspaces.listener.client import Client, Connection
from gqlspaces.settings import Settings
from harness import PostgresTemplate, sqlite_copy

Run = Callable[..., subprocess.CompletedProcess[str]]
Invoke = Callable[..., str]


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Calls `gqlspaces keys` in an empty folder; gives what it prints, or raises."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GQLSPACES_KEY", raising=False)
    monkeypatch.delenv("GQLSPACES_URL", raising=False)

    def call(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["keys", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return call


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_key_is_made_listed_and_revoked(keys: Invoke) -> None:
    token = keys("create", "--name", "crm", "--scope", "space:read", "--namespace", "red").strip()
    (listed,) = lines(keys("list", "--json"))
    assert token.startswith(listed["hint"])
    assert (listed["name"], listed["scopes"], listed["namespaces"]) == (
        "crm",
        ["SPACE_READ"],
        ["red"],
    )
    assert "no longer works" in keys("revoke", listed["id"])
    (revoked,) = lines(keys("list", "--json"))
    assert revoked["revokedAt"] is not None
    assert token not in keys("list", "--json") + keys("list")


def test_a_key_can_everything_but_make_keys_unless_told(keys: Invoke) -> None:
    (made,) = lines(keys("create", "--json"))
    assert made["scopes"] == ["SPACE_READ", "SPACE_WRITE", "JOB_WORK", "EVENT_READ"]
    assert made["namespaces"] is None


def test_an_end_is_taken_as_utc(keys: Invoke) -> None:
    (made,) = lines(keys("create", "--expires", "2030-01-31", "--json"))
    assert made["expiresAt"] == "2030-01-31T00:00:00.000Z"
    assert "until 2030-01-31" in keys("list")


def test_what_the_api_refuses_is_said_in_its_words(keys: Invoke) -> None:
    with pytest.raises(Failure, match="A namespace has lower-case letters"):
        keys("create", "--namespace", "NO!")
    with pytest.raises(Failure, match="There is no Key 'key_1'"):
        keys("revoke", "key_1")


def test_only_making_a_key_makes_a_database(keys: Invoke, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no database"):
        keys("list")
    assert list(tmp_path.iterdir()) == []


def test_a_database_in_use_is_left_to_its_gateway(keys: Invoke, tmp_path: Path) -> None:
    lock = FileLock(f"sqlite:///{tmp_path}/data/gqlspaces.db")
    lock.acquire()
    with pytest.raises(Failure, match="another process") as refused:
        keys("create")
    lock.release()
    assert "--url" in refused.value.advice


def test_among_several_environments_one_is_named(keys: Invoke) -> None:
    async def make() -> None:
        async with opened(Settings()) as gateway:
            await create_first_environment(gateway.database, "Production")

    keys("create")
    asyncio.run(make())
    with pytest.raises(Failure, match="several environments") as refused:
        keys("list")
    assert "development, production" in refused.value.advice
    assert [
        key["name"] for key in lines(keys("list", "--environment", "production", "--json"))
    ] == ["first key"]
    with pytest.raises(Failure, match="no environment 'staging'"):
        keys("list", "--environment", "staging")


@pytest.fixture
async def served(sqlite: Path, tmp_path: Path) -> AsyncIterator[Served]:
    url = sqlite_copy(sqlite, tmp_path)
    async with serving(Settings(database_url=url, data_dir=tmp_path, port=0)) as served:
        yield served


async def test_a_gateway_that_runs_makes_the_key(run: Run, served: Served) -> None:
    async def keys(*arguments: str, key: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            run, "keys", *arguments, GQLSPACES_URL=served.endpoint, GQLSPACES_KEY=key
        )

    root = served.key or ""
    made = await keys("create", "--scope", "admin", key=root)
    token = made.stdout.strip()
    assert "It is shown this once: keep it." in made.stderr
    newest, first = lines((await keys("list", "--json", key=token)).stdout)
    assert (newest["name"], first["name"]) == ("command line", "first key")
    assert (await keys("revoke", newest["id"], key=root)).returncode == 0
    refused = await keys("list", key=token)
    assert refused.returncode == 1
    assert "UNAUTHENTICATED" in refused.stderr


async def test_on_postgresql_a_key_is_made_beside_a_gateway(
    run: Run, postgres: PostgresTemplate, tmp_path: Path
) -> None:
    async with postgres.copy() as url:
        settings = Settings(database_url=url, data_dir=tmp_path, host="0.0.0.0", port=0)  # noqa: S104
        async with serving(settings) as served:
            made = await asyncio.to_thread(run, "keys", "create", GQLSPACES_DATABASE_URL=url)
            async with Client(Connection(served.endpoint, made.stdout.strip())) as client:
                viewer = (await client.execute("{ viewer { environment { slug } } }"))["viewer"]
    assert viewer == {"environment": {"slug": "development"}}


def test_a_key_of_a_gateway_has_its_environment(
    keys: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GQLSPACES_KEY", "gsk_planted")
    with pytest.raises(Misuse, match="a key has one environment"):
        keys("list", "--environment", "production")
