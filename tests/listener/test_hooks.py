"""Hooks on the real gateway: what they change is written once, and the commit is completed."""

import asyncio
from typing import Any

import pytest

from gqlspaces.listener import Event, Listener, Record

from .office import Office, fields

CONTACTS = {"name": "Contacts", "fields": fields("firstName", "email")}


@pytest.fixture
async def contacts(office: Office) -> str:
    return await office.make_sheets(CONTACTS, {"name": "Sheet 2", "fields": fields("firstName")})


def lower(record: Record, _event: Event) -> None:
    record["firstName"] = record.get("firstName", "").lower()


def cleaning() -> Listener:
    listener = Listener()
    listener.record_hook("contacts")(lower)

    @listener.record_hook("contacts")
    async def check(record: Record, _event: Event) -> None:
        await asyncio.sleep(0)
        if "@" not in record.get("email", ""):
            record.add_error("email", f"{record['firstName']} needs an address")

    return listener


async def test_what_hooks_change_is_written_at_once_and_answers_the_commit(
    office: Office, contacts: str
) -> None:
    await office.insert(contacts, {"firstName": "ANN", "email": "a@b.c"}, {"firstName": "BOB"})

    assert await office.tell(cleaning()) == []

    assert await office.values(contacts, "firstName") == ["ann", "bob"]
    assert await office.said(contacts) == [[], [("email", "ERROR", "bob needs an address")]]
    first, answer = await office.commits(contacts)
    assert answer["answers"] == first["id"]
    assert first["completedAt"]
    assert answer["completedAt"]
    [write] = office.wire.writes()
    assert [set(row) for row in write["records"]] == [
        {"id", "commitId", "values"},
        {"id", "commitId", "values", "messages"},
    ]


async def test_what_is_corrected_is_no_longer_complained_of(office: Office, contacts: str) -> None:
    [id] = await office.insert(contacts, {"firstName": "ann", "email": "nowhere"})
    listener = cleaning()
    await office.tell(listener)
    assert await office.said(contacts) == [[("email", "ERROR", "ann needs an address")]]

    await office.change(contacts, id, email="a@b.c")
    await office.tell(listener)

    assert await office.said(contacts) == [[]]
    assert await office.open_commits(contacts) == 0
    # The gateway forgot the message with the value: there was nothing left to write.
    assert [one["answers"] is not None for one in await office.commits(contacts)] == [
        False,
        True,
        False,
    ]


async def test_messages_on_other_cells_outlive_a_change_of_values(
    office: Office, contacts: str
) -> None:
    [id] = await office.insert(contacts, {"firstName": "ann"})
    listener = Listener()

    @listener.record_hook("contacts")
    def check(record: Record, _event: Event) -> None:
        record["firstName"] = record["firstName"].lower()
        record.add_warning("firstName", "a nickname?")

    await office.tell(listener)
    await office.change(contacts, id, firstName="BOB")
    await office.tell(listener)

    assert await office.values(contacts, "firstName") == ["bob"]
    assert await office.said(contacts) == [[("firstName", "WARN", "a nickname?")]]


async def test_a_commit_without_anything_to_change_is_completed(
    office: Office, contacts: str
) -> None:
    ids = await office.insert(contacts, {"firstName": "ann", "email": "a@b.c"})
    selection = {"selection": {"ids": ids}}
    await office.caller.do("deleteRecords", "commit { id }", sheetId=contacts, **selection)

    await office.tell(cleaning())

    assert office.wire.writes() == []
    assert await office.open_commits(contacts) == 0
    assert len(await office.commits(contacts)) == 2


async def test_where_changes_are_not_tracked_nobody_completes_commits(office: Office) -> None:
    sheet = await office.make_sheets(CONTACTS, trackChanges=False)
    await office.insert(sheet, {"firstName": "ann", "email": "a@b.c"})

    await office.tell(cleaning())

    assert [
        content["query"].split("(")[0] for content in office.wire.sent if "mut" in content
    ] == []
    assert len(await office.commits(sheet)) == 1


async def test_a_hook_is_only_for_its_sheets(office: Office, contacts: str) -> None:
    other = office.sheets["sheet-2"]
    seen: list[tuple[str, Any]] = []
    listener = Listener()
    for slugs in ("contacts", "sheet*", ["nothing", "sheet-2"], "**"):

        @listener.record_hook(slugs)
        def look(record: Record, _event: Event, slugs: Any = slugs) -> None:
            seen.append((str(slugs), record["firstName"]))

    await office.insert(contacts, {"firstName": "ann"})
    await office.insert(other, {"firstName": "bob"})
    await office.tell(listener)

    assert seen == [
        ("contacts", "ann"),
        ("**", "ann"),
        ("sheet*", "bob"),
        ("['nothing', 'sheet-2']", "bob"),
        ("**", "bob"),
    ]


