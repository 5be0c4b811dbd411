"""Records go in, are judged, are corrected, and say what happened."""

from typing import Any

import pytest

from features.records.sheets import CONTACTS, counts, insert, make_sheets, records, told, update
from harness import Api


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


async def test_what_was_inserted_is_read(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c", "age": "5"}, {"firstName": "Ann"})
    first, second = await records(api, sheet_id)

    assert 2 == made["commit"]["created"]
    assert made["recordIds"] == [first["id"], second["id"]]
    assert (2, 1, 1) == await counts(api, sheet_id)
    assert {"email": "a@b.c", "age": 5} == first["values"]
    assert ["email is required"] == [message["message"] for message in second["messages"]]


async def test_one_bad_row_does_not_keep_the_others_out(api: Api, sheet_id: str) -> None:
    made = await insert(
        api, sheet_id, {"email": "a@b.c"}, {"mail": "x"}, {"email": {"no": "object"}}, [1]
    )
    assert [(1, "INVALID", ["values", "mail"]), (2, "INVALID", ["values", "email"])] == [
        (row["index"], row["code"], row["path"]) for row in made["rejected"][:2]
    ]
    assert [3] == [row["index"] for row in made["rejected"][2:]]
    assert "email" in made["rejected"][0]["message"]
    assert 1 == made["commit"]["created"] == len(made["recordIds"])


async def test_nothing_written_makes_no_commit_and_no_event(api: Api, sheet_id: str) -> None:
    before = await api.topics()
    made = await insert(api, sheet_id, {"mail": "x"})
    assert made["commit"] is None
    assert before == await api.topics()


async def test_equal_values_are_flagged_on_all_who_have_them(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c"})
    made = await insert(api, sheet_id, {"email": "a@b.c"})
    first, second, third = await records(api, sheet_id)

    assert [("email", "UNIQUE_CONSTRAINT")] == told(first) == told(third)
    assert [] == told(second)
    assert (3, 1, 2) == await counts(api, sheet_id)

    await update(api, sheet_id, {"id": third["id"], "values": {"email": "c@b.c"}})
    assert [[], [], []] == [told(record) for record in await records(api, sheet_id)]
    assert (3, 3, 0) == await counts(api, sheet_id)

    await update(api, sheet_id, {"id": third["id"], "values": {"email": "b@b.c"}})
    await api.do(
        "deleteRecords",
        "commit { deleted }",
        sheetId=sheet_id,
        selection={"ids": made["recordIds"]},
    )
    assert [[], []] == [told(record) for record in await records(api, sheet_id)]


async def test_a_cell_is_corrected_and_the_rest_stays(api: Api, sheet_id: str) -> None:
    [id] = (await insert(api, sheet_id, {"firstName": "Ann", "age": "old"}))["recordIds"]
    [record] = await records(api, sheet_id)
    assert [("email", "REQUIRED_CONSTRAINT"), ("age", "IS_ARTIFACT")] == told(record)

    await update(api, sheet_id, {"id": id, "values": {"email": "a@b.c", "age": None}})
    [record] = await records(api, sheet_id)
    assert {"firstName": "Ann", "email": "a@b.c"} == record["values"]
    assert record["valid"]
    assert [] == record["messages"]


async def test_an_update_that_changes_nothing_makes_no_commit(api: Api, sheet_id: str) -> None:
    [id] = (await insert(api, sheet_id, {"email": "a@b.c"}))["recordIds"]
    made = await update(api, sheet_id, {"id": id, "values": {"email": "a@b.c"}})
    assert made["commit"] is None
    assert [id] == made["recordIds"]


async def test_unknown_and_repeated_records_are_rejected(api: Api, sheet_id: str) -> None:
    [id] = (await insert(api, sheet_id, {"email": "a@b.c"}))["recordIds"]
    other = id[:-1] + ("1" if id[-1] != "1" else "2")
    made = await update(
        api,
        sheet_id,
        {"id": id, "values": {"age": 1}},
        {"id": other, "values": {"age": 2}},
        {"id": id, "values": {"age": 3}},
        {"id": "rc_nonsense", "values": {"age": 4}},
    )
    assert [(1, "NOT_FOUND"), (2, "DUPLICATE"), (3, "NOT_FOUND")] == [
        (row["index"], row["code"]) for row in made["rejected"]
    ]
    assert [1] == [record["values"]["age"] for record in await records(api, sheet_id)]


async def test_messages_of_callers_stay_until_the_value_changes(api: Api, sheet_id: str) -> None:
    said = [{"field": "email", "level": "ERROR", "message": "Bounced."}]
    [id] = (await insert(api, sheet_id, {"email": "a@b.c"}))["recordIds"]
    await update(api, sheet_id, {"id": id, "messages": said})
    [record] = await records(api, sheet_id)
    assert [("email", "CUSTOM_LOGIC")] == told(record)
    assert not record["valid"]

    await update(api, sheet_id, {"id": id, "values": {"age": 7}})
    assert [("email", "CUSTOM_LOGIC")] == told((await records(api, sheet_id))[0])
    await update(api, sheet_id, {"id": id, "values": {"email": "b@b.c"}})
    assert [] == told((await records(api, sheet_id))[0])


async def test_what_is_read_only_stays_unless_it_is_overridden(api: Api, sheet_id: str) -> None:
    [one, other] = (await insert(api, sheet_id, {"email": "a@b.c"}, {"email": "b@b.c"}))[
        "recordIds"
    ]
    await update(
        api,
        sheet_id,
        {"id": one, "config": {"readonly": True}},
        {"id": other, "config": {"fields": {"email": {"readonly": True}}}},
    )
    made = await update(
        api,
        sheet_id,
        {"id": one, "values": {"age": 1}},
        {"id": other, "values": {"email": "c@b.c"}},
    )
    assert [("FORBIDDEN", ["id"]), ("FORBIDDEN", ["values", "email"])] == [
        (row["code"], row["path"]) for row in made["rejected"]
    ]
    made = await update(api, sheet_id, {"id": other, "values": {"age": 2}})
    assert 1 == made["commit"]["updated"]
    made = await update(api, sheet_id, {"id": one, "values": {"age": 1}}, overrideReadonly=True)
    assert [] == made["rejected"]
    first, second = await records(api, sheet_id)
    assert first["readonly"]
    assert ["email"] == second["readonlyFields"]


async def test_a_locked_sheet_takes_nothing(api: Api, sheet_id: str) -> None:
    await api.do("lockSheet", "sheet { id }", id=sheet_id)
    rows = [{"values": {"email": "a@b.c"}}]
    assert [("CONFLICT", "sheetId")] == await api.refused(
        "insertRecords", sheetId=sheet_id, records=rows
    )


async def test_upserting_knows_records_again_by_a_field(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"email": "a@b.c", "age": 1}, {"email": "b@b.c", "age": 2})
    for key, rows in (
        ("email", [{"email": "a@b.c", "age": 10}, {"email": "n@b.c", "age": 30}]),
        ("age", [{"age": "30", "firstName": "Nina"}, {"age": 40}]),
    ):
        made = await api.do(
            "upsertRecords",
            "recordIds commit { created updated } rejected { index }",
            sheetId=sheet_id,
            key=key,
            records=[{"values": row} for row in rows],
        )
        assert {"created": 1, "updated": 1} == made["commit"]
        assert 2 == len(set(made["recordIds"]))
    found = await records(api, sheet_id)
    assert [10, 2, 30, 40] == [record["values"]["age"] for record in found]
    assert "Nina" == found[2]["values"]["firstName"]


async def test_an_upsert_says_which_rows_are_unclear(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"age": 1}, {"age": 1})
    made = await api.do(
        "upsertRecords",
        "rejected { index code path } commit { created }",
        sheetId=sheet_id,
        key="age",
        records=[{"values": row} for row in ({"age": 1}, {}, {"age": 5}, {"age": "5"})],
    )
    assert [(0, "CONFLICT"), (1, "REQUIRED"), (3, "DUPLICATE")] == [
        (row["index"], row["code"]) for row in made["rejected"]
    ]
    assert 1 == made["commit"]["created"]


