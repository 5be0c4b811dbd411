"""Listening: events in order, across breaks, gaps and restarts."""

import asyncio
import json
from pathlib import Path

import pytest

from gqlspaces.listener import ApiError, CursorRefused, Event, Listener

from .conftest import Running
from .gateway import Gateway
from .store import Store, cursor


class Heard:
    """A handler that remembers what it heard."""

    def __init__(self, store: Store) -> None:
        self.events: list[Event] = []
        self._store = store

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.events]

    async def __call__(self, event: Event) -> None:
        self.events.append(event)
        await self._store.notify()

    async def count(self, number: int) -> None:
        await self._store.until(lambda: len(self.events) >= number)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def heard(store: Store) -> Heard:
    return Heard(store)


@pytest.fixture(params=["websocket", "sse"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_listener_hears_what_happens_after_it_is_ready(
    running: Running, store: Store, heard: Heard, transport: str
) -> None:
    listener = Listener()
    listener.on("space:*", None, heard)
    await store.emit("space:created")

    async with running(listener, transport=transport):
        await store.emit("space:updated", context={"spaceId": "sp_1"}, namespaces=["space:red"])
        await heard.count(1)

    [event] = heard.events
    assert (event.id, event.topic, event.domain) == ("ev_2", "space:updated", "space")
    assert event.context == {"spaceId": "sp_1"}
    assert event.namespaces == ("space:red",)
    assert cursor(2) == event.cursor
    assert event.created_at is not None


async def test_a_listener_introduces_itself_by_the_name_that_holds_its_jobs(
    running: Running, store: Store, transport: str
) -> None:
    listener = Listener()

    @listener.on("job:ready", {"job": "space:configure"})
    async def configure(event: Event) -> None:
        await event.api.jobs.complete(event.job_id or "")

    async with running(listener, transport=transport):
        job = store.jobs[await store.add_job()]
        await store.until(lambda: job["status"] == "COMPLETE")

    assert store.introduced is not None
    assert store.introduced["name"] == job["holder"]
    assert store.introduced["registrations"] == [
        {
            "on": ["job:ready"],
            "filters": [{"job": "space:configure"}],
            "namespaces": [],
            "works": True,
        }
    ]


@pytest.mark.parametrize("code", ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"])
async def test_a_listener_whose_introduction_is_refused_listens_without(
    running: Running, store: Store, transport: str, heard: Heard, code: str
) -> None:
    store.introduction_refused = code
    listener = Listener()
    listener.on("space:updated", None, heard)

    async with running(listener, transport=transport):
        await store.emit("space:updated")
        await heard.count(1)

    assert store.introduced is None


async def test_events_come_once_and_in_order_however_often_the_connection_breaks(
    running: Running, gateway: Gateway, store: Store, heard: Heard
) -> None:
    listener = Listener()
    listener.on("space:updated", None, heard)

    async with running(listener):
        for number in range(1, 101):
            await store.emit("space:updated")
            if number % 10 == 0:
                await heard.count(number)
                await gateway.drop()

    assert [f"ev_{number}" for number in range(1, 101)] == heard.ids
    assert len(gateway.connections) >= 10


async def test_a_refused_cursor_is_told_and_the_listener_goes_on_with_the_present(
    running: Running, store: Store, heard: Heard, tmp_path: Path, transport: str
) -> None:
    state = tmp_path / "cursor.json"
    state.write_text(json.dumps({"cursor": cursor(1)}))
    for _ in range(5):
        await store.emit("space:updated")
    store.floor = 3
    gaps: list[CursorRefused] = []
    listener = Listener()
    listener.on("space:updated", None, heard)

    async with running(listener, state=str(state), on_gap=gaps.append, transport=transport):
        await store.until(lambda: store.subscribers)
        await store.emit("space:updated")
        await heard.count(1)

    assert [gap.code for gap in gaps] == ["CURSOR_EXPIRED"]
    assert heard.ids == ["ev_6"]
    assert {"cursor": cursor(6)} == json.loads(state.read_text())


async def test_a_listener_with_a_state_misses_nothing_between_two_runs(
    running: Running, store: Store, heard: Heard, tmp_path: Path
) -> None:
    state = str(tmp_path / "cursor.json")
    listener = Listener()
    listener.on("space:updated", None, heard)

    async with running(listener, state=state):
        await store.emit("space:updated")
        await heard.count(1)
    await store.emit("space:updated")
    async with running(listener, state=state):
        await store.emit("space:updated")
        await heard.count(3)

    assert heard.ids == ["ev_1", "ev_2", "ev_3"]
    assert names_in(tmp_path) == ["cursor.json"]


async def test_the_server_is_asked_only_for_what_the_registrations_hear(
    running: Running, gateway: Gateway, heard: Heard
) -> None:
    listener = Listener()
    listener.namespace("space:red").on("space:*", None, heard)
    listener.namespace(["space:green", "space:red"]).on(["file:*", "space:*"], None, heard)

    async with running(listener):
        pass

    asked = {"topics": ["space:*", "file:*"], "namespaces": ["space:red", "space:green"]}
    assert asked == gateway.connections[0]["filter"]


async def test_a_wrong_key_ends_the_run_with_an_error(running: Running, heard: Heard) -> None:
    listener = Listener()
    listener.on("**", None, heard)

    with pytest.raises(ApiError) as caught:
        async with running(listener, key="gsk_wrong"):
            pass

    assert caught.value.code == "UNAUTHENTICATED"


async def test_a_socket_closed_as_forbidden_ends_the_run_with_an_error(
    running: Running, gateway: Gateway, heard: Heard
) -> None:
    gateway.close_code = 4403
    listener = Listener()
    listener.on("**", None, heard)

    with pytest.raises(ApiError, match="4403"):
        async with running(listener):
            pass


async def test_a_listener_without_handlers_does_not_run(running: Running) -> None:
    with pytest.raises(ValueError, match="no handlers"):
        async with running(Listener()):
            pass


async def test_stopping_lets_the_running_handler_end_and_begins_no_other(
    running: Running, store: Store, tmp_path: Path
) -> None:
    state = tmp_path / "cursor.json"
    begun: list[str] = []
    may_end = asyncio.Event()
    listener = Listener()

    @listener.on("space:updated")
    async def slow(event: Event) -> None:
        begun.append(event.id)
        await store.notify()
        await may_end.wait()
        begun.append("done")

    async with running(listener, state=str(state)) as runner:
        await store.emit("space:updated")
        await store.emit("space:updated")
        await store.until(lambda: begun)
        runner.stop()
        await asyncio.sleep(0)
        may_end.set()

    assert begun == ["ev_1", "done"]
    assert {"cursor": cursor(1)} == json.loads(state.read_text())
