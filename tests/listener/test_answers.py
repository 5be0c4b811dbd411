"""What a listener answers to a commit when something comes in between."""

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import pytest

from gqlspaces.listener import Event, Listener, Pace, Record
from gqlspaces.listener.answer import Answer, Bounds
from gqlspaces.listener.errors import ApiError
from gqlspaces.listener.hooks import FailedHooks, Hook, RecordHook

from .office import Office, fields

CONTACTS = {"name": "Contacts", "fields": fields("firstName", "email", "note")}


@pytest.fixture
async def contacts(office: Office) -> str:
    return await office.make_sheets(CONTACTS)


def hooked(*handlers: Any, on_error: Any = None) -> Listener:
    listener = Listener(on_error=on_error)
    for handler in handlers:
        listener.record_hook("contacts")(handler)
    return listener


def lower(record: Record, _event: Event) -> None:
    record["firstName"] = record["firstName"].lower()


def count(record: Record, _event: Event) -> None:
    """Be a hook that changes something whenever it is called."""
    record["note"] = f"{record.get('note', '')}x"


async def answer(event: Event, hook: Hook, **bounds: int) -> None:
    await Answer(event, [hook], Bounds(**bounds)).give()


async def test_an_event_that_comes_again_writes_nothing_again(
    office: Office, contacts: str
) -> None:
    await office.insert(contacts, {"firstName": "ANN"}, {"firstName": "BOB", "note": "y"})
    [event] = await office.news()

    for _ in range(3):
        assert await hooked(lower, count).dispatch(event) == []

    assert await office.values(contacts, "note") == ["x", "yx"]
    assert await office.values(contacts, "firstName") == ["ann", "bob"]
    assert len(await office.commits(contacts)) == 2


async def test_replicas_of_a_listener_write_once(office: Office, contacts: str) -> None:
    await office.insert(contacts, *({"firstName": f"ANN {n}"} for n in range(20)))
    [event] = await office.news()

    raised = await asyncio.gather(*(hooked(lower, count).dispatch(event) for _ in range(3)))

    assert raised == [[], [], []]
    assert await office.values(contacts, "note") == ["x"] * 20
    assert len(await office.commits(contacts)) == 2


async def test_hooks_of_two_listeners_on_the_same_records_both_have_their_way(
    office: Office, contacts: str
) -> None:
    both_have_read = asyncio.Barrier(2)
    read: set[str] = set()

    def once_both_have_read(key: str, change: Callable[[str], str]) -> Any:
        async def hook(record: Record, _event: Event) -> None:
            if key not in read:
                read.add(key)
                await both_have_read.wait()
            record[key] = change(record[key])

        return hook

    await office.insert(contacts, {"firstName": "ANN", "note": "n"})
    [event] = await office.news()
    one = hooked(once_both_have_read("firstName", str.lower))
    other = hooked(once_both_have_read("note", str.upper))

    raised = await asyncio.gather(one.dispatch(event), other.dispatch(event))

    assert [*raised[0], *raised[1]] == []
    [record] = await office.records(contacts)
    assert record["values"] == {"firstName": "ann", "note": "N"}
    assert [one["answers"] is not None for one in await office.commits(contacts)] == [
        False,
        True,
        True,
    ]


async def test_a_lost_answer_is_asked_for_again(office: Office, contacts: str) -> None:
    await office.insert(contacts, {"firstName": "ANN"})
    office.wire.lost = 2

    assert await office.tell(hooked(count)) == []

    assert await office.values(contacts, "note") == ["x"]
    assert len(office.wire.writes()) == 3
    assert len(await office.commits(contacts)) == 2


@pytest.mark.parametrize("pace", [Pace(first=0.001, longest=0.01, patience=0)])
async def test_hooks_wait_for_a_gateway_that_is_away(
    office: Office, contacts: str, pace: Pace
) -> None:
    await office.insert(contacts, {"firstName": "ANN"})
    office.wire.down = 5

    assert await office.tell(hooked(lower)) == []

    assert await office.values(contacts, "firstName") == ["ann"]


