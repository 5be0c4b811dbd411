"""The database that a Space has for itself: alone, and told of exactly once."""

import asyncio
import shutil
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from gqlspaces.kernel.database import Database
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.ids import new_id
from gqlspaces.kernel.own.message import Message
from gqlspaces.kernel.own.sqlite import Files
from gqlspaces.kernel.own.tables import format_table, outbox
from harness import Api

only_files = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def files(database: Database) -> Files:
    assert isinstance(database.own, Files)
    return database.own


async def a_space(api: Api, name: str = "Acme") -> str:
    made: str = (await api.do("createSpace", "space { id }", name=name))["space"]["id"]
    return made


def a_message(api: Api, space_id: str, topic: str) -> Message:
    event: dict[str, Any] = {
        "id": new_id("ev"),
        "topic": topic,
        "domain": "test",
        "namespace": None,
        "space_id": space_id,
        "namespaces": [],
        "context": {"spaceId": space_id},
        "payload": {},
        "origin": None,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Message(api.principal.environment_id, [event])


async def tell(api: Api, database: Database, space_id: str, topic: str) -> None:
    async with database.own.write(space_id) as transaction:
        transaction.tell(a_message(api, space_id, topic))


def put(version: int) -> Any:
    return lambda connection: connection.execute(insert(format_table), {"version": version})


def versions(connection: Connection) -> list[int]:
    return list(connection.scalars(select(format_table.c.version)))


async def test_what_is_written_is_read_and_only_in_its_space(api: Api, database: Database) -> None:
    one, other = await a_space(api, "one"), await a_space(api, "other")
    async with database.own.write(one) as transaction:
        await transaction.run(put(7))

    assert [1, 7] == await database.own.read(one, versions)
    assert [1] == await database.own.read(other, versions)


async def test_what_fails_leaves_no_trace_and_tells_nothing(api: Api, database: Database) -> None:
    space = await a_space(api)
    before = await api.topics()

    async def fail() -> None:
        async with database.own.write(space) as transaction:
            await transaction.run(put(7))
            transaction.tell(a_message(api, space, "test:failed"))
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        await fail()
    assert [1] == await database.own.read(space, versions)
    assert before == await api.topics()


async def test_events_are_in_the_log_when_the_write_is_done(api: Api, database: Database) -> None:
    space = await a_space(api)
    for number in range(3):
        await tell(api, database, space, f"test:{number}")

    topics = [topic for topic in await api.topics() if topic.startswith("test:")]
    assert ["test:0", "test:1", "test:2"] == topics


async def test_a_space_that_is_written_keeps_no_other_waiting(api: Api, database: Database) -> None:
    held, free = await a_space(api, "held"), await a_space(api, "free")
    async with database.own.write(held) as transaction:
        await transaction.run(put(7))
        async with asyncio.timeout(30):
            await tell(api, database, free, "test:free")
            assert [1] == await database.own.read(held, versions)
    assert "test:free" in await api.topics()


async def test_writers_of_one_space_take_turns(api: Api, database: Database) -> None:
    space = await a_space(api)

    async def raise_version() -> None:
        async with database.own.write(space) as transaction:
            newest = max(await transaction.run(versions))
            await asyncio.sleep(0)
            await transaction.run(put(newest + 1))

    await asyncio.gather(*(raise_version() for _ in range(8)))
    assert list(range(1, 10)) == sorted(await database.own.read(space, versions))


@only_files
async def test_what_was_delivered_but_not_noted_is_not_told_twice(
    api: Api, database: Database
) -> None:
    own = files(database)
    space = await a_space(api)
    await tell(api, database, space, "test:once")
    # As after a crash: the outbox still has what the log has as well.
    await own._thread(own._open[space].file.close)  # noqa: SLF001 - the moment of a crash
    own._open.clear()  # noqa: SLF001
    assert 1 == await database.own.read(space, waiting)
    await tell(api, database, space, "test:next")

    topics = [topic for topic in await api.topics() if topic.startswith("test:")]
    assert ["test:once", "test:next"] == topics


@only_files
async def test_what_was_not_delivered_is_told_at_the_next_start(
    api: Api, database: Database
) -> None:
    own = files(database)
    space = await a_space(api)
    await database.own.read(space, versions)
    file = own._open[space].file  # noqa: SLF001 - the moment of a crash
    await own._thread(file.begin)  # noqa: SLF001
    await own._thread(  # noqa: SLF001
        file.run, lambda one: one.execute(insert(outbox), _stored(api, space, "test:late"))
    )
    await own._thread(file.commit)  # noqa: SLF001
    own._open.clear()  # noqa: SLF001
    assert file.was_left_open()
    await own.recover()

    assert "test:late" in await api.topics()


async def test_a_dropped_space_is_gone_and_an_orphan_is_swept(api: Api, database: Database) -> None:
    space = await a_space(api)
    orphan = new_id("sp")
    await database.own.read(orphan, versions)
    assert await database.own.exists(orphan)
    await tell(api, database, space, "test:told")
    await database.own.recover()

    assert not await database.own.exists(orphan)
    assert await database.own.exists(space)
    await database.own.drop(space)
    assert not await database.own.exists(space)


@only_files
async def test_only_so_many_files_are_open(api: Api, database: Database) -> None:
    own = files(database)
    own._most_open = 2  # noqa: SLF001 - the setting of this test
    spaces = [await a_space(api, f"space {number}") for number in range(5)]
    for space in spaces:
        await tell(api, database, space, "test:told")
        assert len(own._open) <= 2  # noqa: SLF001
    for space in spaces:
        assert [1] == await database.own.read(space, versions)


@only_files
async def test_who_waits_for_a_space_that_is_dropped_is_told(api: Api, database: Database) -> None:
    own = files(database)
    space = await a_space(api)
    async with own._using(space) as one:  # noqa: SLF001 - a reader about to begin
        await own.drop(space)
        with pytest.raises(NotFound):
            await own._thread(one.file.read, versions)  # noqa: SLF001
    assert not await own.exists(space)


@only_files
async def test_a_corrupt_file_harms_no_other_space(api: Api, database: Database) -> None:
    own = files(database)
    broken, whole = await a_space(api, "broken"), await a_space(api, "whole")
    for space in (broken, whole):
        await tell(api, database, space, "test:told")
    await own._thread(own._open.pop(broken).file.close)  # noqa: SLF001
    path = own._path(broken)  # noqa: SLF001
    await asyncio.to_thread(path.write_bytes, b"not a database" * 1000)
    with pytest.raises(Exception, match="not a database"):
        await database.own.read(broken, versions)

    assert [1] == await database.own.read(whole, versions)
    await tell(api, database, whole, "test:after")
    await asyncio.to_thread(shutil.rmtree, path.parent, ignore_errors=True)


def waiting(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(outbox)) or 0


def _stored(api: Api, space_id: str, topic: str) -> dict[str, Any]:
    return {"message": a_message(api, space_id, topic).stored()}
