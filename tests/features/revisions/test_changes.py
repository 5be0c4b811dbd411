"""Following a Space: a copy, and then what keeps it right."""

import asyncio
from typing import Any

import pytest

from features.revisions.copies import CHANGES, copied, kept_up, patched
from features.structure import a_sheet, limited, new_space, new_workbook
from gqlspaces.app import Gateway
from gqlspaces.features.records.desk import Desk
from gqlspaces.features.records.topics import Teller
from gqlspaces.features.revisions import changes
from gqlspaces.features.revisions.history import Moment, newest
from gqlspaces.kernel.graphql.failures import RequestRefused
from gqlspaces.kernel.reader import Reader
from harness import Api


async def test_a_follower_gets_a_copy_and_then_every_change(api: Api) -> None:
    space = await new_space(api)
    stream = api.follow(CHANGES, id=space)
    first = (await anext(stream))["spaceChanges"]
    made = await new_workbook(api, space, a_sheet("Contacts", "email"))
    second = (await anext(stream))["spaceChanges"]
    [sheet] = made["sheets"]
    await api.do("updateSheet", "", id=sheet["id"], name="People")
    third = (await anext(stream))["spaceChanges"]
    await stream.aclose()

    assert first["space"]["name"] == "Acme"
    assert first["changes"] == []
    assert [first["version"], second["version"], third["version"]] == [1, 2, 3]
    assert second["actorId"] == api.principal.key_id
    place = f"/workbooks/{made['id']}/sheets/{sheet['id']}"
    assert third["changes"] == [
        {"op": "replace", "path": f"{place}/name", "value": "People"},
        {"op": "replace", "path": "/version", "value": 3},
    ]
    copy = patched(patched(first["space"], second["changes"]), third["changes"])
    assert copy == (await copied(api, space))["space"]


async def test_an_order_is_told_by_positions(api: Api) -> None:
    space = await new_space(api)
    made = await new_workbook(api, space, a_sheet("Contacts", "a", "b", "c"))
    [sheet] = made["sheets"]
    before = await copied(api, space)
    ids = [field["id"] for field in sheet["fields"]]
    await api.do("reorderFields", "", sheetId=sheet["id"], ids=ids[::-1])

    after = await kept_up(api, space, before["space"], before["cursor"], 3)
    fields = after["workbooks"][made["id"]]["sheets"][sheet["id"]]["fields"]
    assert sorted(fields, key=lambda one: fields[one]["position"]) == ids[::-1]
    assert after == (await copied(api, space))["space"]


async def test_the_counts_of_records_are_kept_right_too(api: Api) -> None:
    space = await new_space(api)
    made = await new_workbook(api, space, a_sheet("Contacts", "email"))
    [sheet] = made["sheets"]
    stream = api.follow(CHANGES, id=space)
    copy = (await anext(stream))["spaceChanges"]["space"]
    records = [{"values": {"email": "a@b.c"}}, {"values": {"email": "d@e.f"}}]
    await api.do("insertRecords", "recordIds", sheetId=sheet["id"], records=records)
    told = (await anext(stream))["spaceChanges"]
    await stream.aclose()

    copy = patched(copy, told["changes"])
    counts = copy["workbooks"][made["id"]]["sheets"][sheet["id"]]["recordCounts"]
    assert counts == {"total": 2, "valid": 2, "error": 0}
    assert copy == (await copied(api, space))["space"]


async def test_the_first_sheet_of_an_empty_space_is_counted(api: Api) -> None:
    space = await new_space(api)
    stream = api.follow(CHANGES, id=space)
    copy = (await anext(stream))["spaceChanges"]["space"]
    [sheet] = (await new_workbook(api, space))["sheets"]
    await api.do("insertRecords", "", sheetId=sheet["id"], records=[{"values": {"email": "a"}}])
    for _ in range(2):
        async with asyncio.timeout(5):
            copy = patched(copy, (await anext(stream))["spaceChanges"]["changes"])
    await stream.aclose()

    assert copy == (await copied(api, space))["space"]


async def test_what_is_counted_in_a_sheet_that_is_gone_is_not_told(
    api: Api, gateway: Gateway
) -> None:
    space = await new_space(api)
    [sheet] = (await new_workbook(api, space))["sheets"]
    first = await copied(api, space)
    desk = Desk(gateway.database, api.principal, api.principal.key_id)
    structure, now = await desk.structure(sheet["id"]), await gateway.database.now()
    await api.do("deleteSheet", "", id=sheet["id"])
    # A write that had begun before ends here.
    teller = Teller(structure, api.principal.environment_id, desk.actor_id, now)
    async with gateway.database.own.write(space) as own:
        own.tell(teller.message({}, [teller.counted(1, 1, 0)]))
    await api.do("updateSpace", "", id=space, name="Other")

    after = await kept_up(api, space, first["space"], first["cursor"], 4)
    assert after == (await copied(api, space))["space"]


