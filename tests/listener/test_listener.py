"""Registering and dispatching, without any server (domain reference 3.2 and 3.3)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gqlspaces.listener import Api, Client, Connection, Event, Listener, Scope
from gqlspaces.listener.registration import claimable, event_filter

Recorder = Callable[[str], Callable[[Event], Awaitable[None]]]


@pytest.fixture
def event() -> Event:
    client = Client(Connection("http://127.0.0.1:1", "gsk_test"))
    return Event(
        id="ev_1",
        topic="job:ready",
        domain="job",
        api=Api(client),
        namespaces=("space:red", "workbook:staging"),
        context={"spaceId": "sp_1", "jobId": "jb_1"},
        payload={"job": "space:configure", "status": "ready"},
    )


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def record(calls: list[str]) -> Recorder:
    def named(name: str) -> Callable[[Event], Awaitable[None]]:
        async def handler(_event: Event) -> None:
            calls.append(name)

        return handler

    return named


async def test_handlers_are_called_in_order_the_children_depth_first(
    event: Event, calls: list[str], record: Recorder
) -> None:
    listener = Listener()

    async def slow(_event: Event) -> None:
        await asyncio.sleep(0)
        calls.append("root2")

    async def throwing(_event: Event) -> None:
        calls.append("root3")
        raise RuntimeError("broken")

    listener.on("job:ready", None, record("root1"))
    first = listener.namespace("space:red")
    first.on("**", None, record("child1"))
    listener.on("job:*", None, slow)
    second = listener.filter({"job": "space:*"})
    second.filter({"status": "ready"}).on("**", None, record("grandchild"))
    second.on("**", None, record("child2"))
    listener.on("**", None, throwing)
    listener.on(["file:*", "job:ready"], None, record("root4"))

    raised = await listener.dispatch(event)

    expected = ["root1", "root2", "root3", "root4", "child1", "child2", "grandchild"]
    assert expected == calls
    assert [str(error) for error in raised] == ["broken"]


async def test_only_what_matches_at_every_level_is_called(
    event: Event, calls: list[str], record: Recorder
) -> None:
    listener = Listener()
    with listener.namespace("space:red") as red:
        red.namespace("workbook:staging").on("**", None, record("both"))
        red.namespace("workbook:prod").on("**", None, record("wrong namespace"))
        with red.filter({"payload.status": "failed"}) as failed:
            failed.on("**", {"job": "space:configure"}, record("wrong status"))
        red.on("**", {"job": "file:*"}, record("wrong job"))
    listener.namespace("space:green").on("**", None, record("wrong colour"))

    await listener.dispatch(event)

    assert calls == ["both"]


async def test_the_same_handler_registered_twice_is_called_twice(
    event: Event, calls: list[str], record: Recorder
) -> None:
    listener = Listener()
    handler = record("twice")
    listener.on("**", None, handler)
    listener.on("**", None, handler)

    await listener.dispatch(event)

    assert calls == ["twice", "twice"]


async def test_an_error_is_logged_counted_and_handed_on(
    event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[tuple[Exception, Event]] = []
    listener = Listener(on_error=lambda error, event: told.append((error, event)))
    problem = ValueError("no")

    @listener.on("job:ready")
    async def handler(_event: Event) -> None:
        raise problem

    with caplog.at_level(logging.ERROR, "gqlspaces.listener"):
        raised = await listener.dispatch(event)

    assert [problem] == raised
    assert [(problem, event)] == told
    assert listener.errors == 1
    assert "a handler of job:ready ev_1 raised ValueError('no')" in caplog.text


async def test_an_error_handler_that_fails_stops_nothing(
    event: Event, calls: list[str], record: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_error: Exception, _event: Event) -> None:
        raise RuntimeError("worse")

    async def handler(_event: Event) -> None:
        raise ValueError("no")

    listener = Listener(on_error=broken)
    listener.on("**", None, handler)
    listener.on("**", None, record("next"))

    await listener.dispatch(event)

    assert calls == ["next"]
    assert "worse" in caplog.text


def test_a_decorated_handler_stays_what_it_was() -> None:
    listener = Listener()

    async def handler(_event: Event) -> None: ...

    assert handler is listener.on("**")(handler)
    assert handler is listener.on("**", {"a": 1}, handler)


async def test_a_plugin_registers_in_the_scope_that_uses_it(
    event: Event, calls: list[str], record: Recorder
) -> None:
    def plugin(scope: Scope) -> None:
        scope.on("**", None, record("plugin"))

    listener = Listener()
    listener.namespace("space:green").use(plugin)
    assert listener is listener.use(plugin)

    await listener.dispatch(event)

    assert calls == ["plugin"]


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda it, do: it.on("job:ready", None, do), {"topics": ["job:ready"]}),
        (lambda it, do: it.on("", None, do), {}),
        (lambda it, do: (it.on("a:b", None, do), it.on("**", None, do)), {}),
        (lambda it, do: it.on(["a:b", "c:*", "a:b"], None, do), {"topics": ["a:b", "c:*"]}),
        (
            lambda it, do: (
                it.namespace("space:a").on("**", None, do),
                it.namespace(["space:b", "space:a"]).namespace("workbook:x").on("**", None, do),
            ),
            {"namespaces": ["space:a", "space:b"]},
        ),
        (
            lambda it, do: (
                it.namespace("space:a").on("a:b", None, do),
                it.on("a:b", None, do),
            ),
            {"topics": ["a:b"]},
        ),
    ],
)
def test_the_server_is_asked_for_the_union_of_all_registrations(
    build: Any, expected: dict[str, Any], record: Recorder
) -> None:
    listener = Listener()
    build(listener, record("never"))

    assert expected == event_filter(listener.registrations)


@pytest.mark.parametrize(
    ("filters", "jobs", "more"),
    [
        ([], ["**"], False),
        ([{}], ["**"], False),
        ([{"job": "space:configure"}], ["space:configure"], False),
        ([{"payload.job": ["a:b", "c:*"]}], ["a:b", "c:*"], False),
        ([{"payload": {"job": "a:b"}}], ["a:b"], False),
        ([{"job": []}], [], False),
        ([{"job": "a:b", "spaceId": "sp_1"}], None, True),
        ([{"spaceId": "sp_1"}], None, True),
        ([{"job": "a:b"}, {"job": "**"}], None, True),
        ([{"job": None}], None, True),
        (["space:configure"], None, True),
    ],
)
def test_jobs_are_claimed_by_pattern_where_the_filter_says_no_more_than_that(
    filters: list[Any], jobs: list[str] | None, *, more: bool, record: Recorder
) -> None:
    scope: Scope = Listener()
    root = scope
    for one in filters:
        scope = scope.filter(one)
    scope.on("job:ready", None, record("never"))

    groups, look = claimable(root.registrations)

    assert ([] if jobs is None else [((), jobs)]) == groups
    assert more is look


def test_jobs_of_different_namespaces_are_claimed_apart(record: Recorder) -> None:
    listener = Listener()
    listener.namespace("space:a").on("job:ready", {"job": "a:b"}, record("never"))
    listener.namespace("space:a").on("job:ready", {"job": "c:d"}, record("never"))
    listener.on("job:ready", {"job": "e:f"}, record("never"))
    listener.namespace("space:a").namespace("workbook:b").on("job:ready", None, record("never"))

    groups, look = claimable(listener.registrations)

    assert groups == [((), ["e:f"]), (("space:a",), ["a:b", "c:d"])]
    assert look
