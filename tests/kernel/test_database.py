"""Transactions end cleanly, whatever happens to who began them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
import strawberry
from sqlalchemy import URL, event
from strawberry.tools import create_type

from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel import database as database_module
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.database import Database, Overloaded, Raced
from gqlspaces.kernel.engines import WRITERS, sqlite_path
from gqlspaces.kernel.graphql.engine import SchemaEngine
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.node import node
from gqlspaces.kernel.transaction import Transaction
from gqlspaces.schema import build_rules
from harness import Api, open_gateway, sqlite_copy
from kernel.ledger import Ledger

OWN: ContextVar[bool] = ContextVar("own", default=False)
"""Whether a statement is one of the mutation; what runs beside requests has others."""


@contextmanager
def noticing(database: Database, what: str, then: Callable[[], object]) -> Iterator[None]:
    """Do something whenever the writing connections are about to do something."""

    def notice(*_arguments: object) -> None:
        then()

    event.listen(database.writer.sync_engine, what, notice)
    try:
        yield
    finally:
        event.remove(database.writer.sync_engine, what, notice)


async def test_who_gives_up_during_the_commit_leaves_a_whole_change(ledger: Ledger) -> None:
    heard: list[int] = []
    lost: list[str] = []
    ledger.database.hint = lambda _environment, head: heard.append(head)
    writing = asyncio.create_task(ledger.add_space("kept"))
    with (
        noticing(ledger.database, "commit", writing.cancel),
        noticing(ledger.database, "invalidate", lambda: lost.append("a connection")),
        pytest.raises(asyncio.CancelledError),
    ):
        await writing

    rows = await ledger.rows()
    assert rows[-1].topic == "space:created"
    assert heard == [rows[-1].seq]
    assert lost == []
    async with asyncio.timeout(2):
        await ledger.add_space("next")


async def test_who_gives_up_in_the_middle_of_a_mutation_does_not_stop_it(
    api: Api, ledger: Ledger
) -> None:
    """Cancelled once before each statement of a mutation, in turn."""
    number = 0
    cancelled = True
    while cancelled:
        number += 1
        left = [number]
        token = OWN.set(True)
        creating = asyncio.create_task(
            api.do("createSpace", "space { id }", name=f"s{number}", autoConfigure=False)
        )
        OWN.reset(token)

        def count_down(left: list[int] = left, creating: asyncio.Task[Any] = creating) -> None:
            left[0] -= OWN.get()
            if left[0] == 0 and OWN.get():
                creating.cancel()

        with noticing(ledger.database, "before_cursor_execute", count_down):
            await asyncio.wait([creating])
        cancelled = creating.cancelled()
        async with asyncio.timeout(2):
            await ledger.add_space("next")

    assert number > 3
    told = [row.payload["name"] for row in await ledger.rows() if row.topic == "space:created"]
    assert [f"s{i // 2 + 1}" if i % 2 == 0 else "next" for i in range(2 * number)] == told


async def test_who_waits_in_vain_is_told_before_anything_is_done(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "MAX_WAITING_WRITERS", 2)
    async with AsyncExitStack() as stack:
        for _ in range(1 if ledger.database.is_sqlite else WRITERS):
            await stack.enter_async_context(ledger.database.transaction(ledger.principal))
        waiting = [asyncio.create_task(ledger.add_space("patient")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await ledger.add_space("late")

    assert len(await asyncio.gather(*waiting)) == 2


@strawberry.input
class Pair:
    """Two Spaces."""

    first: strawberry.ID
    second: strawberry.ID


async def test_a_deadlock_is_resolved_by_repeating(api: Api, ledger: Ledger) -> None:
    if ledger.database.is_sqlite:
        return  # one writer cannot deadlock
    together = asyncio.Barrier(2)
    tries = [0]

    @mutation(Scope.SPACE_WRITE, space_id=strawberry.ID)
    async def rename_both(tx: Transaction, input: Pair) -> str:
        """Rename two Spaces in the order given."""
        tries[0] += 1
        (await tx.find(Space, input.first)).name += "!"
        await tx.flush()
        if tries[0] <= 2:
            await together.wait()
        (await tx.find(Space, input.second)).name += "!"
        return input.first

    engine = SchemaEngine(
        strawberry.Schema(
            query=create_type("Query", [node]), mutation=create_type("Mutation", [rename_both])
        )
    )
    document = engine.prepare(
        "mutation ($input: Pair!) { renameBoth(input: $input) { spaceId userErrors { code } } }"
    )
    a, b = await ledger.add_space("a"), await ledger.add_space("b")
    results = await asyncio.gather(
        *(
            engine.execute(document, {"input": {"first": x, "second": y}}, api.context)
            for x, y in ((a, b), (b, a))
        )
    )

    expected = [{"renameBoth": {"spaceId": id, "userErrors": []}} for id in (a, b)]
    assert expected == [result.data for result in results]
    assert tries == [3]
    rows = await ledger.database.reader(ledger.principal).find_many(Space, [a, b])
    assert [row.name for row in rows if row] == ["a!!", "b!!"]


async def test_a_broken_unique_rule_is_a_conflict_for_the_caller_to_solve(ledger: Ledger) -> None:
    space = await ledger.add_space("Acme")
    with pytest.raises(Raced) as refused:
        await ledger.add_space("Acme again", id=space)

    assert refused.value.code == "CONFLICT"


async def test_errors_do_not_quote_what_callers_store(ledger: Ledger) -> None:
    with pytest.raises(Raced) as refused:
        await ledger.add_space("hunter2", app_id="app_none")

    assert "hunter2" not in str(refused.value.__cause__)


async def test_a_path_may_hold_any_character(sqlite: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a b?c#d%20é"
    folder.mkdir()
    url = sqlite_copy(sqlite, tmp_path)
    odd = folder / "gqlspaces.db"
    sqlite_path(url).rename(odd)
    database = Database.open(_url_of(odd), build_rules())

    assert await database.position("env_none") is None
    await database.close()


def _names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _url_of(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


async def test_closing_leaves_one_file(sqlite: Path, tmp_path: Path) -> None:
    url = sqlite_copy(sqlite, tmp_path)
    async with open_gateway(url, tmp_path) as (gateway, token):
        await (await Api.with_key(gateway, token)).do("createSpace", "space { id }", name="x")

    assert _names_in(tmp_path) == ["gqlspaces.db", "gqlspaces.db.lock"]
