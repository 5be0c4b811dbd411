"""The calls for records and commits, on the real gateway."""

import pytest

from gqlspaces.listener import Api, ApiError

from .office import Office, fields

CONTACTS = {"name": "Contacts", "fields": fields("name", "email", "type")}


@pytest.fixture
def real(office: Office) -> Api:
    return Api(office.client)


@pytest.fixture
async def contacts(office: Office) -> str:
    return await office.make_sheets(CONTACTS)


async def test_records_are_added_listed_changed_and_deleted(
    office: Office, real: Api, contacts: str
) -> None:
    made = await real.records.insert(
        contacts,
        [
            {"values": {"name": "ann", "type": "person"}, "metadata": {"type": "row"}},
            {"values": {"name": "bob"}, "messages": [{"level": "warn", "message": "who?"}]},
            {"values": {"nothing": 1}},
        ],
    )
    ann, bob = made["recordIds"]
    assert [(row["index"], row["code"]) for row in made["rejected"]] == [(2, "INVALID")]

    first = await real.records.list(contacts, first=1)
    assert [one["id"] for one in first.records] == [ann]
    assert first.records[0]["metadata"] == {"type": "row"}
    rest = await real.records.list(contacts, first=1, after=first.cursor)
    assert ([one["id"] for one in rest.records], rest.cursor) == ([bob], None)
    assert [one["message"] for one in rest.records[0]["messages"]] == ["who?"]

    upserted = await real.records.upsert(
        contacts,
        [{"values": {"name": "ann", "email": "a@b.c"}}, {"values": {"name": "clara"}}],
        key="name",
    )
    assert upserted["recordIds"][0] == ann

    await real.records.update(contacts, [{"id": bob, "values": {"type": None, "name": "b"}}])
    await real.records.delete(contacts, {"ids": [ann]})
    assert await office.values(contacts, "name") == ["b", "clara"]


async def test_records_are_selected(office: Office, real: Api, contacts: str) -> None:
    await office.insert(contacts, {"name": "ann"}, {"name": "bob"})
    assert (await real.records.list(contacts, {"filter": "error"})).records == []
    found = await real.records.list(contacts, {"q": "name eq bob", "filter": "valid"})
    assert [one["values"] for one in found.records] == [{"name": "bob"}]


async def test_the_records_that_a_job_is_about_are_read(
    office: Office, real: Api, contacts: str
) -> None:
    await office.insert(contacts, {"name": "ann"}, {"name": "bob"}, {"name": "bobby"})
    await office.caller.do("completeCommit", "", id=(await office.commits(contacts))[0]["id"])
    for target, selection, names in (
        (contacts, {"search": "bob", "searchField": "name", "filter": "VALID"}, ["bob", "bobby"]),
        (contacts, None, ["ann", "bob", "bobby"]),
    ):
        button = {"operation": f"send{len(names)}", "label": "Send", "targetId": target}
        action = (await office.caller.do("createAction", "action { id }", **button))["action"]
        click = {"actionId": action["id"], "selection": selection}
        made = await office.caller.do("runAction", "job { id }", **click)
        job = await real.jobs.get(made["job"]["id"])
        assert job is not None
        assert job["actionId"] == action["id"]
        found = await real.records.of_job(job)
        assert [one["values"]["name"] for one in found.records] == names


async def test_a_job_that_nobody_selected_records_for_is_about_none(
    office: Office, real: Api, contacts: str
) -> None:
    wanted = {"type": "SHEET", "operation": "send", "sourceId": contacts}
    made = await office.caller.do("createJob", "job { id }", **wanted)
    job = await real.jobs.get(made["job"]["id"])
    assert job is not None
    with pytest.raises(ApiError, match="'sheet:send' is about no records"):
        await real.records.of_job(job)


async def test_a_commit_is_read_and_completed(office: Office, real: Api, contacts: str) -> None:
    made = await real.records.insert(contacts, [{"values": {"name": "ann"}}])
    commit = made["commit"]
    assert commit is not None
    assert commit["completedAt"] is None
    page = await real.commits.records(commit["id"])
    assert [one["id"] for one in page.records] == made["recordIds"]

    done = await real.commits.complete(commit["id"])

    assert done["completedAt"]
    assert await real.commits.complete(commit["id"]) == done


async def test_what_is_not_there_is_not_found(real: Api) -> None:
    for call in (real.records.list("sh_nothing"), real.commits.records("vr_nothing")):
        with pytest.raises(ApiError) as caught:
            await call
        assert caught.value.code == "NOT_FOUND"


async def test_a_field_is_added_once(real: Api, contacts: str) -> None:
    field = await real.sheets.add_field(
        contacts, key="tags", type="enum-list", config={"options": [{"value": "a"}]}
    )
    assert (field["key"], field["type"]) == ("tags", "ENUM_LIST")
    with pytest.raises(ApiError) as caught:
        await real.sheets.add_field(contacts, key="tags")
    assert caught.value.code == "DUPLICATE"
