"""A snapshot keeps the records of a Sheet and tells what became of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from features.records.history import (
    DIFFERENCE,
    SNAPSHOTS,
    UNCHANGED,
    changes,
    delete,
    difference,
    kept_rows,
    make_history,
    restore,
    snapshot,
    space_of,
    values,
)
from features.records.sheets import CONTACTS, insert, make_sheets, update
from gqlspaces.features.records.desk import Desk
from gqlspaces.features.records.snapshots import MOST_SNAPSHOTS, take
from gqlspaces.features.records.writing import Writing
from gqlspaces.kernel.database import Database
from harness import Api


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that reach any database meanwhile."""
    found: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


async def test_a_snapshot_says_what_there_was_and_is_told_of(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"}, {})
    made = await snapshot(api, sheet_id, label="Before the import")
    await delete(api, sheet_id)

    assert (2, 1) == (made["total"], made["valid"])
    assert ("Before the import", sheet_id) == (made["label"], made["sheetId"])
    assert {"slug": "contacts"} == made["sheet"]
    assert api.principal.key_id == made["createdBy"]
    found = await api("query ($id: ID!) { node(id: $id) { id __typename } }", id=made["id"])
    assert {"id": made["id"], "__typename": "Snapshot"} == found["node"]
    told = (await api.heard("topic domain payload context", topics=["snapshot:created"]))[0]
    assert {"snapshotId", "sheetId", "workbookId", "spaceId"} == set(told["payload"])
    assert made["id"] == told["payload"]["snapshotId"] == told["context"]["snapshotId"]
    assert "sheet" == told["domain"]


async def test_a_sheet_that_never_held_a_record_has_snapshots(api: Api, sheet_id: str) -> None:
    made = await snapshot(api, sheet_id)
    await insert(api, sheet_id, {"email": "a@b.c"})

    assert (0, 0) == (made["total"], made["valid"])
    assert (await restore(api, made["id"]))["commit"]["deleted"] == 1
    assert {} == await values(api, sheet_id)


async def test_snapshots_are_listed_newest_first(api: Api, sheet_id: str) -> None:
    for label in "abc":
        await snapshot(api, sheet_id, label=label)
        await insert(api, sheet_id, {"email": label})
    first = (await api(SNAPSHOTS, id=sheet_id, first=2))["sheet"]["snapshots"]
    after = first["pageInfo"]["endCursor"]
    second = (await api(SNAPSHOTS, id=sheet_id, after=after))["sheet"]["snapshots"]

    nodes = [edge["node"] for edge in first["edges"] + second["edges"]]
    assert ["c", "b", "a"] == [node["label"] for node in nodes]
    assert [1, 2, 3] == [node["changes"]["created"] for node in nodes]
    assert (3, True) == (first["totalCount"], first["pageInfo"]["hasNextPage"])
    assert not second["pageInfo"]["hasNextPage"]


async def test_a_deleted_snapshot_is_gone_and_the_records_stay(
    api: Api, database: Database, sheet_id: str
) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"})
    id, kept = (await snapshot(api, sheet_id))["id"], (await snapshot(api, sheet_id))["id"]
    done = await api.do("deleteSnapshot", "deletedId", id=id)

    assert id == done["deletedId"]
    assert {"snapshot": None} == await api("query ($id: ID!) { snapshot(id: $id) { id } }", id=id)
    assert UNCHANGED == await changes(api, kept)
    assert 1 == await database.own.read(await space_of(api, sheet_id), kept_rows)
    assert [("NOT_FOUND", "id")] == await api.refused("deleteSnapshot", id=id)
    assert [("NOT_FOUND", "id")] == await api.refused("restoreSnapshot", id=id)
    assert [("NOT_FOUND", "id")] == await api.refused("restoreSnapshot", id="nothing")


async def test_the_difference_tells_what_became_of_each_record(api: Api, sheet_id: str) -> None:
    id, ids = await make_history(api, sheet_id)
    updated, deleted, created = await difference(api, id)

    assert {
        "recordId": ids[0],
        "change": "UPDATED",
        "before": {"values": {"email": "a@b.c", "age": 5}},
        "after": {"values": {"email": "a@b.c", "firstName": "Ann"}},
        "fields": ["firstName", "age"],
    } == updated
    assert (ids[1], "DELETED", None) == tuple(deleted[k] for k in ("recordId", "change", "after"))
    assert {"values": {"email": "d@e.f", "firstName": "Dan"}} == deleted["before"]
    assert (ids[3], "CREATED", None) == tuple(created[k] for k in ("recordId", "change", "before"))
    assert ["email"] == created["fields"]
    assert {"created": 1, "updated": 1, "deleted": 1} == await changes(api, id)
    assert [deleted] == await difference(api, id, change="DELETED")


async def test_metadata_and_what_is_read_only_make_a_difference(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "d@e.f"}, {"email": "g@h.i"})
    one, two, three = made["recordIds"]
    await update(api, sheet_id, {"id": three, "metadata": {"a": 1, "b": {"c": 1, "d": 2}}})
    id = (await snapshot(api, sheet_id))["id"]
    await update(
        api,
        sheet_id,
        {"id": one, "metadata": {"seen": True}},
        {"id": two, "config": {"fields": {"age": {"readonly": True}}}},
        {"id": three, "metadata": {"a": None, "b": None}},
    )
    await update(api, sheet_id, {"id": three, "metadata": {"b": {"d": 2, "c": 1}}})
    await update(api, sheet_id, {"id": three, "metadata": {"a": 1}})

    first, second = await difference(api, id)
    assert {"values": {"email": "a@b.c"}, "metadata": {"seen": True}} == first["after"]
    assert {"fields": {"age": {"readonly": True}}} == second["after"]["config"]
    assert [[], []] == [first["fields"], second["fields"]]


