"""The gateway of the local database, in this process and without a port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from gqlspaces.app import Gateway
from gqlspaces.bootstrap import create_bare_environment, environments
from gqlspaces.cli.databases import bring_up_to_date, explained
from gqlspaces.cli.failure import Failure
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.engines import is_sqlite, sqlite_path
from gqlspaces.kernel.graphql.context import Context
from gqlspaces.listener.errors import ApiError, problems_of, refusal
from gqlspaces.settings import Settings

T = TypeVar("T")

ACTOR = "command line"  # stands in events where a key would


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Gateway]:
    """The gateway of a database that no other process owns; closed after the block."""
    with explained():
        gateway = Gateway(settings)
    try:
        yield gateway
    finally:
        await gateway.close()


@dataclass(frozen=True)
class Administrator:
    """Who may do everything in one environment, because the database is theirs."""

    gateway: Gateway
    environment_id: str

    async def ask(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of the answer; an ApiError where it was refused."""
        context = Context(
            database=self.gateway.database,
            delivery=self.gateway.delivery,
            principal=Principal(environment_id=self.environment_id, key_id=ACTOR),
        )
        engine = self.gateway.engine
        result = await engine.execute(engine.prepare(document), variables, context)
        if result.errors:
            raise refusal(problems_of(result.formatted["errors"]))
        return result.data or {}


def administer(
    settings: Settings,
    slug: str | None,
    work: Callable[[Administrator], Awaitable[T]],
    *,
    founding: bool,
) -> T:
    """What `work` returns, given the administrator of the environment named, or of the only one.

    Where there is none yet, `founding` makes the environment of the settings.
    """

    async def main() -> T:
        async with opened(settings) as gateway:
            with explained():
                await bring_up_to_date(settings.database_url)
                known = await environments(gateway.database)
                if not known and founding:
                    name = settings.environment_name
                    known = {name: await create_bare_environment(gateway.database, name)}
            return await work(Administrator(gateway, _chosen(known, slug)))

    if not founding:
        _require_file(settings.database_url)
    try:
        return asyncio.run(main())
    except ApiError as error:
        raise Failure(f"{error} ({error.code})") from None


def _require_file(url: str) -> None:
    """Only what makes things may make a database."""
    if is_sqlite(url) and not sqlite_path(url).exists():
        raise Failure(
            f"there is no database {sqlite_path(url)}",
            advice="Name a gateway with --url and GQLSPACES_KEY, or go to the folder of one.",
        )


def _chosen(known: Mapping[str, str], slug: str | None) -> str:
    if not known:
        raise Failure("there is no environment yet", advice="`gqlspaces serve` makes one.")
    names = ", ".join(known)
    if slug is None and len(known) > 1:
        raise Failure("there are several environments", advice=f"--environment: one of {names}.")
    if slug is None:
        return next(iter(known.values()))
    if slug not in known:
        raise Failure(f"no environment {slug!r}", advice=f"There are: {names}.")
    return known[slug]
