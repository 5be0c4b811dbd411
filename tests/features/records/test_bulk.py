"""Many records at once: chosen by a query, changed, replaced in, deleted."""

from typing import Any

import pytest

from features.records.sheets import CONTACTS, counts, insert, make_sheets, records, update
from harness import Api

ALL = ({"email": f"{n}@b.c", "firstName": "Ann Ann", "age": n} for n in range(6))


@pytest.fixture
async def sheet_id(api: Api) -> str:
    sheet_id = (await make_sheets(api, CONTACTS))["contacts"]
    await insert(api, sheet_id, *[dict(values) for values in ALL_VALUES])
    return sheet_id


ALL_VALUES = list(ALL)


async def change(api: Api, mutation: str, sheet_id: str, **input: Any) -> Any:
    selection = "commit { created updated deleted } rejected { recordId code path }"
    return await api.do(mutation, selection, sheetId=sheet_id, **input)


async def test_a_query_chooses_what_is_changed(api: Api, sheet_id: str) -> None:
    made = await change(
        api,
        "bulkUpdateRecords",
        sheet_id,
        selection={"q": "age gte 3"},
        values={"firstName": "Old", "age": "9"},
    )
    assert 3 == made["commit"]["updated"]
    found = await records(api, sheet_id)
    assert [0, 1, 2, 9, 9, 9] == [record["values"]["age"] for record in found]


async def test_ids_beside_a_query_are_left_out(api: Api, sheet_id: str) -> None:
    [first, *_, last] = [record["id"] for record in await records(api, sheet_id)]
    selection = {"q": "age gte 4", "ids": [last]}
    assert ["4@b.c"] == [r["values"]["email"] for r in await records(api, sheet_id, **selection)]
    assert [first] == [r["id"] for r in await records(api, sheet_id, ids=[first])]

    made = await change(api, "deleteRecords", sheet_id, selection=selection)
    assert 1 == made["commit"]["deleted"]
    assert (5, 5, 0) == await counts(api, sheet_id)


async def test_an_empty_selection_means_all(api: Api, sheet_id: str) -> None:
    made = await change(api, "deleteRecords", sheet_id, selection={})
    assert 6 == made["commit"]["deleted"]
    assert (0, 0, 0) == await counts(api, sheet_id)
    assert [] == await records(api, sheet_id)
    [id] = (await insert(api, sheet_id, {"email": "again@b.c"}))["recordIds"]
    assert [id] == [record["id"] for record in await records(api, sheet_id)]


async def test_a_text_is_replaced_wherever_it_is(api: Api, sheet_id: str) -> None:
    made = await change(
        api,
        "findAndReplaceRecords",
        sheet_id,
        find="ann",
        replace="Bo",
        selection={"q": "age lt 2"},
    )
    assert 2 == made["commit"]["updated"]
    found = [record["values"]["firstName"] for record in await records(api, sheet_id)]
    assert ["Bo Bo", "Bo Bo", *["Ann Ann"] * 4] == found


@pytest.mark.parametrize(
    ("how", "updated"),
    [
        ({"find": "ann", "matchCase": True}, None),
        ({"find": "Ann", "matchCase": True}, 6),
        ({"find": "Ann", "whole": True}, None),
        ({"find": "ann ann", "whole": True}, 6),
        ({"find": "3@b.c", "field": "firstName"}, None),
        ({"find": ".", "field": "email"}, 6),
    ],
)
async def test_replacing_can_be_narrowed(
    api: Api, sheet_id: str, how: Any, updated: int | None
) -> None:
    made = await change(api, "findAndReplaceRecords", sheet_id, replace="x", **how)
    assert updated == (made["commit"] and made["commit"]["updated"])


async def test_read_only_records_are_passed_over_and_told_of(api: Api, sheet_id: str) -> None:
    kept = (await records(api, sheet_id))[2]["id"]
    await update(api, sheet_id, {"id": kept, "config": {"readonly": True}})
    made = await change(api, "deleteRecords", sheet_id, selection={})

    assert 5 == made["commit"]["deleted"]
    assert [(kept, "FORBIDDEN")] == [(row["recordId"], row["code"]) for row in made["rejected"]]
    assert [kept] == [record["id"] for record in await records(api, sheet_id)]


async def test_what_no_record_can_have_is_refused_as_a_whole(api: Api, sheet_id: str) -> None:
    assert [("INVALID", "values.mail")] == await api.refused(
        "bulkUpdateRecords", sheetId=sheet_id, selection={}, values={"mail": "x"}
    )
    assert [("REQUIRED", "values")] == await api.refused(
        "bulkUpdateRecords", sheetId=sheet_id, selection={}, values={}
    )
    assert [("REQUIRED", "find")] == await api.refused(
        "findAndReplaceRecords", sheetId=sheet_id, find="", replace="x"
    )
