"""What a changed, removed or deleted Field, Sheet or Space means for records."""

from typing import Any

import pytest

from features.records.sheets import (
    CONTACTS,
    counts,
    fields,
    insert,
    make_sheets,
    records,
    revalidated,
    told,
)
from gqlspaces.features.records.state import all_states
from harness import Api


@pytest.fixture
async def sheet_id(api: Api) -> str:
    return (await make_sheets(api, CONTACTS))["contacts"]


async def space_of(api: Api, sheet_id: str) -> str:
    found = await api("query ($id: ID!) { sheet(id: $id) { spaceId } }", id=sheet_id)
    return str(found["sheet"]["spaceId"])


async def test_a_changed_blueprint_judges_all_records_anew(api: Api, sheet_id: str) -> None:
    await insert(
        api,
        sheet_id,
        {"email": "a@b.c"},
        *({"email": f"{n}@b.c", "firstName": "N"} for n in range(1500)),
    )
    field = (await fields(api, sheet_id))["firstName"]
    rules = [{"type": "REQUIRED"}, {"type": "UNIQUE"}]
    await api.do("updateField", "field { id }", id=field, constraints=rules)
    job = await revalidated(api)

    assert ("COMPLETE", 100) == (job["status"], job["progress"])
    assert "1501 records were judged anew" in job["info"]
    assert (1501, 0, 1501) == await counts(api, sheet_id)
    [first] = await records(api, sheet_id, q='email eq "a@b.c"')
    assert [("firstName", "REQUIRED_CONSTRAINT")] == told(first)

    await api.do("updateField", "field { id }", id=field, constraints=[])
    await revalidated(api)
    assert (1501, 1501, 0) == await counts(api, sheet_id)


async def test_what_does_not_concern_values_judges_nothing(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"})
    field = (await fields(api, sheet_id))["firstName"]
    await api.do("updateField", "field { id }", id=field, description="Given name")
    wanted = '{ jobs(filter: {job: ["sheet:*"]}) { edges { node { id } } } }'
    assert [] == (await api(wanted))["jobs"]["edges"]


async def test_another_type_keeps_what_it_cannot_hold(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, *({"email": f"{n}@b.c", "firstName": n} for n in ("5", "007", "x")))
    field = (await fields(api, sheet_id))["firstName"]
    await api.do("updateField", "field { id }", id=field, type="NUMBER")
    await revalidated(api)
    found = await records(api, sheet_id)
    assert [5, "007", "x"] == [record["values"]["firstName"] for record in found]
    assert [[], [("firstName", "IS_ARTIFACT")], [("firstName", "IS_ARTIFACT")]] == [
        told(record) for record in found
    ]


async def test_a_removed_field_keeps_its_values_until_they_are_purged(
    api: Api, sheet_id: str
) -> None:
    await insert(api, sheet_id, {"email": "a@b.c", "firstName": "Ann", "age": 7})
    known = await fields(api, sheet_id)
    for key in ("firstName", "age"):
        await api.do("deleteField", "deletedId", id=known[key])
    [record] = await records(api, sheet_id)
    assert {"email": "a@b.c"} == record["values"]
    assert {"firstName": "Ann", "age": 7} == record["removedValues"]

    await api.do("createField", "field { id }", sheetId=sheet_id, key="firstName")
    [record] = await records(api, sheet_id)
    assert {"email": "a@b.c", "firstName": "Ann"} == record["values"]

    purged = await api.do(
        "purgeRemovedFields", "sheet { removedFields { key } }", sheetId=sheet_id, keys=["age"]
    )
    assert [] == purged["sheet"]["removedFields"]
    await api.do("createField", "field { id }", sheetId=sheet_id, key="age", type="NUMBER")
    [record] = await records(api, sheet_id)
    assert {"email": "a@b.c", "firstName": "Ann"} == record["values"]
    assert {} == record["removedValues"]
    assert [("INVALID", "keys.0")] == await api.refused(
        "purgeRemovedFields", sheetId=sheet_id, keys=["email"]
    )


async def test_a_renamed_field_keeps_its_values(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"email": "a@b.c", "firstName": "Ann"})
    field = (await fields(api, sheet_id))["firstName"]
    await api.do("updateField", "field { id }", id=field, key="name")
    [record] = await records(api, sheet_id)
    assert {"email": "a@b.c", "name": "Ann"} == record["values"]


@pytest.mark.parametrize("with_workbook", [False, True])
async def test_a_deleted_sheet_leaves_no_records(
    api: Api, sheet_id: str, with_workbook: bool
) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"})
    space = await space_of(api, sheet_id)
    workbook = (await api("query ($id: ID!) { sheet(id: $id) { workbookId } }", id=sheet_id))[
        "sheet"
    ]
    if with_workbook:
        await api.do("deleteWorkbook", "deletedId", id=workbook["workbookId"])
    else:
        await api.do("deleteSheet", "deletedId", id=sheet_id)
    assert [] == await api.gateway.database.own.read(space, all_states)


async def test_a_deleted_space_takes_its_database_along(api: Api, sheet_id: str) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"})
    space = await space_of(api, sheet_id)
    own = api.gateway.database.own
    assert await own.exists(space)
    await api.do("deleteSpace", "deletedId", id=space)
    assert not await own.exists(space)


async def test_what_a_crash_left_unsettled_is_settled_at_the_next_start(
    api: Api, sheet_id: str
) -> None:
    await insert(api, sheet_id, {"email": "a@b.c"})
    field = (await fields(api, sheet_id))["firstName"]
    database, keeper = api.gateway.database, api.gateway.keeper
    rules: Any = database.rules
    object.__setattr__(rules, "keepers", ())  # as if the process died right after the commit
    await api.do("updateField", "field { id }", id=field, constraints=[{"type": "REQUIRED"}])
    object.__setattr__(rules, "keepers", (keeper.follow,))
    assert (1, 1, 0) == await counts(api, sheet_id)

    await keeper.catch_up(database)
    assert "COMPLETE" == (await revalidated(api))["status"]
    assert (1, 0, 1) == await counts(api, sheet_id)