async def test_a_commit_of_other_sheets_is_left_to_others(office: Office, contacts: str) -> None:
    other = office.sheets["sheet-2"]
    await office.insert(other, {"firstName": "BOB"})

    await office.tell(cleaning())

    assert await office.open_commits(other) == 1
    assert office.wire.sent == []


async def test_a_hook_in_a_namespace_hears_only_that(office: Office) -> None:
    red = await office.make_sheets(CONTACTS, namespace="red")
    green = await office.make_sheets(CONTACTS, namespace="green")
    listener = Listener()
    with (
        listener.namespace("workbook:red") as scope,
        scope.filter({"payload.trackChanges": True}) as it,
    ):
        it.record_hook("contacts")(lower)

    for sheet in (red, green):
        await office.insert(sheet, {"firstName": "ANN"})
    await office.tell(listener)

    assert await office.values(red, "firstName") == ["ann"]
    assert await office.values(green, "firstName") == ["ANN"]
    assert await office.open_commits(green) == 1


async def test_hooks_of_all_scopes_work_together_in_the_order_of_registration(
    office: Office, contacts: str
) -> None:
    listener = Listener()
    calls: list[str] = []

    def appending(text: str) -> Any:
        def hook(record: Record, _event: Event) -> None:
            record["firstName"] = record.get("firstName", "") + text

        return hook

    @listener.on("commit:created")
    async def before(event: Event) -> None:
        calls.append(f"before {bool(event.payload.get('answers'))}")

    listener.record_hook("contacts")(appending("b"))
    scope = listener.filter({"payload.trackChanges": True})
    scope.record_hook("con*")(appending("d"))

    @listener.bulk_record_hook("contacts")
    def all_of_them(records: list[Record], _event: Event) -> None:
        for record in records:
            record["firstName"] += "c"

    @listener.on("commit:created")
    async def after(event: Event) -> None:
        [text] = await office.values(contacts, "firstName")
        calls.append(f"after {text}")

    await office.insert(contacts, {"firstName": "a"})
    await office.tell(listener)

    assert await office.values(contacts, "firstName") == ["abcd"]
    assert len(office.wire.writes()) == 1
    assert calls == ["before False", "after abcd", "before True", "after abcd"]


async def test_a_bulk_hook_gets_as_many_records_as_it_asks_for(
    office: Office, contacts: str
) -> None:
    listener = Listener()
    sizes: list[int] = []

    @listener.bulk_record_hook("contacts", size=4)
    async def measure(records: list[Record], _event: Event) -> None:
        sizes.append(len(records))
        records.clear()

    await office.insert(contacts, *({"firstName": f"ann {n}"} for n in range(10)))
    await office.tell(listener)

    assert sizes == [4, 4, 2]


@pytest.mark.parametrize("size", [0, 1001])
def test_a_bulk_hook_of_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        Listener().bulk_record_hook("contacts", size=size)(lambda _records, _event: None)


async def test_what_is_read_only_and_locked_is_changed_all_the_same(
    office: Office, contacts: str
) -> None:
    config = {"fields": {"firstName": {"readonly": True}}}
    await office.insert(contacts, {"firstName": "ANN"}, config=config)
    await office.insert(contacts, {"firstName": "BOB"}, config={"readonly": True})
    await office.caller.do("lockSheet", "sheet { id }", id=contacts)
    listener = Listener()
    listener.record_hook("contacts")(lower)

    assert await office.tell(listener) == []

    assert await office.values(contacts, "firstName") == ["ann", "bob"]


async def test_metadata_is_merged(office: Office, contacts: str) -> None:
    await office.insert(contacts, {"firstName": "ann"}, metadata={"row": 7, "old": 1})
    listener = Listener()

    @listener.record_hook("contacts")
    def mark(record: Record, _event: Event) -> None:
        del record.metadata["old"]
        record.metadata["seen"] = {"by": "hook"}

    await office.tell(listener)

    [record] = await office.records(contacts)
    assert record["metadata"] == {"row": 7, "seen": {"by": "hook"}}


async def test_a_sheet_that_is_gone_is_nothing_to_complain_of(
    office: Office, contacts: str
) -> None:
    await office.insert(contacts, {"firstName": "ANN"})
    events = await office.news()
    await office.caller.do("deleteSheet", "", id=contacts)

    assert await cleaning().dispatch(events[0]) == []
