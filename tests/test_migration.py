"""Migrations bring what the tables declare, wholly or not at all."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import gqlspaces
import gqlspaces.schema  # registers every table
from gqlspaces import migration
from gqlspaces.cli.databases import bring_up_to_date
from gqlspaces.cli.failure import Failure
from gqlspaces.features.apps.model import AppRevision
from gqlspaces.kernel.engines import async_url
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.ids import new_id, prefix_of

PACKAGE = Path(gqlspaces.__file__).parent


def lacking(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


async def test_the_tables_lack_nothing(database_url: str) -> None:
    engine = create_async_engine(async_url(database_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(lacking) == []
    await engine.dispose()


async def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "gqlspaces.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE workbook (in_the_way)")
    connection.close()
    with pytest.raises(SQLAlchemyError, match="workbook already exists"):
        await migration.upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("workbook",)]
    connection.close()


async def test_upgrading_again_changes_nothing(database_url: str) -> None:
    await migration.upgrade(database_url)
    assert await migration.current_revision(database_url) == migration.newest_revision()


async def test_nodes_may_upgrade_together(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/gqlspaces.db"
    await asyncio.gather(migration.upgrade(url), migration.upgrade(url))
    assert await migration.current_revision(url) == migration.newest_revision()


async def test_a_revision_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gqlspaces.db"
    await migration.upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(Failure, match="revision 9999, which this version does not know"):
        await bring_up_to_date(f"sqlite:///{path}")


async def test_the_blueprint_that_an_app_has_is_the_first_of_its_history(
    database_url: str,
) -> None:
    def take_back(connection: Connection) -> None:
        config = migration._config(connection=connection)  # noqa: SLF001 - programs go forward
        command.downgrade(config, "0005")

    id = new_id("app")
    columns = "environment_id, name, namespace, type, entity, entity_plural, meta, blueprint"
    values = "'env', '{app}', 'red', 'CUSTOM', 'Space', 'Spaces', '{{}}'"
    now = "'2026-01-01 00:00:00+00:00'"
    engine = create_async_engine(async_url(database_url))
    async with engine.begin() as connection:
        await connection.run_sync(take_back)
        for app, blueprint in ((id, """'{"documents": []}'"""), (new_id("app"), "NULL")):
            await connection.exec_driver_sql(
                f"INSERT INTO app (id, created_at, updated_at, {columns}) "  # noqa: S608 - ours
                f"VALUES ('{app}', {now}, {now}, {values.format(app=app)}, {blueprint})"
            )
    await migration.upgrade(database_url)

    async with engine.connect() as connection:
        found = await connection.execute(select(table(AppRevision)))
    [revision] = found.all()
    await engine.dispose()
    assert (revision.app_id, revision.number) == (id, 1)
    assert revision.blueprint == {"documents": []}
    assert prefix_of(revision.id) == AppRevision.prefix


def test_a_revision_is_drafted_behind_the_newest(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "gqlspaces")
    subprocess.run(
        [sys.executable, "-m", "gqlspaces.migration", "paint it red"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    newest = migration.newest_revision()
    assert newest is not None
    drafted = f"{int(newest) + 1:04}"
    file = tmp_path / "gqlspaces" / "migrations" / "versions" / f"{drafted}_paint_it_red.py"
    draft: dict[str, object] = {}
    exec(compile(file.read_text(encoding="utf-8"), file, "exec"), draft)  # noqa: S102 - our own
    assert (draft["revision"], draft["down_revision"]) == (drafted, newest)


async def test_databases_that_lack_what_records_need_are_told_apart(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await migration.unsuitable(database_url) is None
    monkeypatch.setattr(migration, "OLDEST_SQLITE", (99, 0))
    monkeypatch.setattr(migration, "_FOLDING", text("SELECT 1 WHERE false"))
    reason = await migration.unsuitable(database_url)
    assert reason is not None
    assert "or later is needed" in reason
