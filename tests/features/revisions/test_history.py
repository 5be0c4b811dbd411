"""Every change of structure is on record, and there is a way back."""

from typing import Any

import pytest

from features.structure import a_sheet, limited, new_space, new_workbook
from gqlspaces.app import Gateway
from gqlspaces.features.records import keeper
from gqlspaces.features.records.purge import forget_sheet
from gqlspaces.features.records.state import all_states
from harness import Api

READ = """query ($id: ID!) { space(id: $id) { version blueprint
  blueprintRevisions { totalCount edges { node { number structural createdBy jobId createdAt
    differences { kind path before after text } changes { op path value } blueprint } } } } }"""
PLAN = "space { version } plan { changes { kind path text } effects { kind path records text } }"
CONTACTS = {
    "workbooks": [
        {
            "name": "Customers",
            "sheets": [{"name": "Contacts", "fields": [{"key": "email"}, {"key": "age"}]}],
        }
    ]
}


async def history(api: Api, space: str) -> tuple[Any, list[Any]]:
    """Give a Space and its revisions, oldest first."""
    found = (await api(READ, id=space))["space"]
    return found, [edge["node"] for edge in found["blueprintRevisions"]["edges"]][::-1]


async def configured(api: Api, document: Any = CONTACTS) -> tuple[str, Any]:
    """Make a Space of two columns; give its id and its Sheet."""
    space = await new_space(api)
    shown = "space { workbooks { id sheets { id fields { id key } } } }"
    made = await api.do("configureSpace", shown, spaceId=space, blueprint=document)
    return space, made["space"]["workbooks"][0]["sheets"][0]


async def filled(api: Api, document: Any = CONTACTS) -> tuple[str, Any]:
    """Make a Space with two records."""
    space, sheet = await configured(api, document)
    records = [{"values": {"email": "a@b.c", "age": "7"}}, {"values": {"email": "d@e.f"}}]
    await api.do("insertRecords", "recordIds", sheetId=sheet["id"], records=records)
    return space, sheet


async def values(api: Api, sheet: str) -> list[Any]:
    """Give what the records of a Sheet hold."""
    asked = "query ($id: ID!) { sheet(id: $id) { records { edges { node { values } } } } }"
    page = (await api(asked, id=sheet))["sheet"]["records"]
    return [edge["node"]["values"] for edge in page["edges"]]


async def test_every_change_tells_who_made_it_and_what_it_did(api: Api) -> None:
    space, sheet = await configured(api)
    await api.do("updateSheet", "", id=sheet["id"], name="People")
    _found, [first, second, third] = await history(api, space)

    assert [first["number"], second["number"], third["number"]] == [1, 2, 3]
    assert first["differences"] == []
    assert {first["createdBy"], third["createdBy"]} == {api.principal.key_id}
    assert third["jobId"] is None
    assert [change["text"] for change in second["differences"]] == [
        "Adds the Workbook Customers to the Space"
    ]
    assert third["differences"] == [
        {
            "kind": "CHANGED",
            "path": ["workbooks", "Customers", "sheets", "contacts", "name"],
            "before": "Contacts",
            "after": "People",
            "text": third["differences"][0]["text"],
        }
    ]
    assert third["changes"][0]["path"].endswith(f"/sheets/{sheet['id']}/name")


async def test_a_change_under_a_lease_tells_its_job(api: Api) -> None:
    made = await api.do("createSpace", "space { id } job { id }", name="x")
    job = made["job"]["id"]
    ack = await api.do("ackJob", "lease", id=job, holder="me")
    worker = api.under_lease(f"{job} {ack['lease']}")
    await worker.do("configureSpace", "", spaceId=made["space"]["id"], blueprint=CONTACTS)
    _found, [*_earlier, last] = await history(api, made["space"]["id"])

    assert last["jobId"] == job
    assert last["createdBy"] == api.principal.key_id


async def test_what_is_no_part_of_the_blueprint_is_no_revision_of_it(api: Api) -> None:
    space, sheet = await configured(api)
    await api.do("lockSheet", "", id=sheet["id"])
    await api.do("updateSpace", "", id=space, name="Other")
    found, revisions = await history(api, space)
    asked = READ.replace("blueprintRevisions", "blueprintRevisions(structural: false)")
    everything = (await api(asked, id=space))["space"]["blueprintRevisions"]

    assert [revision["number"] for revision in revisions] == [1, 2]
    assert found["version"] == everything["totalCount"] == 4
    assert everything["edges"][0]["node"]["differences"] == []


async def test_nothing_is_on_record_of_what_changed_nothing(api: Api) -> None:
    space, _sheet = await configured(api)
    before, _revisions = await history(api, space)
    await api.do("configureSpace", "", spaceId=space, blueprint=before["blueprint"])

    assert (await history(api, space))[0] == before


