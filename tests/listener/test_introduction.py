"""What a listener says of itself is what it registered, as far as the server takes it."""

from datetime import date
from functools import reduce
from typing import Any

import pytest

from gqlspaces import __version__
from gqlspaces.features.columns import checked
from gqlspaces.features.listeners.introduction import ListenerConfig
from gqlspaces.listener import Event, Listener, Record
from gqlspaces.listener.introduction import introduction


async def handle(event: Event) -> None:
    """Do nothing."""


async def look_at(record: Record, event: Event) -> None:
    """Do nothing either."""


def told(listener: Listener) -> list[dict[str, Any]]:
    """Give the handlers that a listener tells of; the server must take them."""
    said = introduction("here:1:ab", listener.registrations)
    checked(ListenerConfig, said)
    assert (said["name"], said["version"]) == ("here:1:ab", __version__)
    registrations: list[dict[str, Any]] = said["registrations"]
    return registrations


def test_every_handler_is_told_with_what_is_around_it() -> None:
    listener = Listener()
    listener.on("job:ready", {"job": "space:configure"}, handle)
    red = listener.namespace("space:red").filter({"spaceId": ["sp_1", "sp_2"]})
    red.on(["job:*", ""], None, handle)
    listener.namespace(["space:blue", "space:green"]).record_hook("contacts")(look_at)
    assert told(listener) == [
        {
            "on": ["job:ready"],
            "filters": [{"job": "space:configure"}],
            "namespaces": [],
            "works": True,
        },
        {
            "on": ["job:*", "**"],
            "filters": [{"spaceId": ["sp_1", "sp_2"]}],
            "namespaces": [["space:red"]],
            "works": False,
        },
        {
            "on": ["commit:created"],
            "filters": [{"payload.sheetSlug": ["contacts"]}],
            "namespaces": [["space:blue", "space:green"]],
            "works": False,
        },
    ]


@pytest.mark.parametrize(
    ("filter", "shown"),
    [
        ({"day": date(2026, 1, 1)}, [{"day": "2026-01-01"}]),
        ({"share": float("nan")}, [{"share": "NaN"}]),
        ({"job": ("a", "b")}, [{"job": ["a", "b"]}]),
        (None, []),
        ("anywhere", ["anywhere"]),
    ],
)
def test_filters_are_told_as_json(filter: Any, shown: list[Any]) -> None:
    listener = Listener()
    listener.on("**", filter, handle)
    assert told(listener)[0]["filters"] == shown


def test_what_the_server_could_not_take_is_left_out() -> None:
    listener = Listener()
    listener.on("x" * 600, None, handle)
    listener.on(["a:b"] * 200, None, handle)
    listener.on("**", {"job": "x" * 20_000}, handle)
    reduce(lambda scope, name: scope.namespace(name), ["space:red"] * 30, listener.filter({})).on(
        "**", None, handle
    )
    listener.on("space:created", None, handle)
    assert [one["on"] for one in told(listener)] == [["space:created"]]


def test_no_more_handlers_are_told_than_the_server_takes() -> None:
    listener = Listener()
    for _ in range(600):
        listener.on("**", None, handle)
    assert len(told(listener)) == 500


def test_no_more_is_told_than_the_server_reads() -> None:
    listener = Listener()
    for number in range(60):
        listener.on("**", {f"key{number}": "x" * 15_000}, handle)
    assert 10 < len(told(listener)) < 60