async def test_a_repeated_request_writes_once(api: Api, sheet_id: str) -> None:
    first = await insert(api, sheet_id, {"email": "a@b.c"}, idempotencyKey="k1")
    again = await insert(api, sheet_id, {"email": "a@b.c"}, idempotencyKey="k1")
    assert first == again
    assert (1, 1, 0) == await counts(api, sheet_id)
    rows = [{"values": {"email": "other"}}]
    assert [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")] == await api.refused(
        "insertRecords", sheetId=sheet_id, records=rows, idempotencyKey="k1"
    )


async def test_too_many_and_no_records_are_refused(api: Api, sheet_id: str) -> None:
    assert [("REQUIRED", "records")] == await api.refused(
        "insertRecords", sheetId=sheet_id, records=[]
    )
    rows: list[Any] = [{"values": {}}] * 10_001
    assert [("LIMIT_EXCEEDED", "records")] == await api.refused(
        "insertRecords", sheetId=sheet_id, records=rows
    )


async def test_events_tell_what_happened(api: Api, sheet_id: str) -> None:
    made = await insert(api, sheet_id, {"email": "a@b.c"})
    [id] = made["recordIds"]
    await update(api, sheet_id, {"id": id, "values": {"email": "b@b.c"}})
    heard = [e for e in await api.heard("topic domain context payload") if e["domain"] == "sheet"]
    heard = [event for event in heard if event["topic"] not in {"sheet:created", "sheet:updated"}]

    assert [
        "records:created",
        "commit:created",
        "sheet:counts-updated",
        "records:updated",
        "commit:created",
        "sheet:counts-updated",
    ] == [event["topic"] for event in heard]
    assert [id] == heard[0]["payload"]["recordIds"]
    assert {"total": 1, "valid": 1, "error": 0, "updated": 0} == heard[2]["payload"]["counts"]
    assert [
        {"recordId": id, "fieldKey": "email", "previousValue": "a@b.c", "newValue": "b@b.c"}
    ] == heard[3]["payload"]["changes"]
    context: Any = heard[1]["context"]
    assert (sheet_id, "contacts", made["commit"]["id"]) == (
        context["sheetId"],
        context["sheetSlug"],
        context["commitId"],
    )
    assert heard[1]["payload"]["trackChanges"] is False
