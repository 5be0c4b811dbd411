"""What became of records since a snapshot is undone."""

from itertools import pairwise

import pytest

from features.records.history import (
    UNCHANGED,
    changes,
    content,
    delete,
    make_history,
    restore,
    snapshot,
    values,
)
from features.records.sheets import CONTACTS, counts, fields, insert, make_sheets, update
from harness import Api


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


@pytest.mark.parametrize("flag", ["created", "updated", "deleted"])
async def test_each_kind_of_change_is_undone_by_itself(api: Api, sheet_id: str, flag: str) -> None:
    id, (updated, deleted, _, created) = await make_history(api, sheet_id)
    after = await values(api, sheet_id)
    flags = dict.fromkeys(("created", "updated", "deleted"), False) | {flag: True}
    done = await restore(api, id, **flags)

    expected = {
        "created": {one: held for one, held in after.items() if one != created},
        "updated": after | {updated: {"email": "a@b.c", "age": 5}},
        "deleted": after | {deleted: {"email": "d@e.f", "firstName": "Dan"}},
    }
    assert expected[flag] == await values(api, sheet_id)
    undoes = {"created": "deleted", "updated": "updated", "deleted": "created"}
    assert 1 == done["commit"][undoes[flag]]
    assert 1 == sum(done["commit"][kind] for kind in undoes)


async def test_a_restored_sheet_is_what_it_was_by_one_commit(api: Api, sheet_id: str) -> None:
    id, ids = await make_history(api, sheet_id)
    known = len(await api.topics())
    commit = (await restore(api, id))["commit"]

    assert {
        ids[0]: {"email": "a@b.c", "age": 5},
        ids[1]: {"email": "d@e.f", "firstName": "Dan"},
        ids[2]: {"email": "g@h.i"},
    } == await values(api, sheet_id)
    assert (3, 3, 0) == await counts(api, sheet_id)
    assert [1, 1, 1] == [commit[kind] for kind in ("created", "updated", "deleted")]
    assert UNCHANGED == await changes(api, id)
    heard = (await api.heard("topic payload context"))[known:]
    assert [
        "records:created",
        "records:updated",
        "records:deleted",
        "commit:created",
        "sheet:counts-updated",
    ] == [one["topic"] for one in heard]
    assert {commit["id"]} == {one["context"]["commitId"] for one in heard[:4]}
    assert [[ids[1]], [ids[0]], [ids[3]]] == [one["payload"]["recordIds"] for one in heard[:3]]
    document = "query ($id: ID!) { commit(id: $id) { records { edges { node { id } } } } }"
    edges = (await api(document, id=commit["id"]))["commit"]["records"]["edges"]
    assert ids[:2] == [edge["node"]["id"] for edge in edges]


async def test_restoring_twice_changes_nothing(api: Api, sheet_id: str) -> None:
    id, _ = await make_history(api, sheet_id)
    await restore(api, id)
    known, before = await api.topics(), await values(api, sheet_id)

    assert (await restore(api, id))["commit"] is None
    assert before == await values(api, sheet_id)
    assert known == await api.topics()


async def test_what_came_back_is_judged_among_what_is_there(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "d@e.f"})
    one = made["recordIds"][0]
    id = (await snapshot(api, sheet_id))["id"]
    await delete(api, sheet_id, one)
    await insert(api, sheet_id, {"email": "a@b.c"})
    await restore(api, id, created=False)

    told = [len(record["messages"]) for record in (await content(api, sheet_id)).values()]
    assert [1, 0, 1] == told
    assert (3, 1, 2) == await counts(api, sheet_id)
    await restore(api, id)
    assert (2, 2, 0) == await counts(api, sheet_id)


async def test_references_find_what_came_back(api: Api) -> None:
    config = {"ref": "countries", "key": "code"}
    people = {"name": "People", "fields": [{"key": "of", "type": "REFERENCE", "config": config}]}
    sheets = await make_sheets(api, {"name": "Countries", "fields": [{"key": "code"}]}, people)
    await insert(api, sheets["countries"], {"code": "de"})
    await insert(api, sheets["people"], {"of": "de"})
    id = (await snapshot(api, sheets["countries"]))["id"]
    await delete(api, sheets["countries"])
    assert (1, 0, 1) == await counts(api, sheets["people"])

    await restore(api, id)
    assert (1, 1, 0) == await counts(api, sheets["people"])


