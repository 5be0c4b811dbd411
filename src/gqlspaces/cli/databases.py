"""The database as the commands that own it see it, and its refusals explained."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from gqlspaces import migration
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.logs import masked
from gqlspaces.kernel.engines import DatabaseInUse, FileLock, is_sqlite

logger = logging.getLogger(__name__)

SOUND_SQLITE = (3, 51, 3)
"""The first version without the bug that can corrupt a database in write-ahead-log mode."""


def shown(url: str) -> str:
    """The URL without the password in it."""
    return make_url(url).render_as_string(hide_password=True)


def sqlite_warning(url: str) -> str | None:
    """What an operator of this database should know about the SQLite that it runs on."""
    if not is_sqlite(url) or sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return None
    sound = ".".join(map(str, SOUND_SQLITE))
    return (
        f"SQLite {sqlite3.sqlite_version} has a bug, fixed in {sound}, that can in rare cases "
        "corrupt a database: keep backups, or use PostgreSQL."
    )


@contextmanager
def explained() -> Iterator[None]:
    """What the database refuses becomes a Failure."""
    try:
        yield
    except DatabaseInUse:
        raise Failure(
            "another process is using this database",
            advice="An embedded database has one process. If that is a gateway, name it with --url "
            "and GQLSPACES_KEY, or stop it; PostgreSQL takes several.",
        ) from None
    except (OSError, SQLAlchemyError) as error:
        reason = masked(str(getattr(error, "orig", None) or error))
        raise Failure(
            f"the database does not work: {reason}", advice="See GQLSPACES_DATABASE_URL."
        ) from error


@contextmanager
def owned(url: str) -> Iterator[None]:
    """Within the block no other process uses an embedded database."""
    with explained():
        if not is_sqlite(url):
            yield
            return
        lock = FileLock(url)
        lock.acquire()
        try:
            yield
        finally:
            lock.release()


async def bring_up_to_date(url: str, *, migrate: bool = True) -> None:
    """See to it that the database has the newest revision, or fail."""
    if reason := await migration.unsuitable(url):
        raise Failure(reason, advice="See GQLSPACES_DATABASE_URL.")
    before, newest = await migration.current_revision(url), migration.newest_revision()
    if before == newest:
        return
    if before is not None and not migration.is_known(before):
        raise Failure(
            f"the database is at revision {before}, which this version does not know",
            advice="Use the version that migrated it, or a later one.",
        )
    if not migrate:
        raise Failure(
            f"the database is at revision {before or 'none'}, and {newest} is needed",
            advice="Run `gqlspaces db upgrade`, or leave out --no-migrate.",
        )
    await migration.upgrade(url)
    logger.info("the database was brought from revision %s to %s", before or "none", newest)