async def test_going_back_brings_back_names_and_their_data(api: Api) -> None:
    space, sheet = await filled(api)
    before, _revisions = await history(api, space)
    email = sheet["fields"][0]["id"]
    await api.do("updateField", "", id=email, key="mail")
    await api.do("updateSheet", "", id=sheet["id"], slug="people", name="People")
    await api.do("revertBlueprint", "", spaceId=space, number=2)

    after, _revisions = await history(api, space)
    assert after["blueprint"] == before["blueprint"]
    assert after["version"] == 5
    assert await values(api, sheet["id"]) == [{"email": "a@b.c", "age": "7"}, {"email": "d@e.f"}]


async def test_going_back_brings_back_the_values_of_a_field(api: Api) -> None:
    space, sheet = await filled(api)
    await api.do("deleteField", "", id=sheet["fields"][1]["id"])
    assert await values(api, sheet["id"]) == [{"email": "a@b.c"}, {"email": "d@e.f"}]
    await api.do("revertBlueprint", "", spaceId=space, number=2)

    assert await values(api, sheet["id"]) == [{"email": "a@b.c", "age": "7"}, {"email": "d@e.f"}]


async def test_names_that_were_exchanged_are_exchanged_back(api: Api) -> None:
    space = await new_space(api)
    made = await new_workbook(api, space, a_sheet("One", "a", "b"), a_sheet("Two", "a"))
    before, _revisions = await history(api, space)
    one, two = (sheet["id"] for sheet in made["sheets"])
    for id, slug in ((one, "three"), (two, "one"), (one, "two")):
        await api.do("updateSheet", "", id=id, slug=slug)
    await api.do("revertBlueprint", "", spaceId=space, number=2)

    assert (await history(api, space))[0]["blueprint"] == before["blueprint"]


async def test_going_back_is_a_change_like_any_other(api: Api) -> None:
    space, sheet = await configured(api)
    await api.do("updateSheet", "", id=sheet["id"], name="People")
    heard = len(await api.topics(spaceId=space))
    await api.do("revertBlueprint", "", spaceId=space, number=2)
    await api.do("revertBlueprint", "", spaceId=space, number=3)
    found, _revisions = await history(api, space)

    assert (await api.topics(spaceId=space))[heard:] == ["sheet:updated", "sheet:updated"]
    assert found["version"] == 5
    assert found["blueprint"]["workbooks"][0]["sheets"][0]["name"] == "People"


async def test_a_dry_run_tells_and_changes_nothing(api: Api) -> None:
    space, sheet = await filled(api)
    before = await history(api, space), await api.topics()
    document = {
        "workbooks": [
            {
                "name": "Customers",
                "sheets": [
                    {
                        "name": "Contacts",
                        "fields": [
                            {"key": "email", "constraints": [{"type": "required"}]},
                            {"key": "phone"},
                        ],
                    }
                ],
            }
        ]
    }
    planned = await api.do(
        "configureSpace", PLAN, spaceId=space, blueprint=document, dryRun=True, idempotencyKey="k"
    )
    assert (await history(api, space), await api.topics()) == before
    assert planned["space"]["version"] == 2
    contacts = ["workbooks", "Customers", "sheets", "contacts"]
    assert [(change["kind"], change["path"]) for change in planned["plan"]["changes"]] == [
        ("REMOVED", [*contacts, "fields", "age"]),
        ("ADDED", [*contacts, "fields", "email", "constraints", "required"]),
        ("ADDED", [*contacts, "fields", "phone"]),
    ]
    assert planned["plan"]["effects"] == [
        {
            "kind": "VALUES_HIDDEN",
            "path": [*contacts, "fields", "age"],
            "records": 2,
            "text": "The values of the Field age in 2 records are hidden; they are kept until you "
            "purge them",
        },
        {
            "kind": "RECORDS_JUDGED",
            "path": contacts,
            "records": 2,
            "text": "2 records of the Sheet contacts will be judged anew",
        },
    ]
    done = await api.do(
        "configureSpace", PLAN, spaceId=space, blueprint=document, idempotencyKey="other"
    )
    assert done["plan"] is None
    assert done["space"]["version"] == 3
    assert await values(api, sheet["id"]) == [{"email": "a@b.c"}, {"email": "d@e.f"}]