async def test_what_a_person_enters_in_the_meantime_is_not_overwritten(
    office: Office, contacts: str
) -> None:
    ann, _ = await office.insert(contacts, {"firstName": "ANN"}, {"firstName": "BOB"})
    seen: list[str] = []

    async def slow(record: Record, event: Event) -> None:
        seen.append(record["firstName"])
        if record["firstName"] == "ANN":
            await office.change(contacts, ann, firstName="CLARA")
        lower(record, event)

    [event] = await office.news()
    assert await hooked(slow).dispatch(event) == []

    assert await office.values(contacts, "firstName") == ["clara", "bob"]
    assert seen == ["ANN", "BOB", "CLARA"]
    assert [one["completedAt"] is None for one in await office.commits(contacts)] == [
        False,
        True,
        False,
        False,
    ]
    assert await office.tell(hooked(slow)) == []
    assert await office.open_commits(contacts) == 0


async def test_a_record_that_is_deleted_in_the_meantime_is_passed_over(
    office: Office, contacts: str
) -> None:
    ann, _ = await office.insert(contacts, {"firstName": "ANN"}, {"firstName": "BOB"})

    async def slow(record: Record, event: Event) -> None:
        lower(record, event)
        if record.id == ann:
            selection = {"selection": {"ids": [ann]}}
            await office.caller.do("deleteRecords", "commit { id }", sheetId=contacts, **selection)

    [event] = await office.news()
    assert await hooked(slow).dispatch(event) == []

    assert await office.values(contacts, "firstName") == ["bob"]
    [first, *_] = await office.commits(contacts)
    assert first["completedAt"]


async def test_a_record_that_never_rests_is_told_of(office: Office, contacts: str) -> None:
    [id] = await office.insert(contacts, {"firstName": "0"})

    async def racing(record: Record, _event: Event) -> None:
        await office.change(contacts, id, firstName=str(int(record["firstName"]) + 1))
        record["note"] = "too late"

    [event] = await office.news()
    [error] = await hooked(racing).dispatch(event)

    assert isinstance(error, ApiError)
    assert error.code == "CONFLICT"
    assert await office.values(contacts, "note") == [None]
    [first, *_] = await office.commits(contacts)
    assert first["completedAt"] is None


async def test_what_a_hook_raises_is_told_once_and_undone_and_leaves_the_commit_open(
    office: Office, contacts: str
) -> None:
    told: list[Exception] = []

    def picky(record: Record, _event: Event) -> None:
        record["note"] = "half done"
        record.add_error(None, "half said")
        if record["firstName"] != "bob":
            raise ValueError(f"{record['firstName']} is no bob")
        record["note"] = "done"

    listener = hooked(lower, picky, on_error=lambda error, _event: told.append(error))
    await office.insert(contacts, *({"firstName": name} for name in ("ANN", "BOB", "CLARA")))
    raised = await office.tell(listener)

    assert raised == told
    [error] = raised
    assert str(error) == "ann is no bob"
    [note] = error.__notes__
    assert "picky failed for 2 records, the first is rc_" in note
    assert listener.errors == 1
    assert await office.values(contacts, "firstName") == ["ann", "bob", "clara"]
    assert await office.values(contacts, "note") == [None, "done", None]
    assert await office.open_commits(contacts) == 1


async def test_what_a_bulk_hook_raises_undoes_its_batch(office: Office, contacts: str) -> None:
    listener = hooked(lower)

    @listener.bulk_record_hook("contacts", size=2)
    def picky(records: list[Record], _event: Event) -> None:
        for record in records:
            record["note"] = "seen"
            if record["firstName"] == "bob":
                raise ValueError("no bob")

    await office.insert(contacts, *({"firstName": name} for name in ("ANN", "BOB", "CLARA")))
    [error] = await office.tell(listener)

    assert str(error) == "no bob"
    assert await office.values(contacts, "note") == [None, None, "seen"]
    assert await office.values(contacts, "firstName") == ["ann", "bob", "clara"]


