"""The stream of events: what was missed first, then what happens, once and in order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.features.events import service
from gqlspaces.kernel import delivery
from gqlspaces.kernel.graphql.failures import RequestRefused
from gqlspaces.kernel.retention import Retention
from harness import Api, HandClock

STREAM = """
  subscription ($filter: EventFilter, $after: String, $checkpoints: Boolean) {
    events(filter: $filter, after: $after, checkpoints: $checkpoints) {
      cursor event { id topic context payload }
    }
  }
"""
CURSOR = "{ eventCursor }"


async def take(stream: AsyncIterator[Any], number: int) -> list[Any]:
    """Give the next items of a stream; they must come."""
    async with asyncio.timeout(20):
        return [(await anext(stream))["events"] for _ in range(number)]


def following(api: Api, **arguments: Any) -> AsyncIterator[Any]:
    return api.follow(STREAM, **arguments)


async def cursor_of(api: Api) -> str:
    cursor: str = (await api(CURSOR))["eventCursor"]
    return cursor


def start_of(cursor: str) -> str:
    """Give the cursor in front of the first event of the log."""
    return cursor.rpartition(".")[0] + ".0"


async def rename(api: Api, space: str, *names: str) -> None:
    for name in names:
        await api.do("updateSpace", "", id=space, name=name)


def names(items: list[Any]) -> list[str]:
    return [item["event"]["payload"]["changes"][0]["newValue"] for item in items]


async def test_a_stream_begins_now_unless_it_is_told_from_where(api: Api) -> None:
    space = await new_space(api)
    stream = following(api)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    await rename(api, space, "now")

    async with asyncio.timeout(20):
        item = (await waiting)["events"]
    assert names([item]) == ["now"]
    assert item["cursor"] == await cursor_of(api)


async def test_a_stream_gives_what_was_missed_and_goes_on_live(api: Api) -> None:
    space = await new_space(api)
    cursor = await cursor_of(api)
    await rename(api, space, "a", "b")
    stream = following(api, after=cursor)

    missed = await take(stream, 2)
    await rename(api, space, "c")
    [live] = await take(stream, 1)

    assert names([*missed, live]) == ["a", "b", "c"]


async def test_every_cursor_of_a_stream_resumes_right_behind_its_event(api: Api) -> None:
    space = await new_space(api)
    cursor = await cursor_of(api)
    await rename(api, space, "a", "b", "c", "d")
    items = await take(following(api, after=cursor), 4)

    for place, item in enumerate(items[:-1]):
        rest = await take(following(api, after=item["cursor"]), 3 - place)
        assert rest == items[place + 1 :]


async def test_the_id_of_the_last_event_stands_in_for_after(api: Api, gateway: Gateway) -> None:
    space = await new_space(api)
    cursor = await cursor_of(api)
    await rename(api, space, "a")
    made = await api.do("createKey", "token", name="sse", scopes=["EVENT_READ"])
    resuming = await Api.with_key(gateway, made["token"], last_event_id=cursor)

    assert names(await take(following(resuming), 1)) == ["a"]


async def test_a_stream_is_filtered_like_the_history(api: Api) -> None:
    cursor = await cursor_of(api)
    loud = await new_space(api, name="loud")
    await new_space(api, name="quiet")
    await rename(api, loud, "louder")
    filter = {"spaceId": loud, "topics": ["space:*"], "where": {"payload.spaceId": loud}}

    items = await take(following(api, after=cursor, filter=filter), 2)

    assert [item["event"]["topic"] for item in items] == ["space:created", "space:updated"]
    assert [item["event"]["id"] for item in items] == [
        event["id"] for event in await api.heard("id", **filter)
    ]


async def test_a_follower_that_is_slower_than_the_ring_misses_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = await new_space(api)
    monkeypatch.setattr(delivery, "BATCH", 4)
    api.gateway.delivery.recent = 8
    stream = following(api, filter={"spaceId": space})
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    sent = [f"name {number}" for number in range(40)]

    await rename(api, space, *sent)
    async with asyncio.timeout(20):
        first = (await waiting)["events"]

    assert names([first, *await take(stream, 39)]) == sent


async def test_many_followers_that_start_anywhere_hear_the_same(api: Api) -> None:
    space = await new_space(api)
    start = start_of(await cursor_of(api))
    writing = asyncio.ensure_future(rename(api, space, *(f"name {n}" for n in range(20))))
    streams = [following(api, after=start, filter={"topics": ["space:updated"]}) for _ in range(5)]

    heard = await asyncio.gather(*(take(stream, 20) for stream in streams))
    await writing

    assert all(items == heard[0] for items in heard)
    assert names(heard[0]) == [f"name {n}" for n in range(20)]


async def test_what_a_transaction_undid_is_never_heard(api: Api) -> None:
    space = await new_space(api)
    cursor = await cursor_of(api)
    stale = await api.refused("updateSpace", id=space, name="stale", expectedVersion=99)
    assert stale == [("STALE_VERSION", "expectedVersion")]
    await api.refused("updateSpace", id=space, name="x", appId="app_nothing")
    await rename(api, space, "fresh")

    assert names(await take(following(api, after=cursor), 1)) == ["fresh"]


async def test_a_checkpoint_tells_how_far_a_rare_filter_was_read(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHECKPOINT_EVENTS", 5)
    space = await new_space(api)
    cursor = await cursor_of(api)
    await rename(api, space, *(f"name {n}" for n in range(5)))

    filter = {"topics": ["file:*"]}
    [item] = await take(following(api, after=cursor, filter=filter, checkpoints=True), 1)

    assert item == {"cursor": await cursor_of(api), "event": None}


async def test_a_checkpoint_comes_in_quiet_times_too(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHECKPOINT_SECONDS", 0.05)
    [item] = await take(following(api, checkpoints=True), 1)

    assert item == {"cursor": await cursor_of(api), "event": None}


async def test_nothing_but_events_comes_without_checkpoints(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHECKPOINT_SECONDS", 0.02)
    monkeypatch.setattr(service, "CHECKPOINT_EVENTS", 1)
    space = await new_space(api)
    cursor = await cursor_of(api)
    await rename(api, space, "a", "b")
    other = await new_space(api)
    stream = following(api, after=cursor, filter={"topics": ["space:created"]})

    [item] = await take(stream, 1)
    assert item["event"]["context"]["spaceId"] == other
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(stream), 0.2)


async def test_a_cursor_that_is_too_old_or_not_ours_is_refused_at_once(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    first = start_of(await cursor_of(api))
    await new_space(api)
    clock.pass_by(timedelta(days=8).total_seconds())
    await Retention(days=7, at_least=0).trim(gateway.database)

    for cursor, code in ((first, "CURSOR_EXPIRED"), ("v1.other.1", "CURSOR_INVALID")):
        with pytest.raises(RequestRefused) as refusal:
            await anext(following(api, after=cursor))
        assert refusal.value.code == code


async def test_a_stream_of_foreign_namespaces_is_refused_at_once(
    api: Api, gateway: Gateway
) -> None:
    reader = await limited(api, gateway, namespaces=["red"])

    with pytest.raises(RequestRefused) as refusal:
        await anext(following(reader, filter={"namespaces": ["space:green"]}))
    assert refusal.value.code == "FORBIDDEN_NAMESPACE"


async def test_a_limited_follower_hears_only_its_namespaces(api: Api, gateway: Gateway) -> None:
    reader = await limited(api, gateway, namespaces=["red"])
    cursor = await cursor_of(api)
    await new_space(api, namespace="green")
    red = await new_space(api, namespace="red")

    [item] = await take(following(reader, after=cursor), 1)

    assert item["event"]["context"]["spaceId"] == red


async def test_following_needs_its_scope(api: Api, gateway: Gateway) -> None:
    reader = await limited(api, gateway, scopes=["SPACE_READ"])

    with pytest.raises(RequestRefused) as refusal:
        await anext(following(reader))
    assert refusal.value.code == "FORBIDDEN"


async def test_nobody_following_means_nothing_runs(api: Api, gateway: Gateway) -> None:
    space = await new_space(api)
    cursor = await cursor_of(api)
    await rename(api, space, "a")
    stream = following(api, after=cursor)
    await take(stream, 1)
    assert len(gateway.delivery._tails) == 1  # noqa: SLF001 - what runs is not to be seen otherwise

    await stream.aclose()  # type: ignore[attr-defined]
    async with asyncio.timeout(5):
        while gateway.delivery._tails:  # noqa: ASYNC110, SLF001 - nothing tells of it
            await asyncio.sleep(0)
