"""The history of events: both directions, cursors, and what becomes of old ones."""

from datetime import timedelta
from typing import Any

from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.kernel.retention import Retention
from harness import Api, HandClock

PAGE = """
  query ($filter: EventFilter, $first: Int, $after: String, $last: Int, $before: String) {
    events(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { id topic } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totalCount
    }
  }
"""
CURSOR = "{ eventCursor }"


async def page(api: Api, **arguments: Any) -> Any:
    return (await api(PAGE, **arguments))["events"]


def topics(found: Any) -> list[str]:
    return [edge["node"]["topic"] for edge in found["edges"]]


async def some_events(api: Api, number: int) -> list[str]:
    """Make a Space and rename it; give the ids of its events, oldest first."""
    space = await new_space(api)
    for count in range(number - 1):
        await api.do("updateSpace", "", id=space, name=f"Name {count}")
    return [event["id"] for event in await api.heard("id", spaceId=space)]


def ids(found: Any) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


async def test_pages_forwards_give_every_event_once_oldest_first(api: Api) -> None:
    made = await some_events(api, 7)
    seen, after = [], None
    while True:
        found = await page(api, filter={"domains": ["space"]}, first=3, after=after)
        seen += ids(found)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break

    assert seen == made


async def test_pages_backwards_give_every_event_once_in_the_same_order(api: Api) -> None:
    made = await some_events(api, 7)
    seen: list[str] = []
    before = None
    while True:
        found = await page(api, filter={"domains": ["space"]}, last=3, before=before)
        seen = ids(found) + seen
        before = found["pageInfo"]["startCursor"]
        if not found["pageInfo"]["hasPreviousPage"]:
            break

    assert seen == made


async def test_a_page_tells_where_it_begins_and_ends(api: Api) -> None:
    await some_events(api, 4)
    found = await page(api, first=2)
    cursors = [edge["cursor"] for edge in found["edges"]]

    assert found["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": cursors[0],
        "endCursor": cursors[-1],
    }
    behind = await page(api, first=2, after=cursors[-1])
    assert behind["pageInfo"]["hasPreviousPage"] is True
    assert ids(await page(api, last=2, before=behind["edges"][0]["cursor"])) == ids(found)
    assert found["totalCount"] is None


async def test_the_end_of_a_page_is_where_the_log_was_read_to_even_without_a_match(
    api: Api,
) -> None:
    await some_events(api, 3)
    found = await page(api, filter={"topics": ["file:*"]}, first=10)

    assert found["edges"] == []
    assert found["pageInfo"]["endCursor"] == (await api(CURSOR))["eventCursor"]


async def test_history_goes_on_behind_the_cursor_of_a_query(api: Api) -> None:
    await some_events(api, 2)
    cursor = (await api(CURSOR))["eventCursor"]
    space = await new_space(api, name="Later")

    assert topics(await page(api, after=cursor)) == ["space:created"]
    assert await api.topics(spaceId=space) == ["space:created"]
    assert ids(await page(api, after=(await api(CURSOR))["eventCursor"])) == []


IMPOSSIBLE: list[Any] = [{"first": 1, "last": 1}, {"first": 101}, {"first": -1}, {"last": 101}]


async def test_a_page_that_cannot_be_is_refused(api: Api) -> None:
    for arguments in IMPOSSIBLE:
        result = await api.run(PAGE, **arguments)

        assert codes(result) == ["BAD_USER_INPUT"]


def codes(result: Any) -> list[str]:
    return [error.extensions["code"] for error in result.errors or ()]


async def test_a_cursor_of_another_log_or_from_the_future_is_invalid(api: Api) -> None:
    cursor = (await api(CURSOR))["eventCursor"]
    version, epoch, seq = cursor.split(".")
    for broken in (
        "",
        "nonsense",
        f"{version}.another.{seq}",
        f"{version}.{epoch}.{int(seq) + 1}",
        f"{version}.{epoch}.-1",
        f"{version}.{epoch}.{'9' * 30}",
        f"v2.{epoch}.{seq}",
        f" {cursor}",
    ):
        assert codes(await api.run(PAGE, after=broken)) == ["CURSOR_INVALID"], broken
        assert codes(await api.run(PAGE, before=broken)) == ["CURSOR_INVALID"], broken