async def test_what_is_read_only_stays_unless_that_is_overridden(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "d@e.f"}, {"email": "g@h.i"})
    one, two, three = made["recordIds"]
    id = (await snapshot(api, sheet_id))["id"]
    (added,) = (await insert(api, sheet_id, {"email": "x"}))["recordIds"]
    cell = {"fields": {"age": {"readonly": True}}}
    await update(
        api,
        sheet_id,
        {"id": one, "values": {"age": 1}, "config": {"readonly": True}},
        {"id": two, "values": {"age": 1}, "config": cell},
        {"id": three, "values": {"firstName": "Ann"}, "config": cell},
        {"id": added, "config": {"readonly": True}},
    )
    done = await restore(api, id)

    assert [
        {"recordId": added, "code": "FORBIDDEN", "path": ["id"]},
        {"recordId": one, "code": "FORBIDDEN", "path": ["id"]},
        {"recordId": two, "code": "FORBIDDEN", "path": ["values", "age"]},
    ] == done["rejected"]
    assert {"created": 1, "updated": 2, "deleted": 0} == await changes(api, id)
    done = await restore(api, id, overrideReadonly=True)
    assert [] == done["rejected"]
    assert UNCHANGED == await changes(api, id)


async def test_what_was_said_about_a_record_comes_back_with_it(api: Api, sheet_id: str) -> None:
    (id,) = (await insert(api, sheet_id, {"email": "a@b.c"}))["recordIds"]
    said = [{"message": "Really?", "level": "WARN", "field": "email"}]
    sent = {"metadata": {"a": [1, None]}, "config": {"fields": {"age": {"readonly": True}}}}
    await update(api, sheet_id, {"id": id, "values": {"age": 7}, "messages": said, **sent})
    added = "query ($id: ID!) { record(id: $id) { createdAt } }"
    before = await content(api, sheet_id), await api(added, id=id)
    kept = (await snapshot(api, sheet_id))["id"]
    await delete(api, sheet_id, id)
    await restore(api, kept)

    assert before == (await content(api, sheet_id), await api(added, id=id))
    document = """query ($id: ID!) { sheet(id: $id) { calculations(field: "age") { changed } } }"""
    assert 1 == (await api(document, id=sheet_id))["sheet"]["calculations"]["changed"]


async def test_values_of_removed_fields_come_back_until_they_are_purged(
    api: Api, sheet_id: str
) -> None:
    (id,) = (await insert(api, sheet_id, {"email": "a@b.c", "firstName": "Ann"}))["recordIds"]
    kept = (await snapshot(api, sheet_id))["id"]
    first = (await fields(api, sheet_id))["firstName"]
    await update(api, sheet_id, {"id": id, "values": {"firstName": "Bea"}})
    await api.do("deleteField", "deletedId", id=first)
    # What a removed Field has left makes no difference by itself.
    assert UNCHANGED == await changes(api, kept)

    await update(api, sheet_id, {"id": id, "values": {"age": 3}})
    await restore(api, kept)
    assert {"firstName": "Ann"} == (await content(api, sheet_id))[id]["removedValues"]

    await delete(api, sheet_id, id)
    await api.do("purgeRemovedFields", "sheet { id }", sheetId=sheet_id, keys=["firstName"])
    await restore(api, kept)
    found = (await content(api, sheet_id))[id]
    assert ({"email": "a@b.c"}, {}) == (found["values"], found["removedValues"])
    assert UNCHANGED == await changes(api, kept)


async def test_values_take_the_form_of_a_type_that_changed(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a", "firstName": "5"}, {"email": "b"})
    one = made["recordIds"][0]
    kept = (await snapshot(api, sheet_id))["id"]
    first = (await fields(api, sheet_id))["firstName"]
    await api.do("updateField", "field { id }", id=first, type="NUMBER")
    await delete(api, sheet_id, one)
    await restore(api, kept)

    assert 5 == (await values(api, sheet_id))[one]["firstName"]
    assert (2, 2, 0) == await counts(api, sheet_id)
    assert (await restore(api, kept))["commit"] is None


async def test_a_restored_sheet_of_many_chunks_is_what_it_was(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, *({"email": str(n), "age": n} for n in range(3500)))
    ids = made["recordIds"]
    id = (await snapshot(api, sheet_id))["id"]
    await api.do(
        "bulkUpdateRecords", "commit { id }", sheetId=sheet_id, values={"age": 1}, selection={}
    )
    await delete(api, sheet_id, *ids[:2500])
    await insert(api, sheet_id, *({"email": str(n)} for n in range(2500)))
    done = await restore(api, id)

    assert {"created": 2500, "updated": 1000, "deleted": 2500} == {
        kind: done["commit"][kind] for kind in ("created", "updated", "deleted")
    }
    assert UNCHANGED == await changes(api, id)
    assert (3500, 3500, 0) == await counts(api, sheet_id)
    assert all(a < b for a, b in pairwise(await values(api, sheet_id)))