async def test_what_the_gateway_refuses_is_told_and_leaves_the_commit_open(
    office: Office, contacts: str
) -> None:
    [ann, _] = await office.insert(contacts, {"firstName": "ANN"}, {"firstName": "BOB"})

    def misspelling(record: Record, event: Event) -> None:
        lower(record, event)
        if record.id == ann:
            record["firstname"] = "x"

    [error] = await office.tell(hooked(misspelling))

    assert isinstance(error, ApiError)
    assert (error.code, error.path) == ("INVALID", (ann, "values", "firstname"))
    assert await office.values(contacts, "firstName") == ["ANN", "bob"]
    assert await office.open_commits(contacts) == 1


async def test_a_large_commit_goes_through_in_pages_and_the_last_write_completes_it(
    office: Office, contacts: str
) -> None:
    await office.insert(contacts, *({"firstName": f"ANN {n}"} for n in range(95)))
    [event] = await office.news()
    open_at: list[int] = []

    async def watching(record: Record, event: Event) -> None:
        lower(record, event)
        if int(record["firstName"].split()[1]) % 10 == 9:
            open_at.append(await office.open_commits(contacts))

    await answer(event, RecordHook(watching), page=10, write=30)

    assert [f"ann {n}" for n in range(95)] == await office.values(contacts, "firstName")
    writes = office.wire.writes()
    assert [len(write["records"]) for write in writes] == [30, 30, 30, 5]
    assert [write["completes"] for write in writes] == [False, False, False, True]
    assert open_at == [1] * 9
    assert await office.open_commits(contacts) == 0


async def test_a_large_commit_that_breaks_off_goes_on_where_it_was(
    office: Office, contacts: str
) -> None:
    await office.insert(contacts, *({"firstName": str(n)} for n in range(50)))
    [event] = await office.news()
    broken = True

    def breaking(record: Record, event: Event) -> None:
        if broken and record["firstName"] == "25":
            raise asyncio.CancelledError
        count(record, event)

    hook = RecordHook(breaking)
    with pytest.raises(asyncio.CancelledError):
        await answer(event, hook, page=10, write=10)
    assert await office.open_commits(contacts) == 1

    broken = False
    await answer(event, hook, page=10, write=10)

    assert await office.values(contacts, "note") == ["x"] * 50
    assert await office.open_commits(contacts) == 0


async def test_a_failure_on_an_early_page_keeps_later_ones_from_completing(
    office: Office, contacts: str
) -> None:
    await office.insert(contacts, *({"firstName": f"ANN {n}"} for n in range(30)))
    [event] = await office.news()

    def picky(record: Record, event: Event) -> None:
        lower(record, event)
        if record["firstName"] == "ann 3":
            raise ValueError("not him")

    with pytest.raises(FailedHooks) as caught:
        await answer(event, RecordHook(picky), page=10, write=10)

    assert [str(error) for error in caught.value.exceptions] == ["not him"]
    names = await office.values(contacts, "firstName")
    assert [name for name in names if name != name.lower()] == ["ANN 3"]
    assert len(office.wire.writes()) == 3
    assert await office.open_commits(contacts) == 1


async def test_a_write_that_is_too_much_for_one_request_goes_in_parts(
    office: Office, contacts: str
) -> None:
    texts = [{"firstName": str(n), "note": "n" * 60_000} for n in range(30)]
    await office.insert(contacts, *texts)

    def shout(record: Record, _event: Event) -> None:
        record["note"] = record["note"].upper()

    assert await office.tell(hooked(shout)) == []

    assert {"N" * 60_000} == set(await office.values(contacts, "note"))
    assert [len(write["records"]) for write in office.wire.writes()] == [30, 15, 15]
    assert await office.open_commits(contacts) == 0


async def test_only_a_page_of_records_is_in_memory(office: Office, contacts: str) -> None:
    alive: WeakSet[Record] = WeakSet()
    most = 0
    listener = hooked(lower)

    @listener.bulk_record_hook("contacts")
    def look(records: list[Record], _event: Event) -> None:
        nonlocal most
        alive.update(records)
        most = max(most, len(alive))

    await office.insert(contacts, *({"firstName": f"ANN {n}"} for n in range(2500)))
    assert await office.tell(listener) == []

    assert [f"ann {n}" for n in range(2500)] == await office.values(contacts, "firstName")
    assert most == 1000
    assert [len(write["records"]) for write in office.wire.writes()] == [2500]
    assert len(await office.commits(contacts)) == 2