async def test_old_events_are_forgotten_and_a_cursor_among_them_says_so(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    first = (await api(CURSOR))["eventCursor"]
    await some_events(api, 5)
    clock.pass_by(timedelta(days=8).total_seconds())
    kept = (await api(CURSOR))["eventCursor"]
    later = await some_events(api, 2)

    assert await Retention(days=7, at_least=0).trim(gateway.database) == 6

    assert codes(await api.run(PAGE, after=first)) == ["CURSOR_EXPIRED"]
    assert ids(await page(api, after=kept)) == later
    assert ids(await page(api)) == later
    assert ids(await page(api, last=100)) == later
    assert await Retention(days=7, at_least=0).trim(gateway.database) == 0


async def test_the_newest_events_are_kept_however_old_they_are(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    made = await some_events(api, 6)
    clock.pass_by(timedelta(days=400).total_seconds())

    await Retention(days=1, at_least=4).trim(gateway.database)

    assert ids(await page(api)) == made[-4:]


async def test_a_limited_key_reads_only_the_events_of_its_namespaces(
    api: Api, gateway: Gateway
) -> None:
    green = await new_space(api, namespace="green")
    red = await new_space(api, namespace="red")
    await new_space(api)
    reader = await limited(api, gateway, namespaces=["red"])

    assert await reader.topics() == ["space:created"]
    assert await reader.topics(spaceId=red) == ["space:created"]
    assert await reader.topics(spaceId=green) == []
    assert await reader.topics(namespaces=["space:*"]) == ["space:created"]


NAMESPACES: list[Any] = [
    (["space:green"], True),
    (["space:green", "space:blue"], True),
    (["space:green", "space:red"], False),
    (["space:*"], False),
    (["*:green"], False),
    (["workbook:staging"], False),
]


async def test_asking_only_for_foreign_namespaces_is_refused_aloud(
    api: Api, gateway: Gateway
) -> None:
    reader = await limited(api, gateway, namespaces=["red"])
    for namespaces, refused in NAMESPACES:
        result = await reader.run(PAGE, filter={"namespaces": namespaces})

        assert codes(result) == (["FORBIDDEN_NAMESPACE"] if refused else [])
        assert codes(await api.run(PAGE, filter={"namespaces": namespaces})) == []


async def test_reading_events_needs_its_scope(api: Api, gateway: Gateway) -> None:
    reader = await limited(api, gateway, scopes=["SPACE_READ", "SPACE_WRITE"])

    assert codes(await reader.run(PAGE)) == ["FORBIDDEN"]
    assert codes(await reader.run(CURSOR)) == ["FORBIDDEN"]


async def test_an_event_tells_where_who_and_when(api: Api, gateway: Gateway) -> None:
    made = await api.do("createApp", "app { id }", name="Portal", namespace="red", type="PORTAL")
    app = made["app"]["id"]
    space = await new_space(api, name="Acme Inc.", appId=app)
    [event] = await api.heard(
        "topic domain namespaces context payload origin createdAt", spaceId=space
    )
    environment = api.principal.environment_id

    assert event.pop("createdAt").startswith("2026-01-01T00:00:00")
    assert event["context"].pop("accountId").startswith("acc_")
    assert event == {
        "topic": "space:created",
        "domain": "space",
        "namespaces": ["space:red"],
        "context": {
            "environmentId": environment,
            "spaceId": space,
            "appId": app,
            "spaceVersion": 1,
            "actorId": api.principal.key_id,
            "slugs": {"space": "acme-inc"},
            "namespaces": ["space:red"],
        },
        "payload": {
            "spaceId": space,
            "environmentId": environment,
            "name": "Acme Inc.",
            "appId": app,
        },
        "origin": {"id": space, "slug": "acme-inc"},
    }