async def test_messages_alone_make_no_difference(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"})
    id = (await snapshot(api, sheet_id))["id"]
    said = [{"message": "Really?", "level": "ERROR"}]
    await update(api, sheet_id, {"id": made["recordIds"][0], "messages": said})

    assert UNCHANGED == await changes(api, id)
    assert (await restore(api, id))["commit"] is None


async def test_the_difference_comes_in_pages(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, *({"email": str(n)} for n in range(30)))
    ids = made["recordIds"]
    id = (await snapshot(api, sheet_id))["id"]
    await delete(api, sheet_id, *ids[::3])
    await update(api, sheet_id, *({"id": one, "values": {"age": 1}} for one in ids[1::3]))
    added = await insert(api, sheet_id, {"email": "x"}, {"email": "y"})

    found, after, more = [], None, True
    while more:
        page = (await api(DIFFERENCE, id=id, first=3, after=after))["snapshot"]["records"]
        assert 22 == page["totalCount"]
        assert len(page["edges"]) <= 3
        found += [edge["node"]["recordId"] for edge in page["edges"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]

    assert sorted([*ids[::3], *ids[1::3], *added["recordIds"]]) == found
    wrong = await api.run(DIFFERENCE, id=id, after="nonsense")
    assert wrong.errors is not None
    assert "BAD_USER_INPUT" == (wrong.errors[0].extensions or {})["code"]


async def test_a_repeated_request_repeats_nothing(api: Api, sheet_id: str) -> None:
    made = await snapshot(api, sheet_id, idempotencyKey="one")
    assert made == await snapshot(api, sheet_id, idempotencyKey="one")
    assert 1 == (await api(SNAPSHOTS, id=sheet_id))["sheet"]["snapshots"]["totalCount"]

    await insert(api, sheet_id, {"email": "a@b.c"})
    done = await restore(api, made["id"], idempotencyKey="two")
    added = await insert(api, sheet_id, {"email": "d@e.f"})
    assert done == await restore(api, made["id"], idempotencyKey="two")
    assert added["recordIds"] == list(await values(api, sheet_id))
    refused = await api.refused("createSnapshot", sheetId=sheet_id, idempotencyKey="two")
    assert [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")] == refused


async def test_a_locked_sheet_is_kept_but_not_changed(api: Api, sheet_id: str) -> None:
    await api.do("lockSheet", "sheet { id }", id=sheet_id)
    id = (await snapshot(api, sheet_id))["id"]

    assert [("CONFLICT", "id")] == await api.refused("restoreSnapshot", id=id)
    await api.do("deleteSnapshot", "deletedId", id=id)


async def test_a_sheet_has_so_many_snapshots(api: Api, sheet_id: str) -> None:
    def fill(writing: Writing) -> None:
        for _ in range(MOST_SNAPSHOTS - 1):
            take(writing.connection, writing.state, label=None, by="test", at=writing.now)

    await Desk(api.context.database, api.principal, "test").maintain(sheet_id, fill)
    last = (await snapshot(api, sheet_id))["id"]

    assert [("LIMIT_EXCEEDED", "sheetId")] == await api.refused("createSnapshot", sheetId=sheet_id)
    await api.do("deleteSnapshot", "deletedId", id=last)
    assert last < (await snapshot(api, sheet_id))["id"]


async def test_labels_are_one_line_of_text(api: Api, sheet_id: str) -> None:
    assert (await snapshot(api, sheet_id))["label"] is None
    refused = [
        (await api.refused("createSnapshot", sheetId=sheet_id, label=label))[0]
        for label in ("", "a\nb", "x" * 256)
    ]
    assert {"label"} == {path for _, path in refused}


async def test_what_was_deleted_takes_its_snapshots_along(
    api: Api, database: Database, sheet_id: str
) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"})
    id = (await snapshot(api, sheet_id))["id"]
    space_id = await space_of(api, sheet_id)
    await api.do("deleteSheet", "deletedId", id=sheet_id)

    assert 0 == await database.own.read(space_id, kept_rows)
    assert {"snapshot": None} == await api("query ($id: ID!) { snapshot(id: $id) { id } }", id=id)


async def test_sheets_of_one_space_have_their_own_snapshots(api: Api) -> None:
    other = {**CONTACTS, "name": "Leads"}
    sheets = await make_sheets(api, CONTACTS, other)
    for sheet in sheets.values():
        await insert(api, sheet, {"email": "a@b.c"})
    id = (await snapshot(api, sheets["contacts"]))["id"]
    for sheet in sheets.values():
        await insert(api, sheet, {"email": "d@e.f"})

    assert {"created": 1, "updated": 0, "deleted": 0} == await changes(api, id)
    await restore(api, id)
    assert [1, 2] == [len(await values(api, sheet)) for sheet in sheets.values()]


async def test_its_cost_in_statements_does_not_grow_with_the_sheet(api: Api, sheet_id: str) -> None:
    costs = []
    for _ in range(3):
        with statements() as taken:
            id = (await snapshot(api, sheet_id))["id"]
        with statements() as read:
            await difference(api, id, first=5)
        with statements() as listed:
            await api(SNAPSHOTS, id=sheet_id)
        costs.append((len(taken), len(read), len(listed)))
        await insert(api, sheet_id, *({"email": str(n)} for n in range(1000)))
    # The first one makes what is known of the Sheet.
    assert costs[1] == costs[2]