async def test_a_plan_tells_which_records_would_be_lost_or_converted(api: Api) -> None:
    space, _sheet = await filled(api)
    number = {"key": "age", "type": "number"}
    sheets = [{"name": "Contacts", "fields": [{"key": "email"}, number]}]
    document = {"workbooks": [{"name": "Customers", "sheets": sheets}]}
    told = await api.do("configureSpace", PLAN, spaceId=space, blueprint=document, dryRun=True)
    gone: Any = {"workbooks": []}
    lost = await api.do("configureSpace", PLAN, spaceId=space, blueprint=gone, dryRun=True)
    back = await api.do("revertBlueprint", PLAN, spaceId=space, number=1, dryRun=True)

    kinds = [(effect["kind"], effect["records"]) for effect in told["plan"]["effects"]]
    assert kinds == [("VALUES_CONVERTED", 2), ("RECORDS_JUDGED", 2)]
    assert [effect["text"] for effect in lost["plan"]["effects"]] == [
        "2 records of the Sheet contacts will be gone for good"
    ]
    assert back["plan"] == lost["plan"]


async def test_what_cannot_be_done_cannot_be_planned(api: Api) -> None:
    space, _sheet = await configured(api)
    for dry in (True, False):
        refused = await api.refused(
            "configureSpace", spaceId=space, blueprint={"workbooks": [{}]}, dryRun=dry
        )
        assert refused == [("REQUIRED", "blueprint.workbooks.0.name")]
        told = {"spaceId": space, "dryRun": dry}
        assert await api.refused("revertBlueprint", number=9, **told) == [("NOT_FOUND", "number")]
        assert await api.refused("revertBlueprint", number=1, expectedVersion=1, **told) == [
            ("STALE_VERSION", "expectedVersion")
        ]


async def test_a_space_of_others_has_no_history(api: Api, gateway: Gateway) -> None:
    space, _sheet = await configured(api)
    other = await limited(api, gateway, namespaces=["red"])
    missing = await other.refused("revertBlueprint", spaceId=space, number=1)
    assert missing == [("NOT_FOUND", "spaceId")]


async def test_blueprints_of_two_spaces_or_moments_can_be_compared(api: Api) -> None:
    one, sheet = await configured(api)
    await api.do("updateSheet", "", id=sheet["id"], name="People")
    other, _sheet = await configured(api)
    asked = """query ($before: BlueprintSource!, $after: BlueprintSource!) {
      diffBlueprints(before: $before, after: $after) { path before after } }"""

    async def diff(before: Any, after: Any) -> list[tuple[Any, Any]]:
        found = (await api(asked, before=before, after=after))["diffBlueprints"]
        return [(change["before"], change["after"]) for change in found]

    renamed = [("Contacts", "People")]
    assert await diff({"spaceId": one, "number": 2}, {"spaceId": one}) == renamed
    assert await diff({"spaceId": other}, {"spaceId": one}) == renamed
    assert await diff({"blueprint": CONTACTS}, {"spaceId": one}) == renamed
    assert await diff({"spaceId": other}, {"blueprint": CONTACTS}) == []


async def test_a_sheet_that_comes_back_counts_the_records_it_has(api: Api) -> None:
    space, sheet = await filled(api)
    await api.do("deleteSheet", "", id=sheet["id"])
    await api.do("revertBlueprint", "", spaceId=space, number=2)
    new = {"values": {"email": "g@h.i"}}
    await api.do("insertRecords", "recordIds", sheetId=sheet["id"], records=[new])

    asked = "query ($id: ID!) { sheet(id: $id) { recordCounts { total } records { totalCount } } }"
    found = (await api(asked, id=sheet["id"]))["sheet"]
    assert found["recordCounts"]["total"] == found["records"]["totalCount"]
    assert new["values"] in await values(api, sheet["id"])


async def test_a_sheet_that_comes_back_while_it_is_forgotten_keeps_what_it_gets_then(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, sheet = await filled(api)
    monkeypatch.setattr(keeper, "forget_sheet", lambda *_arguments: True)  # a crash in the middle
    await api.do("deleteSheet", "", id=sheet["id"])
    await api.do("revertBlueprint", "", spaceId=space, number=2)
    new = {"values": {"email": "g@h.i"}}
    await api.do("insertRecords", "recordIds", sheetId=sheet["id"], records=[new])
    monkeypatch.setattr(keeper, "forget_sheet", forget_sheet)
    await api.do("updateSheet", "", id=sheet["id"], name="People")

    assert await values(api, sheet["id"]) == [new["values"]]
    assert await api.gateway.database.own.read(space, lambda one: len(all_states(one))) == 1


async def test_a_sheet_that_came_back_before_it_was_forgotten_is_not_forgotten(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, sheet = await filled(api)
    forget = keeper._forget  # noqa: SLF001 - what happens just before it
    new = {"values": {"email": "g@h.i"}}

    async def forget_late(*arguments: Any) -> None:
        monkeypatch.undo()
        await api.do("revertBlueprint", "", spaceId=space, number=2)
        await api.do("insertRecords", "recordIds", sheetId=sheet["id"], records=[new])
        await forget(*arguments)

    monkeypatch.setattr(keeper, "_forget", forget_late)
    await api.do("deleteSheet", "", id=sheet["id"])

    assert new["values"] in await values(api, sheet["id"])
