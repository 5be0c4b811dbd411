"""References between Sheets: none may come to lead nowhere."""

from typing import Any

from features.structure import a_reference, a_sheet, new_space, new_workbook, state
from harness import Api


async def shop(api: Api) -> tuple[str, Any, Any]:
    """Make orders that refer to customers; give the Space's id and both Sheets."""
    space = await new_space(api)
    orders = a_sheet("Orders", "number")
    orders["fields"].append(a_reference("customer", "customers", "email"))
    workbook = await new_workbook(api, space, a_sheet("Customers", "email", "name"), orders)
    customers, orders = workbook["sheets"]
    return space, customers, orders


async def why_refused(api: Api, mutation: str, **input: Any) -> tuple[str, str, str]:
    payload = await api.attempt(mutation, "", **input)
    [error] = payload["userErrors"]
    return error["code"], ".".join(error["path"]), error["message"]


async def test_what_is_referred_to_cannot_be_deleted(api: Api) -> None:
    space, customers, _orders = await shop(api)
    before = await state(api, space)
    for mutation, id in (
        ("deleteSheet", customers["id"]),
        ("deleteField", customers["fields"][0]["id"]),
    ):
        code, path, message = await why_refused(api, mutation, id=id)
        assert (code, path) == ("CONFLICT", "id")
        assert message.startswith("Field 'customer' of Sheet 'orders' refers to it.")
    assert await state(api, space) == before


async def test_what_is_referred_to_cannot_be_renamed(api: Api) -> None:
    space, customers, _orders = await shop(api)
    before = await state(api, space)
    code, path, _ = await why_refused(api, "updateSheet", id=customers["id"], slug="clients")
    assert (code, path) == ("CONFLICT", "slug")
    field = customers["fields"][0]["id"]
    code, path, _ = await why_refused(api, "updateField", id=field, key="mail")
    assert (code, path) == ("CONFLICT", "key")
    fields = [{"key": "name"}]
    code, path, _ = await why_refused(api, "updateSheet", id=customers["id"], fields=fields)
    assert (code, path) == ("CONFLICT", "fields")
    assert await state(api, space) == before


async def test_what_nothing_refers_to_any_more_can_be_deleted(api: Api) -> None:
    _space, customers, orders = await shop(api)
    await api.do("deleteField", "deletedId", id=orders["fields"][1]["id"])
    await api.do("deleteSheet", "deletedId", id=customers["id"])


async def test_a_sheet_that_refers_to_others_can_be_deleted(api: Api) -> None:
    _space, _customers, orders = await shop(api)
    await api.do("deleteSheet", "deletedId", id=orders["id"])


async def test_a_reference_that_is_sent_must_lead_somewhere(api: Api) -> None:
    space, _customers, orders = await shop(api)
    before = await state(api, space)
    field = orders["fields"][1]["id"]
    nowhere = {"ref": "customers", "key": "phone"}
    assert await api.refused("updateField", id=field, config=nowhere) == [("INVALID", "config.key")]
    fields = [{"key": "number"}, a_reference("customer", "nowhere", "email")]
    assert await api.refused("updateSheet", id=orders["id"], fields=fields) == [
        ("INVALID", "fields.1.config.ref")
    ]
    filtered = {
        "ref": "customers",
        "filter": {"refField": "email", "recordField": "nope"},
    }
    refused = await api.refused(
        "createField", sheetId=orders["id"], key="k", type="REFERENCE_LIST", config=filtered
    )
    assert refused == [("INVALID", "config.filter.recordField")]
    assert await state(api, space) == before


async def test_a_sheet_may_refer_to_itself(api: Api) -> None:
    workbook = await new_workbook(api, await new_space(api))
    sheet = a_sheet("People", "id")
    sheet["fields"].append(a_reference("manager", "people", "id"))
    made = await api.do("createSheet", "sheet { id }", workbookId=workbook["id"], **sheet)
    await api.do("deleteSheet", "deletedId", id=made["sheet"]["id"])


async def test_a_sheet_with_additional_fields_may_be_referred_to_by_any_key(api: Api) -> None:
    sheet = a_sheet("Open", "id", allowAdditionalFields=True)
    workbook = await new_workbook(api, await new_space(api), sheet)
    id = workbook["sheets"][0]["id"]
    reference = a_reference("other", "open", "unheard-of")
    await api.do("createField", "field { id }", sheetId=id, **reference)
    refused = await api.refused("updateSheet", id=id, allowAdditionalFields=False)
    assert refused == [("CONFLICT", "allowAdditionalFields")]
