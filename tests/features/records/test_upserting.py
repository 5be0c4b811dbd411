"""A record is known again by a key, and what is new beside it counts in the same step."""

from typing import Any

from features.records.sheets import counts, insert, make_sheets, records, update
from harness import Api

PEOPLE = {
    "name": "People",
    "fields": [
        {"key": "name"},
        {"key": "age", "type": "NUMBER"},
        {"key": "email", "constraints": [{"type": "UNIQUE"}]},
        {"key": "of", "type": "REFERENCE", "config": {"ref": "people", "key": "name"}},
    ],
}


async def upsert(api: Api, sheet_id: str, key: str, *values: Any) -> Any:
    return await api.do(
        "upsertRecords",
        "recordIds commit { created updated } rejected { index code }",
        sheetId=sheet_id,
        key=key,
        records=[{"values": one} for one in values],
    )


async def test_new_records_are_judged_with_those_they_come_with(api: Api) -> None:
    sheet_id = (await make_sheets(api, PEOPLE))["people"]
    await insert(api, sheet_id, {"name": "Ann", "email": "a@b.c"})
    new = {"name": "Bea", "email": "a@b.c"}
    made = await upsert(api, sheet_id, "name", new, {"name": "Ann", "age": 7})

    assert {"created": 1, "updated": 1} == made["commit"]
    assert (2, 0, 2) == await counts(api, sheet_id)


async def test_a_key_may_be_what_its_field_does_not_ask_for(api: Api) -> None:
    sheet_id = (await make_sheets(api, PEOPLE))["people"]
    made = await insert(api, sheet_id, {"age": "old"}, {"age": 7})
    again = await upsert(
        api, sheet_id, "age", {"age": "old", "name": "Ann"}, {"age": "7.0", "name": "Bea"}
    )

    assert made["recordIds"] == again["recordIds"]
    assert ["Ann", "Bea"] == [one["values"]["name"] for one in await records(api, sheet_id)]


async def test_one_and_true_are_not_the_same(api: Api) -> None:
    sheet_id = (await make_sheets(api, PEOPLE))["people"]
    (id,) = (await insert(api, sheet_id, {"name": "Ann"}))["recordIds"]
    for value in (1, True, 1):
        await update(api, sheet_id, {"id": id, "values": {"of": value}, "metadata": {"of": value}})
        (found,) = await records(api, sheet_id)
        assert [str(value)] * 2 == [str(found[name]["of"]) for name in ("values", "metadata")]
