"""No change of an announced row is silent, and none is told twice."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Executable, delete, insert, select, text, update

from gqlspaces.features.spaces.model import Space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.ids import new_id
from gqlspaces.kernel.recorder import BulkWriteRefused
from gqlspaces.kernel.transaction import Transaction
from kernel.ledger import Ledger


async def told(ledger: Ledger, after: int) -> list[tuple[str, dict[str, Any]]]:
    return [(row.topic, row.payload) for row in await ledger.rows(after)]


async def head(ledger: Ledger) -> int:
    return (await ledger.position()).head


async def version(ledger: Ledger, space: str) -> int:
    found = await ledger.database.reader(ledger.principal).find(Space, space)
    assert found is not None
    return int(found.version)


@pytest.mark.parametrize(
    "statement",
    [
        update(Space).values(name="silent"),
        insert(Space).values(id="sp_silent", name="silent"),
        delete(Space),
        text("UPDATE space SET name = 'silent'"),
        text("SELECT 1"),
        update(table(Space)).values(name="silent"),
    ],
    ids=["update", "insert", "delete", "text", "harmless text", "core update"],
)
async def test_what_the_recorder_cannot_see_is_refused(
    ledger: Ledger, statement: Executable
) -> None:
    space = await ledger.add_space("Acme")
    before = await head(ledger)
    with pytest.raises(BulkWriteRefused):
        async with ledger.database.transaction(ledger.principal) as tx:
            await tx.session.execute(statement)

    assert await head(ledger) == before
    assert await version(ledger, space) == 1


async def test_each_row_is_announced_once_and_in_order(ledger: Ledger) -> None:
    old = [await ledger.add_space(name) for name in ("a", "b", "c")]
    before = await head(ledger)
    async with ledger.database.transaction(ledger.principal) as tx:
        new = tx.add(Space(name="d"))
        rows = [await tx.find(Space, id) for id in reversed(old)]
        for row in rows:
            row.name += "1"
        await tx.flush()
        for row in (*rows, new):
            row.name += "2"
        await tx.remove(rows[1])

    heard = [(row.topic, row.space_id) for row in await ledger.rows(before)]
    assert heard == [
        ("space:created", new.id),
        ("space:updated", old[0]),
        ("space:deleted", old[1]),
        ("space:updated", old[2]),
    ]


async def test_a_change_is_told_from_what_was_before_the_transaction(ledger: Ledger) -> None:
    space = await ledger.add_space("one", settings={"a": 1})
    before = await head(ledger)
    async with ledger.database.transaction(ledger.principal) as tx:
        row = await tx.find(Space, space)
        row.name = "two"
        await tx.flush()
        row.name, row.settings = "three", {"a": 2}

    [(_topic, payload)] = await told(ledger, before)
    assert payload["changes"] == [
        {"field": "name", "previousValue": "one", "newValue": "three"},
        {"field": "settings", "previousValue": {"a": 1}, "newValue": {"a": 2}},
    ]


async def test_what_comes_and_goes_in_one_transaction_was_never_there(ledger: Ledger) -> None:
    before = await head(ledger)
    async with ledger.database.transaction(ledger.principal) as tx:
        space = tx.add(Space(name="short"))
        await tx.flush()
        await tx.remove(space)

    assert await head(ledger) == before


async def test_setting_what_is_there_already_is_no_change(ledger: Ledger) -> None:
    space = await ledger.add_space("same", settings={"a": 1, "b": 2})
    before = await head(ledger)
    async with ledger.database.transaction(ledger.principal) as tx:
        row = await tx.find(Space, space)
        row.name, row.settings = "same", {"b": 2, "a": 1}

    assert await head(ledger) == before
    assert await version(ledger, space) == 1


@pytest.mark.parametrize(("old", "new"), [(1, True), (1, 1.0), (0, False), ([1], [True])])
async def test_values_that_only_python_takes_for_equal_are_stored(
    ledger: Ledger, old: object, new: object
) -> None:
    space = await ledger.add_space("json", settings={"x": old})
    async with ledger.database.transaction(ledger.principal) as tx:
        (await tx.find(Space, space)).settings = {"x": new}

    found = await ledger.database.reader(ledger.principal).find(Space, space)
    assert found is not None
    assert repr({"x": new}) == repr(found.settings)


async def test_a_transaction_raises_the_version_once(ledger: Ledger) -> None:
    space = await ledger.add_space("Acme")
    async with ledger.database.transaction(ledger.principal) as tx:
        await tx.find(Space, space)
        for name in ("a", "b", "c"):
            tx.add(Workbook(space_id=space, name=name))
            await tx.flush()
        (await tx.find(Space, space)).name = "Acme 2"
        await tx.remove(*await tx.siblings(Workbook, _named("b")))

    assert await version(ledger, space) == 2


async def test_a_new_space_begins_with_version_one_whatever_is_in_it(ledger: Ledger) -> None:
    async with ledger.database.transaction(ledger.principal) as tx:
        space = tx.add(Space(name="Acme"))
        await tx.flush()
        tx.add(Workbook(space_id=space.id, name="a"))
        await tx.flush()
        space.name = "Acme 2"

    assert await version(ledger, space.id) == 1


async def test_writers_that_forget_to_lock_lose_no_version(ledger: Ledger) -> None:
    space = await ledger.add_space("Acme")

    async def add(name: str) -> None:
        async with ledger.database.transaction(ledger.principal) as tx:
            tx.add(Workbook(space_id=space, name=name))

    await asyncio.gather(*(add(str(number)) for number in range(6)))

    assert await version(ledger, space) == 7


async def test_a_row_read_before_its_lock_is_read_again(ledger: Ledger) -> None:
    space = await ledger.add_space("old")
    async with ledger.database.transaction(ledger.principal) as tx:
        seen = (await tx.session.scalars(select(Space).where(_is(space)))).one()
        if tx.locks_rows:
            async with ledger.database.transaction(ledger.principal) as other:
                (await other.find(Space, space)).name = "new"
            assert seen.name == "old"
        locked = await tx.find(Space, space)

        assert locked.name == ("new" if tx.locks_rows else "old")


async def test_a_transaction_cannot_find_what_is_no_id(ledger: Ledger) -> None:
    async with ledger.database.transaction(ledger.principal) as tx:
        for id in ("", "\0", "\ud800", "sp_", new_id("wb"), new_id("sp")):
            with pytest.raises(NotFound):
                await tx.find(Space, id)


async def test_rules_see_the_caller_and_the_moment(ledger: Ledger) -> None:
    async with ledger.database.transaction(ledger.principal, actor_id="jb_1") as tx:
        assert isinstance(tx, Transaction)
        space = tx.add(Space(name="Acme"))

    [row] = [row for row in await ledger.rows() if row.space_id == space.id]
    assert row.context["actorId"] == "jb_1"
    assert row.created_at == space.created_at == tx.now


def _is(id: str) -> ColumnElement[bool]:
    return table(Space).c.id == id


def _named(name: str) -> ColumnElement[bool]:
    return table(Workbook).c.name == name