async def test_a_copy_that_is_further_than_the_log_was_resumes_behind_what_it_has(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = await new_space(api)
    [sheet] = (await new_workbook(api, space))["sheets"]

    async def newest_of_now(reader: Reader, id: str) -> Moment | None:
        monkeypatch.undo()
        await api.do("deleteField", "", id=sheet["fields"][0]["id"])
        return await newest(reader, id)

    monkeypatch.setattr(changes, "newest", newest_of_now)
    first = await copied(api, space)
    assert first["version"] == 3
    await api.do("updateSpace", "", id=space, name="Other")

    after = await kept_up(api, space, first["space"], first["cursor"], 4)
    assert after == (await copied(api, space))["space"]


async def test_a_new_sheet_has_counts_before_it_has_records(api: Api) -> None:
    space = await new_space(api)
    stream = api.follow(CHANGES, id=space)
    copy = (await anext(stream))["spaceChanges"]["space"]
    made = await new_workbook(api, space, a_sheet("Contacts", "email"))
    copy = patched(copy, (await anext(stream))["spaceChanges"]["changes"])
    await api.do("createSheet", "", workbookId=made["id"], **a_sheet("Orders", "number"))
    copy = patched(copy, (await anext(stream))["spaceChanges"]["changes"])
    await stream.aclose()

    assert copy == (await copied(api, space))["space"]


async def test_one_change_with_many_events_is_told_once_wherever_it_is_resumed(api: Api) -> None:
    space = await new_space(api)
    first = await copied(api, space)
    sheets = [a_sheet(f"S{number}", "a") for number in range(5)]
    await new_workbook(api, space, *sheets)
    end = (await api("{ eventCursor }"))["eventCursor"]
    await api.do("updateSpace", "", id=space, name="Renamed")
    last = (await copied(api, space))["space"]

    # Every event of the change is a place to resume from; behind any of them all of it is known.
    known = await kept_up(api, space, first["space"], first["cursor"], 2)
    epoch, start = first["cursor"].rsplit(".", 1)
    places = range(int(start) + 1, int(end.rsplit(".", 1)[1]) + 1)
    assert len(places) > 5
    for seq in places:
        assert await kept_up(api, space, known, f"{epoch}.{seq}", 3) == last


async def test_the_stream_ends_with_the_space(api: Api) -> None:
    space = await new_space(api)
    stream = api.follow(CHANGES, id=space)
    await anext(stream)
    await api.do("deleteSpace", "", id=space)
    async with asyncio.timeout(5):
        assert [item async for item in stream] == []


async def test_the_stream_of_who_is_behind_ends_with_the_space_too(
    api: Api, gateway: Gateway
) -> None:
    space = await new_space(api, namespace="red")
    other = await limited(api, gateway, namespaces=["red"])
    streams = [caller.follow(CHANGES, id=space) for caller in (other, api)]
    for stream in streams:
        await anext(stream)
    await api.do("updateSpace", "", id=space, name="Other")
    await api.do("updateSpace", "", id=space, namespace="green", name="Secret")
    async with asyncio.timeout(5):
        assert [item async for item in streams[0]] == []
    await api.do("deleteSpace", "", id=space)
    async with asyncio.timeout(5):
        assert [item async for item in streams[1]] == []


async def test_who_may_no_longer_see_a_space_is_told_nothing_more(
    api: Api, gateway: Gateway
) -> None:
    space = await new_space(api, namespace="red")
    other = await limited(api, gateway, namespaces=["red"])
    stream = other.follow(CHANGES, id=space)
    await anext(stream)
    await api.do("updateSpace", "", id=space, namespace="green", name="Secret")
    async with asyncio.timeout(5):
        assert [item async for item in stream] == []
    refused = await _refusal(other, id=space)
    assert refused == await _refusal(other, id="sp_" + "0" * 26)


async def test_what_is_no_cursor_is_refused(api: Api) -> None:
    space = await new_space(api)
    assert await _refusal(api, id=space, after="nonsense") == "CURSOR_INVALID"


async def _refusal(api: Api, **variables: Any) -> str:
    with pytest.raises(RequestRefused) as refusal:
        await anext(api.follow(CHANGES, **variables))
    return refusal.value.code
