"""More records than one batch has: what is asked for is done as if all were there at once."""

from typing import Any

from features.records.sheets import CONTACTS, counts, insert, make_sheets, records
from gqlspaces.features.records.keeper import Keeper
from gqlspaces.features.records.review import MOST_LINKED
from gqlspaces.features.records.writing import CHUNK
from gqlspaces.kernel.database import Database
from harness import Api

REFERENCE = {"key": "of", "type": "REFERENCE", "config": {"ref": "countries", "key": "code"}}


async def delete(api: Api, sheet_id: str, **selection: Any) -> Any:
    chosen = {"sheetId": sheet_id, "selection": selection}
    return (await api.do("deleteRecords", "commit { deleted }", **chosen))["commit"]


async def test_which_records_are_meant_is_settled_before_the_first_goes(api: Api) -> None:
    sheet_id = (await make_sheets(api, CONTACTS))["contacts"]
    twice = [{"email": str(n)} for n in range(CHUNK)] * 2
    await insert(api, sheet_id, *twice, {"email": "once"})
    assert (2 * CHUNK + 1, 1, 2 * CHUNK) == await counts(api, sheet_id)

    assert {"deleted": 2 * CHUNK} == await delete(api, sheet_id, filter="ERROR")
    assert ["once"] == [record["values"]["email"] for record in await records(api, sheet_id)]


async def test_what_many_records_lead_to_is_followed_by_a_job(api: Api, database: Database) -> None:
    people = {"name": "People", "fields": [REFERENCE]}
    sheets = await make_sheets(api, {"name": "Countries", "fields": [{"key": "code"}]}, people)
    await insert(api, sheets["countries"], {"code": "de"})
    await insert(api, sheets["people"], *[{"of": "de"}] * MOST_LINKED)
    await insert(api, sheets["people"], {"of": "de"})
    total = MOST_LINKED + 1
    await delete(api, sheets["countries"])
    assert (total, total, 0) == await counts(api, sheets["people"])

    await Keeper().turn(database)
    assert (total, 0, total) == await counts(api, sheets["people"])


async def test_records_of_the_same_sheet_are_no_exception(api: Api, database: Database) -> None:
    reference = {**REFERENCE, "config": {"ref": "people", "key": "name"}}
    people = {"name": "People", "fields": [{"key": "name"}, reference]}
    sheet_id = (await make_sheets(api, people))["people"]
    made = await insert(api, sheet_id, {"name": "Ann"})
    await insert(api, sheet_id, *[{"of": "Ann"}] * MOST_LINKED)
    await insert(api, sheet_id, {"of": "Ann"})
    await delete(api, sheet_id, ids=made["recordIds"])

    await Keeper().turn(database)
    assert (MOST_LINKED + 1, 0, MOST_LINKED + 1) == await counts(api, sheet_id)
