"""`gqlspaces db`: the schema of the database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gqlspaces.cli import app
from gqlspaces.cli.failure import Failure
from gqlspaces.kernel.engines import FileLock
from gqlspaces.migration import newest_revision

Invoke = Callable[..., str]


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Calls `gqlspaces db` in an empty folder; gives what it prints, or raises."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["db", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return call


def test_an_upgrade_brings_the_newest_revision_once(db: Invoke) -> None:
    assert f"from revision none to {newest_revision()}" in db("upgrade")
    assert "Nothing to do" in db("upgrade")


def test_asking_for_the_revision_makes_nothing(db: Invoke, tmp_path: Path) -> None:
    answer = json.loads(db("current", "--json"))
    assert (answer["revision"], answer["needed"]) == (None, newest_revision())
    assert "revision none" in db("current")
    assert list(tmp_path.iterdir()) == []


def test_a_database_in_use_is_not_upgraded(db: Invoke, tmp_path: Path) -> None:
    lock = FileLock(f"sqlite:///{tmp_path}/data/gqlspaces.db")
    lock.acquire()
    with pytest.raises(Failure, match="another process"):
        db("upgrade")
    lock.release()


def test_a_password_is_not_shown(db: Invoke) -> None:
    url = "sqlite://me:planted@/some.db"
    assert "planted" not in db("current", "--database-url", url)
